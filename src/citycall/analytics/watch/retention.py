"""What rules found long ago is forgotten."""

from datetime import datetime, timedelta
from typing import Final

from citycall.analytics.watch.models import Alert

KEPT: Final = timedelta(days=3 * 366)


def forget_old(*, at: datetime) -> int:
    """Delete alerts that ended more than three years ago; returns how many."""
    return Alert.objects.filter(ended_at__lt=at - KEPT).delete()[0]
