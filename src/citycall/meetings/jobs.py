"""Jobs: each morning owners hear of what is late; old meetings are forgotten."""

from datetime import date

from django.conf import settings
from django.db import Error as DatabaseProblem
from django.utils import translation
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app as jobs

from citycall.core import clock
from citycall.meetings import retention
from citycall.meetings.actions import remind
from citycall.meetings.models import Commitment
from citycall.notifications import delivery, messages

REMIND_TASK = "citycall.remind_of_commitments"
FORGET_TASK = "citycall.forget_meetings"
QUEUE = "housekeeping"
_AGAIN_LATER = RetryStrategy(
    max_attempts=6,
    exponential_wait=6,
    retry_exceptions=(delivery.TryAgainLater, DatabaseProblem),
)


@jobs.periodic(cron="12 12 * * *")
@jobs.task(name=REMIND_TASK, queue=QUEUE, queueing_lock=REMIND_TASK)
def remind_of_commitments(timestamp: int) -> None:
    """Each day: owners hear of what they promised and the date of which has gone by."""
    while remind.remind_late(at=clock.now()):
        pass


@jobs.periodic(cron="47 3 * * *")
@jobs.task(name=FORGET_TASK, queue=QUEUE, queueing_lock=FORGET_TASK)
def forget_meetings(timestamp: int) -> None:
    """Every night: erase the words and papers of meetings that have been kept long enough."""
    retention.forget_old(at=clock.now())


@jobs.task(name=remind.TELL_TASK, queue=remind.TELL_QUEUE, retry=_AGAIN_LATER)
def tell_of_commitments(commitment_ids: list[int], email: str, language: str, on: str) -> None:
    """Write to one person of what is late; what was done in the meantime is left out."""
    rows = Commitment.objects.filter(pk__in=commitment_ids, ended_at__isnull=True)
    found = list(rows.select_related("meeting__agency").order_by("due_on", "id"))
    late = [row for row in found if row.due_on < date.fromisoformat(on)]
    if not late:
        return
    with translation.override(messages.spoken(language)):
        lines = [{"row": row, "link": link_of(row)} for row in late]
    message = messages.render_alone("commitments_late", {"lines": lines}, language=language)
    delivery.send_alone(message, to=email, mark=f"commitments:{on}:{email}:{late[0].pk}")


def link_of(row: Commitment) -> str:
    """Where a commitment is followed."""
    return f"{settings.PUBLIC_URL}/citistat/{row.meeting.agency.code}/commitments/{row.pk}"
