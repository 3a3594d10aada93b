"""Requests as the lists behind numbers show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from citycall.core import numbers
from citycall.core.actors import Actor
from citycall.service_requests.queries import by_ids


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One request in a list."""

    number: str
    service: str
    place: str
    status: str
    requested_at: datetime
    due_at: datetime | None
    completed_at: datetime | None


def request_rows(actor: Actor, ids: Sequence[int]) -> list[RequestRow]:
    """Those of these requests that the actor may read, in this order. One query."""
    found = {each.pk: each for each in by_ids(actor, ids)}
    return [
        RequestRow(
            number=numbers.show(each.number),
            service=each.service.name,
            place=each.place,
            status=each.get_status_display(),
            requested_at=each.requested_at,
            due_at=each.due_at,
            completed_at=each.completed_at,
        )
        for each in (found[pk] for pk in ids if pk in found)
    ]
