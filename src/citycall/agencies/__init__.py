"""Agencies, their teams, and the calendars they work by."""
