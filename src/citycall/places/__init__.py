"""Where things are: the city's areas, its named places, and the kinds of location."""
