"""Jobs: every few minutes the steps that have come, each night a look at all dates."""

from typing import Any

from django.conf import settings
from django.db import Error as DatabaseProblem
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app as jobs

from citycall.core import clock, numbers
from citycall.core.phrases import said
from citycall.escalations import actions
from citycall.escalations.models import Escalation
from citycall.notifications import delivery, messages

TAKE_TASK = "citycall.take_escalations"
WATCH_TASK = "citycall.watch_dates"
QUEUE = actions.PLAN_QUEUE
_AGAIN_LATER = RetryStrategy(
    max_attempts=6,
    exponential_wait=6,
    retry_exceptions=(delivery.TryAgainLater, DatabaseProblem),
)
_AGAIN_SOON = RetryStrategy(max_attempts=5, exponential_wait=3, retry_exceptions=(DatabaseProblem,))


@jobs.periodic(cron="*/5 * * * *")
@jobs.task(name=TAKE_TASK, queue=QUEUE, queueing_lock=TAKE_TASK)
def take_escalations(timestamp: int) -> None:
    """Every five minutes: take the steps whose moment has come."""
    actions.take_due(at=clock.now())


@jobs.periodic(cron="41 3 * * *")
@jobs.task(name=WATCH_TASK, queue=QUEUE, queueing_lock=WATCH_TASK)
def watch_dates(timestamp: int) -> None:
    """Each night: watch what came by another way than a report."""
    while actions.watch_missing(at=clock.now()) >= 10_000:
        pass


@jobs.task(name=actions.PLAN_TASK, queue=QUEUE, retry=_AGAIN_SOON)
def plan_again(service: str, agency: str, after: int) -> None:
    """Some of the open requests that a changed policy concerns; a further job takes the next."""
    actions.plan_again(at=clock.now(), service=service, agency=agency, after=after)


@jobs.task(name=actions.TELL_TASK, queue=actions.TELL_QUEUE, retry=_AGAIN_LATER)
def tell_of_escalations(escalation_ids: list[int], email: str, language: str) -> None:
    """Write to one person of the steps that came for them."""
    rows = Escalation.objects.filter(pk__in=escalation_ids).order_by("id")
    found = list(rows.select_related("service_request__service"))
    with translation.override(messages.spoken(language)):
        lines = [_line(row) for row in found]
    message = messages.render_alone("escalated", {"lines": lines}, language=language)
    mark = f"escalated:{'-'.join(map(str, escalation_ids))}:{email}"
    delivery.send_alone(message, to=email, mark=mark)


def _line(row: Escalation) -> dict[str, Any]:
    request = row.service_request
    number = numbers.show(request.number)
    return {
        "number": number,
        "service": said(request.service.name),
        "place": request.place,
        "due_at": timezone.localtime(row.due_at, clock.city_zone()),
        "why": said(_(row.name)),
        "link": f"{settings.PUBLIC_URL}/agency/{number}",
    }
