"""The people who report, kept apart from what they reported, and erasable."""
