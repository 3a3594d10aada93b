"""Every change to an appointment: held while somebody decides, booked, moved, cancelled."""
