"""The telephone's door: telephone systems tell of their calls, and ask what to say to a caller."""
