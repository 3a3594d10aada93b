"""What comes in from and goes out to other systems: imports, exports, catalog files."""
