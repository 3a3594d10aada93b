"""Every change to a service request, one use case a function, for every door."""
