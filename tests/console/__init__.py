"""The call-takers' door."""
