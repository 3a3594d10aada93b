"""Open data: the public facts of requests as files for everyone, without personal data."""
