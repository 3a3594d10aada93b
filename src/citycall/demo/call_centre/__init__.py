"""Twelve weeks of the demo city's call centre, and what goes on in it just now."""
