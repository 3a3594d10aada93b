"""The kinds of event in a work order's life: other work systems hear of them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from citycall.core import events
from citycall.core.actors import Actor
from citycall.core.models import Event, Visibility
from citycall.work_orders.models import WorkOrder

SUBJECT = "work_order"


class Kind(StrEnum):
    """Names are stable: other systems read them."""

    MADE = "order_made"
    CHANGED = "order_changed"
    PLANNED = "order_planned"
    TAKEN_OFF = "order_taken_off"
    STARTED = "order_started"
    DONE = "order_done"
    NOT_FOUND = "order_not_found"
    CALLED_OFF = "order_called_off"
    TAKEN_UP = "order_taken_up"


def tell(order: WorkOrder, kind: Kind, *, by: Actor, at: datetime, **facts: Any) -> Event:
    """Append what happened to an order, for staff and the work systems that asked to be told."""
    return events.record(
        kind=kind.value,
        subject_kind=SUBJECT,
        subject_id=order.pk,
        by=by,
        at=at,
        visibility=Visibility.INTERNAL,
        data={name: value for name, value in facts.items() if value is not None},
    )
