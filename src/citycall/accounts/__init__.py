"""Who may sign in: users, their roles and agencies, and API keys."""
