"""What the city's own history suggests: the service that a person's words mean."""
