"""Facts in columns, and the measures that every number the city tells about itself comes from."""
