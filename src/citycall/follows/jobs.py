"""Asking whether somebody wishes to follow, telling followers, forgetting the unconfirmed."""

from django.db import Error as DatabaseProblem
from django.utils import translation
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app as jobs

from citycall.core import clock
from citycall.follows import actions, links, telling, words
from citycall.follows.models import Follow
from citycall.notifications import delivery, messages
from citycall.notifications.actions import DELIVER_QUEUE

HOUSEKEEPING_QUEUE = "housekeeping"
OWE_TASK = "citycall.owe_followers"
FORGET_TASK = "citycall.forget_unconfirmed_follows"

# After 6 seconds, 36, 4 minutes and 22; what is new is kept, and is owed anew after two hours.
_AGAIN_LATER = RetryStrategy(
    max_attempts=5,
    exponential_wait=6,
    retry_exceptions=(delivery.TryAgainLater, DatabaseProblem),
)


@jobs.task(name=actions.ASK_TASK, queue=DELIVER_QUEUE, retry=_AGAIN_LATER)
def ask_to_confirm_follow(follow_id: int) -> None:
    """Ask the owner of the address whether it was them."""
    rows = Follow.objects.select_related("contact")
    follow = rows.filter(pk=follow_id, confirmed_at__isnull=True).first()
    if follow is None or not follow.contact.email:
        return
    with translation.override(messages.spoken(follow.contact.language)):
        what = words.describe(follow)
    message = messages.render_alone(
        "follow_confirm",
        {
            "what": what,
            "link": links.confirm_address(follow.pk),
            "hours": int(actions.CONFIRM_WITHIN.total_seconds() // 3_600),
        },
        language=follow.contact.language,
    )
    mark = f"follow-confirm:{follow.pk}:{follow.asked_at.isoformat()}"
    delivery.send_alone(message, to=follow.contact.email, mark=mark)


@jobs.periodic(cron="*/5 * * * *")
@jobs.task(name=OWE_TASK, queue=HOUSEKEEPING_QUEUE, queueing_lock=OWE_TASK)
def owe_followers(timestamp: int) -> None:
    """Every five minutes: owe a message to those whose time it is."""
    telling.owe(at=clock.now())


@jobs.task(name=telling.TELL_TASK, queue=DELIVER_QUEUE, retry=_AGAIN_LATER)
def tell_follower(follow_id: int) -> None:
    """The job of one follower's news."""
    telling.tell(follow_id, at=clock.now())


@jobs.periodic(cron="50 3 * * *")
@jobs.task(name=FORGET_TASK, queue=HOUSEKEEPING_QUEUE, queueing_lock=FORGET_TASK)
def forget_unconfirmed_follows(timestamp: int) -> None:
    """Every night: forget addresses whose owners did not say that it was them."""
    actions.forget_unconfirmed(at=clock.now())
