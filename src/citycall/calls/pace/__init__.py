"""How fast calls are handled and how long callers have patience, summed by half hour."""
