"""Completions noted, judged, decided upon, drawn and checked."""
