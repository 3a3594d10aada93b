"""What can be asked for: services, their questions, targets and outcomes."""
