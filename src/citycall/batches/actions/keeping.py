"""What was prepared and never confirmed is not kept."""

from datetime import datetime, timedelta
from typing import Final

from citycall.batches.models import Batch, State

_KEPT: Final = timedelta(days=1)


def forget_prepared(*, at: datetime) -> int:
    """Remove what nobody confirmed within a day; returns how many batches."""
    old = Batch.objects.filter(state=State.PREPARED, made_at__lt=at - _KEPT)
    return old.delete()[1].get("batches.Batch", 0)
