"""What is asked again and again: saved questions, mailed on days, and alerts beyond limits."""
