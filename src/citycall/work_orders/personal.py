"""What is held of those who signed for a crew's work, and for how long."""

from datetime import datetime, timedelta

from django.conf import settings

from citycall.work_orders.models import WorkOrder


def forget_signatures(*, at: datetime) -> int:
    """Erase signatures and typed names of orders that ended long ago; returns how many."""
    before = at - timedelta(days=settings.CITYCALL_SIGNATURES_KEPT_DAYS)
    rows = WorkOrder.objects.filter(signature__isnull=False, ended_at__lt=before)
    return rows.update(signature=None)
