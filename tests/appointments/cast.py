"""The small city with a service that comes by appointment: three a day, Mondays to Fridays."""

from datetime import date, datetime
from typing import Any

from citycall.catalog.actions import save_service
from citycall.catalog.queries import ServiceEntry, catalog
from citycall.catalog.specs import ServiceSpec
from citycall.core.actors import SYSTEM, Actor, resident
from citycall.service_requests.drafts import Draft, Receipt
from tests import city as small_city
from tests.city import NOW, City

# NOW is Monday at 10: today has closed, and tomorrow closes at noon.
TUESDAY, WEDNESDAY, THURSDAY = (date(2026, 3, day) for day in (3, 4, 5))
BOOKING: dict[str, Any] = {
    "hours": "06:00-18:00",
    "weekdays": ["monday", "tuesday", "wednesday", "thursday", "friday"],
    "capacity": 3,
    "days_ahead": 28,
    "closes_days": 1,
    "closes_at": "12:00",
    "items": "count",
    "most_items": 3,
}
PICKUP: dict[str, Any] = {
    "code": "bulk-trash",
    "name": "Bulk trash pick-up",
    "group": "Trash",
    "agency": "streets",
    "team": "cleaning",
    "target": {"amount": 90, "unit": "days"},
    "outcomes": ["fixed", "not-found"],
    "booking": BOOKING,
    "questions": [
        {"code": "count", "text": "How many items?", "datatype": "number", "required": True}
    ],
}


def build(**booking: Any) -> City:
    """The small city and the service, with changes to what holds for its dates."""
    city = small_city.build()
    offer(**booking)
    return city


def offer(**booking: Any) -> None:
    """Save the service with changes to what holds for its dates."""
    document = {**PICKUP, "booking": {**BOOKING, **booking}}
    save_service(spec=ServiceSpec.model_validate(document), by=SYSTEM, at=NOW)


def entry() -> ServiceEntry:
    return catalog().service("bulk-trash")


def draft(items: int = 2, **changes: object) -> Draft:
    """A report of the service that is good as it is."""
    return small_city.draft("bulk-trash", answers={"count": items}, **changes)


def reporter(receipt: Receipt) -> Actor:
    return resident(reports=[receipt.report_id])


def at(text: str) -> datetime:
    """A moment by the city's clocks."""
    from citycall.core import clock

    return datetime.fromisoformat(text).replace(tzinfo=clock.city_zone())
