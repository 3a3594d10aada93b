"""CitiStat meetings: what was said, what was promised, by whom and when, and what came of it."""
