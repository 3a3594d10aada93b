"""One step done to many requests: previewed, approved where it must be, and undone."""
