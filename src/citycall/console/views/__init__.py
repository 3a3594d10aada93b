"""What each address of the call-takers' door answers."""
