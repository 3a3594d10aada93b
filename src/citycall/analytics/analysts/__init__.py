"""The facts for analysts: as tables to take along, and asked in SQL where nothing can be harmed."""
