"""What each address of the agencies' door answers."""
