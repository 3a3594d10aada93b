"""Outside geocoders, asked only where the city's own gazetteer knows nothing; off by default."""

from citycall.places.outside.asking import attribution, counts, search

__all__ = ["attribution", "counts", "search"]
