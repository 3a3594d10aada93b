"""What each address of the managers' door answers."""
