"""Sending access links, and forgetting old ones."""

import logging

from django.db import Error as DatabaseProblem
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app as jobs

from citycall.core import clock
from citycall.notifications import delivery, messages, sms
from citycall.notifications.actions import DELIVER_QUEUE
from citycall.notifications.failures import Refused
from citycall.notifications.models import SMS
from citycall.privacy import links, openings, photo_reviews, redacting
from citycall.privacy.models import AccessLink

log = logging.getLogger(__name__)

HOUSEKEEPING_QUEUE = "housekeeping"
FORGET_TASK = "citycall.forget_access_links"
FORGET_OPENINGS_TASK = "citycall.forget_contact_openings"

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
    if link is None or link.asked_at + links.VALID_FOR < clock.now():
        return
    if link.channel == SMS:
        _send_by_sms(link)
    elif link.contact.email:
        _send_by_email(link)


def _send_by_sms(link: AccessLink) -> None:
    if not link.contact.phone:
        return
    text = messages.render_sms(
        "my_reports", {"link": links.address(link)}, language=link.contact.language
    )
    try:
        sms.hand_over(to=link.contact.phone, text=text)
    except Refused as error:
        log.warning("The link %d by text message was refused: %s", link.pk, error)


def _send_by_email(link: AccessLink) -> None:
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


@jobs.periodic(cron="43 3 * * *")
@jobs.task(name=FORGET_OPENINGS_TASK, queue=HOUSEKEEPING_QUEUE, queueing_lock=FORGET_OPENINGS_TASK)
def forget_old_openings(timestamp: int) -> None:
    """Every night: forget who opened which contact years ago, and destroy hidden originals."""
    openings.forget(before=clock.now() - openings.KEPT_FOR)
    redacting.forget(before=clock.now() - redacting.KEPT_FOR)
    photo_reviews.forget(before=clock.now() - photo_reviews.KEPT_FOR)
