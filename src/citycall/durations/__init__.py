"""How long requests really took lately, by service and area, and how sure that is."""
