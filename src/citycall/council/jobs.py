"""Counting the districts from time to time, and telling offices of what they follow."""

from typing import Any

from django.conf import settings
from django.db import Error as DatabaseProblem
from django.utils import translation
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app as jobs

from citycall.accounts.queries import council_people
from citycall.core import clock
from citycall.core.phrases import said
from citycall.council import actions, cases, queries
from citycall.council.models import Case
from citycall.council.queries import Followed
from citycall.notifications import delivery, messages

COUNT_TASK = "citycall.count_districts"
QUEUE = "housekeeping"
_AGAIN_LATER = RetryStrategy(
    max_attempts=6,
    exponential_wait=6,
    retry_exceptions=(delivery.TryAgainLater, DatabaseProblem),
)


@jobs.periodic(cron="23 * * * *")
@jobs.task(name=COUNT_TASK, queue=QUEUE, queueing_lock=COUNT_TASK)
def count_districts(timestamp: int) -> None:
    """Every hour: count the districts, and forget who asked long ago."""
    actions.count_districts(at=clock.now())
    actions.forget(at=clock.now())


@jobs.task(name=cases.TELL_TASK, queue=cases.TELL_QUEUE, retry=_AGAIN_LATER)
def tell_council_office(case_id: int, user_id: int, event_id: int) -> None:
    """Write to one person of an office how a report that it follows stands now."""
    case = Case.objects.select_related("report").filter(pk=case_id).first()
    if case is None:
        return
    person = next((each for each in council_people(case.district) if each.pk == user_id), None)
    if person is None or not person.email:
        return
    with translation.override(messages.spoken(person.language)):
        found = queries.followed(case)
        if found is None:
            return
        context = _context(found)
    message = messages.render_alone("council_news", context, language=person.language)
    mark = f"council:{case.pk}:{event_id}:{person.pk}"
    delivery.send_alone(message, to=person.email, mark=mark)


def _context(found: Followed) -> dict[str, Any]:
    return {
        "reference": found.case.reference,
        "service": said(found.service),
        "place": found.request.place,
        "status": found.status,
        "due_at": found.request.due_at if found.is_open else None,
        "words": said(found.request.explanation),
        "link": f"{settings.PUBLIC_URL}/council/{found.request.id}",
    }
