"""How every change of an order begins and ends, and how requests hear of visits."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from citycall.core.actors import Actor
from citycall.core.errors import Conflict, NotFound
from citycall.core.models import Visibility
from citycall.core.permissions import require
from citycall.service_requests import queries as service_requests
from citycall.service_requests.actions.change import tell
from citycall.service_requests.events import Kind
from citycall.service_requests.models import OPEN_STATUSES, ServiceRequest
from citycall.work_orders.models import WorkOrder
from citycall.work_orders.policies import PERMISSIONS


class OrderEnded(Conflict):
    """The order is done or cancelled, so that it cannot be changed."""

    code = "order_ended"


def begin(order_id: int, action: str, *, by: Actor) -> WorkOrder:
    """Lock the order for somebody who may; must run inside a transaction.

    Who plans holds the agency's plans first, and only then orders: so nobody waits for each other.
    Raises ``NotFound`` and ``NotAllowed``.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("An order is changed inside a transaction.")
    found = WorkOrder.objects.filter(pk=order_id)
    if action == "plan":
        for agency_id in found.values_list("agency_id", flat=True):
            hold_plans(agency_id)
    order = found.select_for_update().first()
    if order is None:
        raise NotFound(_("There is no such work order."))
    require(PERMISSIONS, action, by=by, agency_id=order.agency_id)
    return order


def need_unended(order: WorkOrder) -> None:
    """Raise ``OrderEnded`` for one that is done, cancelled or was not found."""
    if order.ended_at is not None:
        raise OrderEnded(
            _("This work order is “%(state)s”, so it cannot be changed.")
            % {"state": order.state.label}
        )


def hold_plans(agency_id: int) -> None:
    """Let nobody else change this agency's plans until the transaction ends.

    To be held before any order, request or recurring work is locked.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 311))", [f"orders:{agency_id}"]
        )


def roots_of(order: WorkOrder) -> list[ServiceRequest]:
    """The requests that the order is about today, through any merging, each once."""
    ids = [service_requests.root_id(link.service_request_id) for link in order.links.all()]
    found = ServiceRequest.objects.in_bulk(ids)
    return [found[pk] for pk in dict.fromkeys(ids)]


def announce(
    order: WorkOrder,
    kind: Kind,
    *,
    by: Actor,
    at: datetime,
    day: date | None = None,
    before: date | None = None,
    there_at: datetime | None = None,
    requests: Collection[ServiceRequest] | None = None,
) -> None:
    """Tell in the history of the order's open requests when a crew comes, came or does not.

    For everyone where the order is announced, otherwise for staff.
    """
    data: dict[str, Any] = {"order": order.pk}
    for name, value in (("day", day), ("before", before), ("there_at", there_at)):
        if value is not None:
            data[name] = value.isoformat()
    for request in roots_of(order) if requests is None else requests:
        if request.status in OPEN_STATUSES:
            tell(request, kind, by=by, at=at, data=data, visibility=visibility_of(order))


def visibility_of(order: WorkOrder) -> Visibility:
    """Who reads in a request's history what the crew of this order does."""
    return Visibility.PUBLIC if order.announced else Visibility.INTERNAL
