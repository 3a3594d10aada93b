"""Who is planned to be at work when, and whether they were."""
