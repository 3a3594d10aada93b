"""Words that speak of danger: recognised in four languages before anything else is asked."""
