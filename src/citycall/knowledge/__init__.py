"""Articles that answer questions, and the search that finds them."""
