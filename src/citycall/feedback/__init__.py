"""Was it really fixed? Confirmations, disputes and what came of them."""
