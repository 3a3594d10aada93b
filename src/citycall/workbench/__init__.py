"""The agencies' door: what needs me now, and what is next."""
