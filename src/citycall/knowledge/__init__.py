"""What residents can know without asking a person: articles, alerts, days, events, directory."""
