"""Calls to City Hall: how many people it takes to answer them in time."""
