"""Requests of chosen services passed on to other bodies' Open311 servers, and news both ways."""
