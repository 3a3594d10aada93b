"""Who does which order when, and in which order of stops."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.utils import formats
from django.utils.translation import gettext as _

from citycall.core.actors import Actor
from citycall.core.errors import Conflict, DomainError, NotFound
from citycall.core.permissions import require
from citycall.service_requests.events import Kind
from citycall.work_orders import events, queries, routes, rules
from citycall.work_orders.actions.change import announce, begin, hold_plans, need_unended
from citycall.work_orders.models import Crew, Dependency, Ending, WorkOrder
from citycall.work_orders.policies import PERMISSIONS


class CannotPlan(DomainError):
    """This crew, or this day, is not possible for the order."""

    code = "cannot_plan"


class PlanChanged(Conflict):
    """The day's orders are not those that the page showed."""

    code = "plan_changed"


@transaction.atomic
def plan(order_id: int, *, crew_id: int, day: date, by: Actor, at: datetime) -> WorkOrder:
    """Give an order to a crew for a day, as its last stop; the same again changes nothing.

    Raises ``CannotPlan`` for a crew without the skills, and for a day before that of an order
    that must be done first.
    """
    order = begin(order_id, "plan", by=by)
    need_unended(order)
    if (order.crew_id, order.day) == (crew_id, day):
        return order
    crew = Crew.objects.filter(pk=crew_id, agency_id=order.agency_id, active=True).first()
    if crew is None:
        raise CannotPlan(_("Please choose a crew of the agency."), field="crew")
    _check(order, crew, day)
    before, order.crew, order.day = order.day, crew, day
    last = WorkOrder.objects.filter(crew=crew, day=day).aggregate(last=Max("turn"))["last"]
    order.turn = (last or 0) + 1
    order.changed_at = at
    order.save()
    if before != day:
        announce(order, Kind.VISIT_PLANNED, by=by, at=at, day=day, before=before)
    moved_from = before.isoformat() if before is not None else None
    facts = {"day": day.isoformat(), "before": moved_from, "crew": crew.name}
    events.tell(order, events.Kind.PLANNED, by=by, at=at, **facts)
    return order


def _check(order: WorkOrder, crew: Crew, day: date) -> None:
    missing = rules.missing_skills(order.skills, crew.skills)
    if missing:
        told = {"crew": crew.name, "skills": ", ".join(missing)}
        raise CannotPlan(_("%(crew)s cannot do this: it needs %(skills)s.") % told, field="crew")
    waits = routes.waits_on(order)
    if waits is not None and waits != day:
        told = {"day": formats.date_format(waits)}
        raise CannotPlan(_("Somebody waits for the crew on %(day)s.") % told, field="day")
    for row in Dependency.objects.filter(order=order).select_related("first"):
        first = row.first
        if first.ending != Ending.DONE and (first.day is None or first.day > day):
            told = {"first": str(first)}
            raise CannotPlan(
                _("“%(first)s” must be done before. Please plan it first.") % told, field="day"
            )
    for row in Dependency.objects.filter(first=order).select_related("order"):
        later = row.order
        if later.ended_at is None and later.day is not None and later.day < day:
            told = {"later": str(later)}
            raise CannotPlan(
                _("“%(later)s” waits for this and is planned earlier.") % told, field="day"
            )


@transaction.atomic
def take_off(order_id: int, *, by: Actor, at: datetime) -> WorkOrder:
    """Nobody has the order any more; it waits to be planned again."""
    order = begin(order_id, "plan", by=by)
    need_unended(order)
    if order.day is None:
        return order
    if order.started_at is not None:
        raise CannotPlan(_("The crew has begun already."))
    announce(order, Kind.VISIT_CALLED_OFF, by=by, at=at, day=order.day)
    before = order.day.isoformat()
    order.crew, order.day, order.turn, order.changed_at = None, None, 0, at
    order.save()
    events.tell(order, events.Kind.TAKEN_OFF, by=by, at=at, before=before)
    return order


@transaction.atomic
def move_stop(order_id: int, *, up: bool, by: Actor, at: datetime) -> WorkOrder:
    """One stop earlier or later in its crew's day; at the end of the list nothing changes.

    Raises ``CannotPlan`` where it would come before an order that must be done first.
    """
    order = begin(order_id, "plan", by=by)
    need_unended(order)
    if order.crew_id is None or order.day is None:
        return order
    stops = _stops(order.crew_id, order.day)
    here = next(n for n, stop in enumerate(stops) if stop.pk == order.pk)
    there = here + (-1 if up else 1)
    if not 0 <= there < len(stops) or stops[there].ended_at is not None:
        return order
    stops[here], stops[there] = stops[there], stops[here]
    needs = _needs(stops)
    if not routes.is_in_order([stop.pk for stop in stops], needs):
        raise CannotPlan(_("The other stop must be done first."))
    _number(stops, at=at)
    order.refresh_from_db()
    return order


@transaction.atomic
def arrange(
    *, crew_id: int, day: date, seen: Sequence[int], by: Actor, at: datetime
) -> routes.Arranged:
    """Put a crew's stops of a day into the order that saves driving, and say what it saves.

    ``seen`` are the ids of the stops as the page showed them; raises ``PlanChanged`` where they
    are others now. What has begun or ended stays where it is, at the head.
    """
    crew = Crew.objects.select_related("agency").filter(pk=crew_id).first()
    if crew is None:
        raise NotFound(_("There is no such crew."))
    require(PERMISSIONS, "plan", by=by, agency_id=crew.agency_id)
    hold_plans(crew.agency_id)
    stops = _stops(crew_id, day)
    if [stop.pk for stop in stops] != list(seen):
        raise PlanChanged(_("Somebody else has changed this day. Please look again."))
    arranged = proposal(crew, day, stops)
    by_id = {stop.pk: stop for stop in stops}
    _number([by_id[pk] for pk in arranged.stops], at=at)
    return arranged


def proposal(crew: Crew, day: date, stops: Sequence[WorkOrder]) -> routes.Arranged:
    """The order of stops that saves driving, beside the present one; nothing is changed."""
    return routes.arrange(
        [routes.stop_of(stop, crew=crew, day=day) for stop in stops],
        start=_start(crew),
        needs=_needs(stops),
    )


def _start(crew: Crew) -> tuple[float, float] | None:
    if crew.longitude is None or crew.latitude is None:
        return None
    return crew.longitude, crew.latitude


def _stops(crew_id: int, day: date) -> list[WorkOrder]:
    return queries.on_day([crew_id], day)


def _needs(stops: Sequence[WorkOrder]) -> dict[int, set[int]]:
    ids = {stop.pk for stop in stops}
    needs: dict[int, set[int]] = {}
    rows = Dependency.objects.filter(order_id__in=ids, first_id__in=ids)
    for later, first in rows.values_list("order_id", "first_id"):
        needs.setdefault(later, set()).add(first)
    return needs


def _number(stops: Sequence[WorkOrder], *, at: datetime) -> None:
    changed = []
    for turn, stop in enumerate(stops, 1):
        if stop.turn != turn:
            stop.turn, stop.changed_at = turn, at
            changed.append(stop)
    WorkOrder.objects.bulk_update(changed, ["turn", "changed_at"])
