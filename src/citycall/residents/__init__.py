"""Residents who sign in: their accounts, one-time codes, and signing in elsewhere."""
