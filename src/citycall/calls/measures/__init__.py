"""How the call centre does, counted: waits, service level, handling, occupancy, first contacts."""
