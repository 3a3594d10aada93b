"""The Open311 door: GeoReport v2 in every accent, answered in its strict form."""
