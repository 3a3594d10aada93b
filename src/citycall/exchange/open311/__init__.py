"""Other bodies' Open311 servers: asked and told in each one's dialect, and their history."""
