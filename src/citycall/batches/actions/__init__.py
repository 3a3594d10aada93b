"""Every change to a batch: prepared, confirmed, decided upon, done and taken back."""
