"""Every change to a crew, an order, a plan or recurring work, one use case a function."""
