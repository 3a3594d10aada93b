"""Speaking for a resident: their report filed or linked, followed, and its progress told."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app as jobs

from citycall.accounts.queries import council_people
from citycall.core import numbers
from citycall.core.actors import Actor
from citycall.core.errors import NotFound
from citycall.core.permissions import require
from citycall.council import queries
from citycall.council.models import Case
from citycall.council.policies import PERMISSIONS
from citycall.places.index import AreaRef
from citycall.service_requests import published
from citycall.service_requests import queries as service_requests
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.drafts import Draft, Receipt
from citycall.service_requests.events import Kind
from citycall.service_requests.models import Channel

TELL_TASK: Final = "citycall.tell_council_office"
TELL_QUEUE: Final = "mail"
LONGEST_REFERENCE: Final = 60
# What a council office that follows a report hears of.
PROGRESS: Final = frozenset(
    {
        Kind.HELD,
        Kind.PROMISE_CHANGED,
        Kind.SERVICE_CHANGED,
        Kind.COMPLETED,
        Kind.CONFIRMED,
        Kind.CLOSED,
        Kind.DISPUTED,
        Kind.REOPENED,
        Kind.CANCELLED,
        Kind.REFERRED,
        Kind.MERGED,
        Kind.UNMERGED,
        Kind.TAKEN_BACK,
        Kind.NOTE_ADDED,
    }
)


@transaction.atomic
def file(
    draft: Draft, *, district: AreaRef, by: Actor, at: datetime, reference: str = ""
) -> Receipt:
    """Report for a resident, by the one road that every report takes, and follow it.

    The channel is the council office. The resident's contact belongs to the report: the office
    reads it nowhere afterwards. Handed in twice, it is one report. Raises ``NotAllowed`` and
    whatever ``submit`` raises.
    """
    _check(district, by=by)
    receipt = submit(replace(draft, channel=Channel.COUNCIL), by=by, at=at)
    _keep(receipt.report_id, district, filed=True, reference=reference, by=by, at=at)
    return receipt


@transaction.atomic
def link(typed: str, *, district: AreaRef, by: Actor, at: datetime, reference: str = "") -> Case:
    """Follow the report whose confirmation number a resident gave, wherever in the city it is.

    Of private services nothing is told, not even that there is such a report. Raises
    ``NotAllowed``, ``BadNumber`` and ``NotFound``.
    """
    _check(district, by=by)
    report = service_requests.report_by_number(numbers.read(typed))
    if published.one(service_requests.root_id(report.service_request_id)) is None:
        raise NotFound(_("There is no report with this number that everyone may know of."))
    return _keep(report.pk, district, filed=False, reference=reference, by=by, at=at)


def end(case_id: int, *, by: Actor) -> None:
    """Follow a report no longer; the report stays. Raises ``NotAllowed`` and ``NotFound``."""
    require(PERMISSIONS, "ask", by=by)
    gone, _each = Case.objects.filter(pk=case_id, district__in=by.districts).delete()
    if not gone:
        raise NotFound(_("Your office does not follow this report."))


def _check(district: AreaRef, *, by: Actor) -> None:
    require(PERMISSIONS, "ask", by=by)
    if district not in queries.districts_of(by):
        raise NotFound(_("This is not your district."))


def _keep(
    report_id: int, district: AreaRef, *, filed: bool, reference: str, by: Actor, at: datetime
) -> Case:
    row, _made = Case.objects.get_or_create(
        report_id=report_id,
        district=f"{district.layer}/{district.code}",
        defaults={
            "filed": filed,
            "reference": reference.strip()[:LONGEST_REFERENCE],
            "by_id": by.id,
            "by_name": by.name,
            "at": at,
        },
    )
    return row


@transaction.atomic
def owe_news(request_ids: Collection[int], *, event_id: int) -> int:
    """Owe each office that follows one of these a message about the event; returns how many.

    An office is told of each event once, and of the latest only where several come at once: the
    message says how things are when it is sent.
    """
    rows = Case.objects.select_for_update().filter(
        report__service_request_id__in=request_ids, told_event__lt=event_id
    )
    cases = list(rows.order_by("id"))
    task = jobs.configure_task(TELL_TASK, queue=TELL_QUEUE)
    for case in cases:
        for person in council_people(case.district):
            if person.email:
                task.defer(case_id=case.pk, user_id=person.pk, event_id=event_id)
    Case.objects.filter(pk__in=[case.pk for case in cases]).update(told_event=event_id)
    return len(cases)


def forget_references(*, before: datetime) -> int:
    """Forget what offices call their cases from before this moment; returns how many."""
    return Case.objects.filter(at__lt=before).exclude(reference="").update(reference="")
