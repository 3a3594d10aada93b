"""Sending access links, and forgetting old ones."""

from django.db import Error as DatabaseProblem
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app as jobs

from citycall.core import clock
from citycall.notifications import delivery, messages
from citycall.notifications.actions import DELIVER_QUEUE
from citycall.privacy import links
from citycall.privacy.models import AccessLink

HOUSEKEEPING_QUEUE = "housekeeping"
FORGET_TASK = "citycall.forget_access_links"

# After 4 seconds, 16 and 64: later than that nobody waits for the message any more.
_AGAIN_SOON = RetryStrategy(
    max_attempts=4,
    exponential_wait=4,
    retry_exceptions=(delivery.TryAgainLater, DatabaseProblem),
)


@jobs.task(name=links.SEND_TASK, queue=DELIVER_QUEUE, retry=_AGAIN_SOON)
def send_access_link(link_id: int) -> None:
    """The job of one link; the address is looked up now, so that nothing erased is written to."""
    link = AccessLink.objects.select_related("contact").filter(pk=link_id).first()
    if link is None or not link.contact.email or link.asked_at + links.VALID_FOR < clock.now():
        return
    message = messages.render_alone(
        "my_reports",
        {
            "link": links.address(link),
            "minutes": int(links.VALID_FOR.total_seconds() // 60),
        },
        language=link.contact.language,
    )
    mark = f"access:{link.pk}:{link.asked_at.isoformat()}"
    delivery.send_alone(message, to=link.contact.email, mark=mark)


@jobs.periodic(cron="20 3 * * *")
@jobs.task(name=FORGET_TASK, queue=HOUSEKEEPING_QUEUE, queueing_lock=FORGET_TASK)
def forget_access_links(timestamp: int) -> None:
    """Every night: remove links that nobody can use any more."""
    links.forget_old(at=clock.now())
