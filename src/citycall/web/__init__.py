"""The residents' door: report, follow, confirm."""
