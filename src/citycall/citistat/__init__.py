"""The managers' door: what needs attention, the meetings, and the numbers behind them."""
