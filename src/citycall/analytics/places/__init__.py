"""Recurring trouble: places and times with more than chance brings, and words that are new."""
