"""What crews do about requests: orders, crews, plans of a day, and work that comes again."""
