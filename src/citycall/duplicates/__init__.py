"""Which requests may be one problem, and which places have the same trouble again and again."""
