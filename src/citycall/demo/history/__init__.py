"""Two years of invented problems, how they were told and worked, and the truth behind them."""
