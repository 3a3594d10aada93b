"""What a page's address asks of the data; other doors read theirs in the same way."""

from citycall.analytics.measures.asked import MOST_PERIODS, WITHOUT, Asked, read

__all__ = ["MOST_PERIODS", "WITHOUT", "Asked", "read"]
