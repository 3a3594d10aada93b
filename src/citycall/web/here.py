"""A place's own page and sign: its address, what it is called, and what is open there."""

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import Final
from urllib.parse import quote

import segno
import shapely
from django.conf import settings
from django.utils.translation import gettext as _

from citycall.core import clock
from citycall.places.coordinates import METRES_PER_DEGREE
from citycall.places.named import KnownPlace
from citycall.service_requests import map as request_map
from citycall.service_requests.cells import Box
from citycall.service_requests.map import Point
from citycall.service_requests.selections import Age, by_age

# What lies this far from a stop or pole, or from the edge of a park, is told of it.
NEAR_M: Final = 30.0
MOST_SHOWN: Final = 20
# A quarter of the sign may be dirty, and it is read all the same.
_ERROR_LEVEL: Final = "q"
_QUIET_MODULES: Final = 4


def address(code: str) -> str:
    """The whole address of a place's page, as its sign has it."""
    return f"{settings.PUBLIC_URL}/here/{quote(code, safe=':-._~')}"


def sign_svg(code: str) -> bytes:
    """The address as a QR code, to be printed at any size; without anything of its own to load."""
    out = BytesIO()
    made = segno.make(address(code), error=_ERROR_LEVEL, micro=False)
    made.save(out, kind="svg", border=_QUIET_MODULES, scale=8, light="#fff", xmldecl=False)
    return out.getvalue()


def open_there(place: KnownPlace, *, at: datetime) -> Sequence[Point] | None:
    """The open requests at a place that everyone may see, nearest first.

    None where they are more than a map shows one by one.
    """
    point = (place.longitude, place.latitude)
    reach = place.reach_m + NEAR_M if place.shape is not None else NEAR_M
    selection = by_age(Age.OPEN, at=at, zone=clock.city_zone())
    found = request_map.points(Box.around(*point, metres=reach), selection, near=point)
    if found is None or place.shape is None:
        return None if found is None else [each for each in found if each.metres <= reach]
    around = shapely.buffer(place.shape, NEAR_M / METRES_PER_DEGREE)
    return [each for each in found if shapely.contains_xy(around, each.longitude, each.latitude)]


def invitation(kind: str) -> str:
    """What the button says, by the kind of place."""
    sentences = {
        "stop": _("Report a problem with this stop"),
        "pole": _("Report a problem with this street light"),
        "park": _("Report a problem in this park"),
        "playground": _("Report a problem at this playground"),
        "field": _("Report a problem at this field"),
        "library": _("Report a problem at this library"),
        "school": _("Report a problem at this school"),
        "station": _("Report a problem at this station"),
        "bridge": _("Report a problem with this bridge"),
        "neighborhood": _("Report a problem in this neighborhood"),
    }
    return sentences.get(kind) or _("Report a problem here")
