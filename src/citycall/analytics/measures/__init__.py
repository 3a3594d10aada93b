"""Each number that the city tells about itself: defined once, the same on every door.

Ibis is heavy, and most processes never ask for a measure: it is loaded with the first question.
"""
