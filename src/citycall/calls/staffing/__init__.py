"""How many call-takers a half hour needs, and what callers live through with fewer or more."""
