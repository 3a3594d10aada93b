"""The machines' own door: the JSON API."""
