"""What the city holds of a person: shown to them, handed over, and erased."""
