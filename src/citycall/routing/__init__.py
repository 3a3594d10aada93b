"""Service, place and time to the responsible team, always with an answer and a reason."""
