"""Making an order, saying what it is about and what it needs, and cancelling it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from citycall.core.actors import Actor
from citycall.core.errors import DomainError, Faults
from citycall.core.permissions import require
from citycall.service_requests import policies as request_policies
from citycall.service_requests.actions.change import lock
from citycall.service_requests.events import Kind
from citycall.service_requests.models import ServiceRequest
from citycall.work_orders import events, rules
from citycall.work_orders.actions.change import announce, begin, hold_plans, need_unended
from citycall.work_orders.models import UNENDED, Dependency, Ending, OrderRequest, WorkOrder
from citycall.work_orders.policies import PERMISSIONS

MOST_REQUESTS: Final = 50
MOST_MINUTES: Final = 1_440
_LONGEST: Final = {"title": 150, "place": 300, "directions": 2_000, "instructions": 4_000}


class CannotDepend(DomainError):
    """The orders would wait for each other, or are not of one agency."""

    code = "cannot_depend"


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What an order says; where it is about a request, its place is taken where none is given.

    ``checklist`` are the points in words, ``materials`` [{name, amount, unit}].
    """

    title: str
    minutes: int = 30
    place: str = ""
    directions: str = ""
    longitude: float | None = None
    latitude: float | None = None
    window_from: datetime | None = None
    window_until: datetime | None = None
    instructions: str = ""
    skills: Sequence[str] = ()
    materials: Sequence[Mapping[str, Any]] = ()
    checklist: Sequence[str] = field(default_factory=tuple)
    signature_needed: bool = False
    announced: bool = True


@transaction.atomic
def make(
    draft: Draft,
    *,
    agency_id: int,
    by: Actor,
    at: datetime,
    request_ids: Collection[int] = (),
    firsts: Collection[int] = (),
) -> WorkOrder:
    """A new order of this agency about these requests, to be done after ``firsts``.

    Raises ``NotAllowed``, ``Faults`` and ``CannotDepend``.
    """
    require(PERMISSIONS, "plan", by=by, agency_id=agency_id)
    if firsts:
        hold_plans(agency_id)
    held = {pk: _request(pk, by=by) for pk in sorted({*request_ids})}
    requests = [held[pk] for pk in dict.fromkeys(request_ids)]
    values = _values(_placed(draft, requests))
    order = WorkOrder.objects.create(agency_id=agency_id, made_at=at, changed_at=at, **values)
    for request in requests:
        _link(order, request)
    for first in dict.fromkeys(firsts):
        _depend(order, first)
    events.tell(order, events.Kind.MADE, by=by, at=at)
    return order


@transaction.atomic
def change(order_id: int, draft: Draft, *, by: Actor, at: datetime) -> WorkOrder:
    """Say anew what the order says. Raises ``OrderEnded`` and ``Faults``."""
    order = begin(order_id, "plan", by=by)
    need_unended(order)
    for name, value in _values(draft).items():
        setattr(order, name, value)
    order.changed_at = at
    order.save()
    events.tell(order, events.Kind.CHANGED, by=by, at=at)
    return order


@transaction.atomic
def add_request(order_id: int, request_id: int, *, by: Actor, at: datetime) -> WorkOrder:
    """The order is about one more request; said twice, it was once."""
    order = begin(order_id, "plan", by=by)
    need_unended(order)
    request = _request(request_id, by=by)
    if _link(order, request):
        if order.day is not None:
            announce(order, Kind.VISIT_PLANNED, by=by, at=at, day=order.day, requests=[request])
        events.tell(order, events.Kind.CHANGED, by=by, at=at)
    order.changed_at = at
    order.save(update_fields=["changed_at"])
    return order


@transaction.atomic
def drop_request(order_id: int, request_id: int, *, by: Actor, at: datetime) -> WorkOrder:
    """The order is not about this request any more."""
    order = begin(order_id, "plan", by=by)
    need_unended(order)
    link = order.links.filter(service_request_id=request_id).first()
    if link is not None:
        if order.day is not None:
            gone = [link.service_request]
            announce(order, Kind.VISIT_CALLED_OFF, by=by, at=at, day=order.day, requests=gone)
        link.delete()
        order.changed_at = at
        order.save(update_fields=["changed_at"])
        events.tell(order, events.Kind.CHANGED, by=by, at=at)
    return order


@transaction.atomic
def put_after(order_id: int, first_id: int, *, by: Actor, at: datetime) -> WorkOrder:
    """The order cannot start before another one is done. Raises ``CannotDepend`` for a circle."""
    order = begin(order_id, "plan", by=by)
    need_unended(order)
    _depend(order, first_id)
    order.changed_at = at
    order.save(update_fields=["changed_at"])
    return order


@transaction.atomic
def put_free(order_id: int, first_id: int, *, by: Actor, at: datetime) -> WorkOrder:
    """The order need not wait for the other one any more."""
    order = begin(order_id, "plan", by=by)
    Dependency.objects.filter(order=order, first_id=first_id).delete()
    order.changed_at = at
    order.save(update_fields=["changed_at"])
    return order


@transaction.atomic
def cancel(order_id: int, *, by: Actor, at: datetime) -> WorkOrder:
    """Nobody has to do it; its requests stay as they are, and hear that nobody comes."""
    order = begin(order_id, "plan", by=by)
    need_unended(order)
    if order.day is not None:
        announce(order, Kind.VISIT_CALLED_OFF, by=by, at=at, day=order.day)
    order.ending, order.ended_at, order.changed_at = Ending.CANCELLED, at, at
    order.save()
    events.tell(order, events.Kind.CALLED_OFF, by=by, at=at)
    return order


@transaction.atomic
def take_up_again(order_id: int, *, by: Actor, at: datetime) -> WorkOrder:
    """An order that ended without being done is to be planned once more."""
    order = begin(order_id, "plan", by=by)
    if order.ending in {Ending.NOT_FOUND, Ending.CANCELLED}:
        order.ending, order.ended_at, order.started_at = "", None, None
        order.crew, order.day, order.turn, order.changed_at = None, None, 0, at
        order.save()
        events.tell(order, events.Kind.TAKEN_UP, by=by, at=at)
    return order


@transaction.atomic
def expect_between(
    request_id: int, *, window_from: datetime | None, window_until: datetime | None, at: datetime
) -> int:
    """Somebody waits for the crew in this time, or no longer; returns how many orders heard it."""
    about = OrderRequest.objects.filter(service_request_id=request_id).values("order_id")
    rows = WorkOrder.objects.filter(UNENDED, pk__in=about)
    return rows.update(window_from=window_from, window_until=window_until, changed_at=at)


def _request(request_id: int, *, by: Actor) -> ServiceRequest:
    request = lock(request_id)
    table = request_policies.PERMISSIONS
    require(table, "read", by=by, agency_id=request.agency_id)
    return request


def _link(order: WorkOrder, request: ServiceRequest) -> bool:
    if order.links.count() >= MOST_REQUESTS:
        limit = {"n": MOST_REQUESTS}
        raise Faults({"request": _("A work order is about at most %(n)d requests.") % limit})
    _row, new = OrderRequest.objects.get_or_create(order=order, service_request=request)
    return new


def _depend(order: WorkOrder, first_id: int) -> None:
    first = WorkOrder.objects.filter(pk=first_id, agency_id=order.agency_id).first()
    if first is None or first.ending == Ending.CANCELLED:
        raise CannotDepend(_("Please choose a work order of the same agency."), field="first")
    known: dict[int, list[int]] = {}
    rows = Dependency.objects.filter(order__agency_id=order.agency_id)
    rows = rows.exclude(first__ending=Ending.DONE)
    for later, earlier in rows.values_list("order_id", "first_id"):
        known.setdefault(later, []).append(earlier)
    if rules.leads_to(first.pk, order.pk, known):
        raise CannotDepend(_("These work orders would wait for each other."), field="first")
    Dependency.objects.get_or_create(order=order, first=first)


def _placed(draft: Draft, requests: Sequence[ServiceRequest]) -> Draft:
    """The place of the first request, where the draft names none."""
    if draft.place or draft.longitude is not None or not requests:
        return draft
    request = requests[0]
    return replace(
        draft,
        place=request.place,
        directions=draft.directions or request.directions,
        longitude=request.longitude,
        latitude=request.latitude,
    )


def _values(draft: Draft) -> dict[str, Any]:
    faults: dict[str, str] = {}
    if not draft.title.strip():
        faults["title"] = _("Please say what is to be done.")
    if not 1 <= draft.minutes <= MOST_MINUTES:
        faults["minutes"] = _("Please give the minutes that it takes, up to a day.")
    if draft.window_from and not (draft.window_until and draft.window_from < draft.window_until):
        faults["window_until"] = _("The end of the time must come after its beginning.")
    if faults:
        raise Faults(faults)
    values = asdict(draft)
    for name, longest in _LONGEST.items():
        values[name] = values[name].strip()[:longest]
    values["skills"] = sorted({each.strip().lower()[:40] for each in draft.skills if each.strip()})
    values["materials"] = rules.clean_materials([dict(line) for line in draft.materials])
    points = [" ".join(point.split())[:200] for point in draft.checklist]
    kept = [point for point in points if point][: rules.MOST_LINES]
    values["checklist"] = [{"code": str(n), "text": text} for n, text in enumerate(kept, 1)]
    return values
