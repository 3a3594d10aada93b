"""The citycall command: demo, serve, worker, migrate, import, generate, bench, doctor."""
