"""Was it really done? Closures that look false, and a sample that is called or visited."""
