"""One problem from its first report to its confirmed end."""
