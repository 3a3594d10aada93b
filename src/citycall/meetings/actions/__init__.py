"""Every change to a schedule, a meeting, its paper and notes, and what was promised there."""
