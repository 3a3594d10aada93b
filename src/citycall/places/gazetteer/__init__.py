"""The gazetteer as a city builds it: its own layers, told by a manifest, into places and blocks."""
