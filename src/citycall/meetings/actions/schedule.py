"""Saying when an agency meets, and calling the meetings whose paper is to be made."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from citycall.agencies.models import Agency
from citycall.core import clock
from citycall.core.actors import SYSTEM, Actor
from citycall.core.errors import Faults, NotFound
from citycall.core.permissions import require
from citycall.meetings import events, rules
from citycall.meetings.actions import meet
from citycall.meetings.events import Kind
from citycall.meetings.models import Meeting, Schedule
from citycall.meetings.policies import PERMISSIONS

_MOST_EMAILS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """When an agency meets, as it is written down; see ``Schedule``."""

    first_on: date | None
    weeks: int = 2
    days_before: int = 3
    emails: Sequence[str] = ()
    active: bool = True


@transaction.atomic
def schedule(agency_id: int, plan: Plan, *, by: Actor, at: datetime) -> Schedule:
    """Say when an agency meets, or that it does not any more; meetings called already stay.

    Raises ``NotAllowed``, ``NotFound`` and ``Faults``.
    """
    require(PERMISSIONS, "take_down", by=by, agency_id=agency_id)
    if not Agency.objects.select_for_update().filter(pk=agency_id).exists():
        raise NotFound(_("There is no such agency."))
    faults = dict(_faults(plan))
    if faults or plan.first_on is None:
        raise Faults(faults)
    row = Schedule.objects.filter(agency_id=agency_id).first() or Schedule(agency_id=agency_id)
    before = _facts(row) if row.pk else None
    row.first_on, row.weeks, row.days_before = plan.first_on, plan.weeks, plan.days_before
    row.emails, row.active = [each.strip() for each in plan.emails], plan.active
    if before != _facts(row):
        row.save()
        events.tell(
            events.SCHEDULE,
            row.pk,
            Kind.SCHEDULED,
            by=by,
            at=at,
            agency=agency_id,
            before=before,
            after=_facts(row),
        )
    return row


def _faults(plan: Plan) -> Iterator[tuple[str, str]]:
    if plan.first_on is None:
        yield "first_on", _("Please give the date of the first meeting.")
    if not 1 <= plan.weeks <= 26:
        yield "weeks", _("Please give a number of weeks from 1 to 26.")
    if not 0 <= plan.days_before <= 14:
        yield "days_before", _("Please give a number of days from 0 to 14.")
    if len(plan.emails) > _MOST_EMAILS:
        yield "emails", _("Please give %(n)s addresses at most.") % {"n": _MOST_EMAILS}
    for each in plan.emails:
        try:
            validate_email(each.strip())
        except ValidationError:
            yield "emails", _("%(address)s is not an e-mail address.") % {"address": each.strip()}
            return


def _facts(row: Schedule) -> dict[str, Any]:
    # Addresses of people are not for the event log, which forgets nothing.
    return {
        "first_on": row.first_on.isoformat(),
        "weeks": row.weeks,
        "days_before": row.days_before,
        "addresses": len(row.emails),
        "active": row.active,
    }


def call_due(*, at: datetime) -> list[Meeting]:
    """Call the meetings whose paper's day has come; returns those that have no paper yet."""
    today = at.astimezone(clock.city_zone()).date()
    found = []
    held = Schedule.objects.filter(active=True, agency__active=True)
    for row in held.order_by("agency_id"):
        on = rules.to_make(row.first_on, row.weeks, row.days_before, today=today)
        if on is not None:
            meeting = meet.call(row.agency_id, on, slot=on, by=SYSTEM, at=at)
            if not meeting.papers.exists() and meeting.until < today <= meeting.on:
                found.append(meeting)
    return found
