"""What the city writes to people, through which channel, and whether it arrived."""
