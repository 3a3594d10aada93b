"""The administrators' door: what has no page of its own yet, through Django's admin."""
