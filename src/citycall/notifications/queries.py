"""What became of messages."""

from collections.abc import Iterable

from citycall.core import paging
from citycall.core.actors import Actor
from citycall.core.permissions import require
from citycall.notifications import policies
from citycall.notifications.models import Delivery


def failed(
    actor: Actor, *, older_than: str = "", newer_than: str = "", size: int = 50
) -> paging.Page[Delivery]:
    """One page of the messages that were refused for good, latest first; ``problem`` says why."""
    require(policies.PERMISSIONS, "read_deliveries", by=actor)
    return paging.page_by_time(
        Delivery.objects.filter(state=Delivery.State.FAILED),
        column="created_at",
        older_than=older_than,
        newer_than=newer_than,
        size=size,
    )


def of_reports(report_ids: Iterable[int]) -> list[Delivery]:
    """The messages about these reports, latest first, at most a thousand.

    For a page that has already made sure that its reader may see the reports.
    """
    return list(Delivery.objects.filter(report_id__in=list(report_ids)).order_by("-id")[:1000])
