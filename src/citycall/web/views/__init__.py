"""The residents' pages, one file for each matter."""
