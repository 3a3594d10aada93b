"""What the next four weeks bring: requests by service, agency, area and team, with intervals."""
