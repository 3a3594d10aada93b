"""Jobs: packs are made when their day has come, and those concerned hear where they are."""

from django.conf import settings
from django.db import Error as DatabaseProblem
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app as jobs

from citycall.analytics.packs import making
from citycall.core import clock
from citycall.core.phrases import said
from citycall.meetings.actions.remind import TELL_QUEUE
from citycall.meetings.models import Paper
from citycall.notifications import delivery, messages

MAKE_TASK = "citycall.make_packs"
QUEUE = "housekeeping"
_AGAIN_LATER = RetryStrategy(
    max_attempts=6,
    exponential_wait=6,
    retry_exceptions=(delivery.TryAgainLater, DatabaseProblem),
)


@jobs.periodic(cron="25 * * * *")
@jobs.task(name=MAKE_TASK, queue=QUEUE, queueing_lock=MAKE_TASK)
def make_packs(timestamp: int) -> None:
    """Every hour: make the packs whose day has come and that are not there yet."""
    making.make_due(at=clock.now())


@jobs.task(name=making.TELL_TASK, queue=TELL_QUEUE, retry=_AGAIN_LATER)
def tell_of_pack(paper_id: int, email: str, language: str) -> None:
    """Write to one person where the pack of a meeting is."""
    paper = Paper.objects.select_related("meeting__agency").filter(pk=paper_id).first()
    if paper is None:
        return
    meeting = paper.meeting
    told = {
        "agency": said(meeting.agency.name, messages.spoken(language)),
        "meeting": meeting,
        "again": paper.nth > 1,
        "link": f"{settings.PUBLIC_URL}/citistat/{meeting.agency.code}/pack/{meeting.on}",
    }
    message = messages.render_alone("pack_ready", told, language=language)
    delivery.send_alone(message, to=email, mark=f"pack:{paper_id}:{email}")
