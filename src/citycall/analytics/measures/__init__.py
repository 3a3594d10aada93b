"""Each number that the city tells about itself: defined once, the same on every door."""
