"""What needs sorting: how urgent a request is and why, whose it is, and what was sent back."""
