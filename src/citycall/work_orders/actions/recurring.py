"""Work that comes again: saying so, stopping it, and making its orders some weeks ahead."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from citycall.catalog.queries import catalog
from citycall.core import clock
from citycall.core.actors import SYSTEM, Actor
from citycall.core.errors import DomainError, Faults, NotFound
from citycall.core.permissions import require
from citycall.work_orders.actions import orders, plan
from citycall.work_orders.actions.change import hold_plans
from citycall.work_orders.actions.orders import Draft
from citycall.work_orders.models import UNENDED, Crew, RecurringWork, WorkOrder
from citycall.work_orders.policies import PERMISSIONS
from citycall.work_orders.recurrence import Rule

# Orders are made so far ahead that a week can be planned before it begins.
AHEAD: Final = timedelta(days=28)
MOST_PLACES: Final = 200
_NEXT_DAYS: Final = 14
_KEPT: Final = (
    "title", "minutes", "instructions", "skills", "materials", "checklist", "signature_needed",
    "announced",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Spot:
    """Where the work is done each time."""

    place: str
    longitude: float | None = None
    latitude: float | None = None


@transaction.atomic
def save(
    draft: Draft,
    rule: Rule,
    spots: Sequence[Spot],
    *,
    agency_id: int,
    by: Actor,
    at: datetime,
    crew_id: int | None = None,
    recurring_id: int | None = None,
) -> RecurringWork:
    """Say that work comes again, or say it anew; its orders of the next weeks are made at once.

    Orders of coming dates that the rule does not have any more are cancelled, unless begun.
    Raises ``NotAllowed``, ``NotFound`` and ``Faults``.
    """
    require(PERMISSIONS, "plan", by=by, agency_id=agency_id)
    _check(draft, spots, crew_id, agency_id)
    hold_plans(agency_id)
    row = RecurringWork(agency_id=agency_id)
    if recurring_id is not None:
        row = _held(recurring_id, by=by)
    row.title, row.crew_id, row.active = draft.title.strip(), crew_id, True
    row.rule = rule.model_dump(mode="json")
    row.what = {name: value for name, value in asdict(draft).items() if name in _KEPT}
    row.places = [asdict(spot) for spot in spots]
    row.save()
    today = at.astimezone(clock.city_zone()).date()
    _call_off(row, kept={*rule.dates(today, today + AHEAD)}, by=by, at=at)
    _generate(row, at=at)
    return row


@transaction.atomic
def stop(recurring_id: int, *, by: Actor, at: datetime) -> RecurringWork:
    """It does not come again; its orders of coming dates are cancelled, unless begun."""
    row = _held(recurring_id, by=by)
    row.active = False
    row.save()
    _call_off(row, kept=set(), by=by, at=at)
    return row


def generate(*, at: datetime) -> int:
    """Make the orders of the next four weeks that are missing; returns how many."""
    made = 0
    active = RecurringWork.objects.filter(active=True).order_by("pk")
    for pk, agency_id in active.values_list("pk", "agency_id"):
        with transaction.atomic():
            hold_plans(agency_id)
            row = RecurringWork.objects.select_for_update().get(pk=pk)
            made += _generate(row, at=at) if row.active else 0
    return made


def _generate(row: RecurringWork, *, at: datetime) -> int:
    today = at.astimezone(clock.city_zone()).date()
    known = set(row.orders.filter(due_on__gte=today).values_list("due_on", "spot"))
    made = 0
    for due in Rule.model_validate(row.rule).dates(today, today + AHEAD):
        for spot, place in enumerate(row.places):
            if (due, spot) not in known:
                _make(row, place, due, spot, at=at)
                made += 1
    return made


def _make(
    row: RecurringWork, place: Mapping[str, Any], due: date, spot: int, *, at: datetime
) -> None:
    order = orders.make(Draft(**row.what, **place), agency_id=row.agency_id, by=SYSTEM, at=at)
    order.recurring, order.due_on, order.spot = row, due, spot
    order.save(update_fields=["recurring", "due_on", "spot"])
    if row.crew_id is None:
        return
    try:
        with transaction.atomic():
            day = _working_day(row.agency_id, due)
            plan.plan(order.pk, crew_id=row.crew_id, day=day, by=SYSTEM, at=at)
    except DomainError:
        # A crew that cannot do it any more: the order waits among those that are not planned.
        return


def _working_day(agency_id: int, due: date) -> date:
    """The date, or the next on which the agency works."""
    spec = catalog().working_time(agency_id).spec
    ahead = (due + timedelta(days=n) for n in range(_NEXT_DAYS))
    return next((day for day in ahead if spec.hours_on(day)), due)


def _call_off(row: RecurringWork, *, kept: set[date], by: Actor, at: datetime) -> None:
    today = at.astimezone(clock.city_zone()).date()
    coming = WorkOrder.objects.filter(UNENDED, recurring=row, due_on__gt=today)
    for order in coming.filter(started_at__isnull=True).exclude(due_on__in=kept):
        orders.cancel(order.pk, by=by, at=at)


def _held(recurring_id: int, *, by: Actor) -> RecurringWork:
    found = RecurringWork.objects.filter(pk=recurring_id)
    for agency_id in found.values_list("agency_id", flat=True):
        hold_plans(agency_id)
    row = found.select_for_update().first()
    if row is None:
        raise NotFound(_("There is no such recurring work."))
    require(PERMISSIONS, "plan", by=by, agency_id=row.agency_id)
    return row


def _check(draft: Draft, spots: Sequence[Spot], crew_id: int | None, agency_id: int) -> None:
    faults: dict[str, str] = {}
    if not draft.title.strip():
        faults["title"] = _("Please say what is to be done.")
    if not 0 < len(spots) <= MOST_PLACES:
        faults["places"] = _("Please give a place, or up to %(n)d.") % {"n": MOST_PLACES}
    crews = Crew.objects.filter(agency_id=agency_id, active=True)
    if crew_id is not None and not crews.filter(pk=crew_id).exists():
        faults["crew"] = _("Please choose a crew of the agency.")
    if faults:
        raise Faults(faults)
