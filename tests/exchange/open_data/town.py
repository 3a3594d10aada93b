"""A small city with areas, services of every privacy, and what its requests become."""

import json
from datetime import datetime, timedelta
from typing import Any

from citycall.catalog.actions import save_service
from citycall.catalog.specs import ServiceSpec
from citycall.core.actors import SYSTEM
from citycall.places.actions.layers import load_layer
from citycall.places.locations import Location
from citycall.places.models import AreaLayer, LocationKind
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.models import ServiceRequest
from tests import city as small_city
from tests.city import NOW, City, draft

ENCAMPMENT = {
    "code": "encampment",
    "name": "People living outside",
    "group": "People",
    "agency": "streets",
    "team": "cleaning",
    "outcomes": ["fixed"],
    "privacy": "hidden_location",
}
WEST, EAST = (-76.65, 39.30), (-76.55, 39.30)


def build() -> City:
    """The small city with two layers of areas, and a service that hides where it is."""
    city = small_city.build()
    save_service(spec=ServiceSpec.model_validate(ENCAMPMENT), by=SYSTEM, at=NOW)
    for code, name, one, other in (
        ("neighborhoods", "Neighborhoods", "Westport", 'East "End", Upper'),
        ("council-districts", "Council districts", "District 1", "District 2"),
    ):
        load_layer(
            code=code,
            name=name,
            kind=AreaLayer.Kind.PARTITION,
            content=json.dumps(_halves(one, other)).encode(),
            by=SYSTEM,
            at=NOW,
            code_property="code",
            name_property="name",
        )
    return city


def tell(city: City, service: str = "pothole", *, at: datetime = NOW, **changes: Any) -> int:
    """Report something; the id of the request, with its stored columns changed as told."""
    longitude, latitude = changes.pop("point", WEST)
    place = Location(
        kind=changes.pop("kind", LocationKind.ADDRESS),
        longitude=longitude,
        latitude=latitude,
        place=changes.pop("place", "1200 E Monument St"),
        directions=changes.pop("directions", ""),
    )
    words = {
        n: changes.pop(n)
        for n in ("words", "wanted", "contact", "channel", "answers")
        if n in changes
    }
    told = draft(service, location=place, **words)
    request_id = submit(told, by=city.resident, at=at).request_id
    if changes:
        ServiceRequest.objects.filter(pk=request_id).update(**changes)
    return request_id


def every_course(city: City) -> dict[str, int]:
    """A request of each course that matters, by a name for it."""
    week, days = timedelta(days=7), timedelta(days=3)
    due: dict[str, Any] = {"due_at": NOW - days, "promised_at": NOW - days}
    later: dict[str, Any] = {"due_at": NOW + days, "promised_at": NOW + days}
    early, late = NOW - days - timedelta(hours=1), NOW - days + timedelta(hours=1)
    at = NOW - week
    outcome: dict[str, Any] = {"outcome_id": _outcome("fixed")}
    return {
        "open": tell(city, at=at, **later),
        "late": tell(city, at=at, status="assigned", **due),
        "paused": tell(city, at=at, status="on_hold", paused_at=at, **due),
        "unpromised": tell(city, at=at, due_at=None, promised_at=None),
        "in time": tell(
            city, at=at, status="closed", completed_at=early, closed_at=NOW, **due, **outcome
        ),
        "too late": tell(city, at=at, status="completed", completed_at=late, **due, **outcome),
        "undated": tell(city, at=at, status="closed", **due),
        "cancelled": tell(city, at=at, status="cancelled", closed_at=early, **due),
    }


def _outcome(code: str) -> int:
    from citycall.catalog.queries import catalog

    return catalog().outcome(code).id


def _halves(one: str, other: str) -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        "features": [
            _square("w", one, -76.70, -76.60),
            _square("e", other, -76.60, -76.50),
        ],
    }


def _square(code: str, name: str, west: float, east: float) -> dict[str, Any]:
    ring = [[west, 39.2], [east, 39.2], [east, 39.4], [west, 39.4], [west, 39.2]]
    return {
        "type": "Feature",
        "properties": {"code": code, "name": name},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
