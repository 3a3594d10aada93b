"""History from other systems: open-data exports of cities, read by declared mappings."""
