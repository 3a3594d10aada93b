"""Booked dates with limited capacity: offered by address, held, booked, moved, cancelled."""
