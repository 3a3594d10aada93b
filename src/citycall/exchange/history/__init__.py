"""History from other systems: open-data exports of cities, read by declared mappings."""

from citycall.exchange.history.importing import import_history
from citycall.exchange.history.report import HistoryReport

__all__ = ["HistoryReport", "import_history"]
