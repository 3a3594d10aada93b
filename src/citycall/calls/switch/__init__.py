"""What telephone systems tell of calls, and what they are told to do with them."""
