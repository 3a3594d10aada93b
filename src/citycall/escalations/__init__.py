"""Dates that draw near or have passed: who is told, when and how, step by step."""
