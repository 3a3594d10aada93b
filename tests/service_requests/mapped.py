"""Requests at points, and what the map counts of them, for the tests of both."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from citycall.places.locations import Location
from citycall.places.models import LocationKind
from citycall.service_requests import cell_counts
from citycall.service_requests import map as request_map
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.cells import Box
from citycall.service_requests.drafts import Receipt
from citycall.service_requests.selections import Age, Selection, by_age
from tests.city import NOW, City, draft

ZONE = ZoneInfo("America/New_York")
MIDDLE = (-76.6, 39.29)
AROUND = Box.around(*MIDDLE, metres=1_500)
OPEN = by_age(Age.OPEN, at=NOW, zone=ZONE)
WEEK = by_age(Age.WEEK, at=NOW, zone=ZONE)
YEAR = by_age(Age.YEAR, at=NOW, zone=ZONE)
ZOOMS = (8.0, 10.0, 11.0, 12.5, 14.0, 15.5)


def at_point(longitude: float, latitude: float) -> Location:
    return Location(kind=LocationKind.POINT, longitude=longitude, latitude=latitude)


def told(
    city: City, *, at: datetime = NOW, service: str = "pothole", point: Any = MIDDLE
) -> Receipt:
    return submit(
        draft(service, location=at_point(*point)),
        by=city.resident,
        at=at,
    )


def total(selection: Selection, *, zoom: float = 11.0, box: Box = AROUND) -> int:
    return sum(hexagon.count for hexagon in request_map.hexagons(box, zoom, selection))


def fold() -> int:
    return cell_counts.fold(at=NOW, zone=ZONE)
