"""What other work systems are told of a work order: what it says, and where it stands."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from citycall.accounts.queries import program_of
from citycall.catalog.queries import catalog
from citycall.catalog.specs import Privacy
from citycall.contacts.in_words import hide, hide_in_place
from citycall.core.actors import Actor, ActorKind
from citycall.core.models import Event
from citycall.exchange.models import Webhook
from citycall.exchange.webhooks.payload import moment
from citycall.service_requests import published
from citycall.service_requests import queries as service_requests
from citycall.service_requests.published import Published
from citycall.work_orders import policies
from citycall.work_orders.events import Kind
from citycall.work_orders.models import WorkOrder

KINDS: Final = tuple(Kind)
_READ: Final = policies.PERMISSIONS["read"]
_FACTS: Final = frozenset({"day", "before", "crew", "done_at"})


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFacts:
    """An order that may be told, and the public requests that it is about.

    ``place`` is empty, and ``point`` none, where one of them does not tell its own.
    """

    order: WorkOrder
    requests: Sequence[Published]
    place: str
    point: tuple[float, float] | None

    def concerns(self, agencies: frozenset[int] | None, wants: Callable[[Published], bool]) -> bool:
        """Whether who may hear of these agencies, and wants such requests, is to be told."""
        if agencies is not None and self.order.agency_id not in agencies:
            return False
        return not self.requests or any(map(wants, self.requests))


def may_ask(by: Actor) -> bool:
    """Whether somebody may have a system told of work orders of any agency."""
    return by.kind is ActorKind.SYSTEM or by.holds_anywhere(_READ.everywhere | _READ.own_agency)


def agencies_of(webhook: Webhook) -> frozenset[int] | None:
    """The agencies whose orders a webhook may be told of; none means every agency's."""
    if webhook.key is None:
        return None
    by = program_of(webhook.key)
    return None if by.holds_anywhere(_READ.everywhere) else by.agencies_as(_READ.own_agency)


def facts_of(order_id: int) -> OrderFacts | None:
    """The order as it is now; none where it is about a private service's request, or is gone."""
    order = WorkOrder.objects.filter(pk=order_id).select_related("crew").first()
    if order is None:
        return None
    linked = list(order.links.order_by("pk").values_list("service_request_id", flat=True))
    roots = {row.pk: row for row in service_requests.roots(linked).values()}
    public = {each.id: each for each in published.some([*linked, *roots])}
    if not public.keys() >= {*linked, *roots}:
        return None
    hides = any(map(_hides, public.values()))
    # It may be the copy of one that is not published, however it was changed here or there since.
    unsaid = not all(each.place for each in public.values())
    return OrderFacts(
        order=order,
        requests=[public[pk] for pk in roots],
        place="" if hides or unsaid else hide_in_place(order.place),
        point=None if hides else order.point,
    )


def _hides(request: Published) -> bool:
    spec = catalog().service_by_id(request.service_id).spec
    return spec.privacy is Privacy.HIDDEN_LOCATION


def body(event: Event, facts: OrderFacts) -> bytes:
    """The JSON of a delivery; the order as it is now, not as it was at the event."""
    told = {name: value for name, value in event.data.items() if name in _FACTS}
    return orjson.dumps(
        {
            "id": str(event.pk),
            "kind": event.kind,
            "at": moment(event.at),
            "facts": told,
            "work_order": order_facts(facts),
        }
    )


def order_facts(facts: OrderFacts) -> dict[str, Any]:
    """An order without anybody's name, signature or words of a resident."""
    order = facts.order
    longitude, latitude = facts.point or (None, None)
    return {
        "id": str(order.pk),
        "title": hide(order.title),
        "agency": catalog().agency(order.agency_id).code,
        "state": order.state.value,
        "crew": order.crew.name if order.crew else None,
        "day": order.day.isoformat() if order.day else None,
        "turn": order.turn or None,
        "minutes": order.minutes,
        "place": facts.place,
        "longitude": longitude,
        "latitude": latitude,
        "instructions": hide(order.instructions),
        "skills": order.skills,
        "materials": order.materials,
        "used": order.used,
        "checklist": [point["text"] for point in order.checklist],
        "due_on": order.due_on.isoformat() if order.due_on else None,
        "made_at": moment(order.made_at),
        "updated_at": moment(order.changed_at),
        "started_at": moment(order.started_at),
        "ended_at": moment(order.ended_at),
        "outcome": order.outcome or None,
        "explanation": hide(order.explanation),
        "service_requests": [str(each.id) for each in facts.requests],
    }
