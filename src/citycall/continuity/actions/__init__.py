"""Every change around a kit: made, its intakes taken in, finished by hand, forgotten."""
