"""Calls to City Hall: who called, waited and answered, and how many people that takes."""
