"""Service alerts: which ones concern a place, a service, or a report that is being told."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from math import cos, pi, radians, sin
from typing import Final

from django.utils.translation import gettext as _

from citycall.core.errors import NotFound
from citycall.knowledge.picture import told
from citycall.knowledge.specs import AlertSpec, AlertState
from citycall.places.coordinates import METRES_PER_DEGREE, Point, distance_m
from citycall.places.queries import areas
from citycall.places.words import fold

# A circle touches an area when one of these points of it lies in the area: coarse, and enough to
# say what is known around somebody.
_RINGS: Final = (0.0, 0.5, 1.0)
_POINTS_OF_RING: Final = 8


class UnknownAlert(NotFound):
    """No service alert has this code."""

    code = "unknown_alert"


def live(*, at: datetime) -> list[AlertSpec]:
    """Every alert of this moment, the latest begun first."""
    return told().live_alerts(at)


def alert(code: str) -> AlertSpec:
    """The alert with this code, live or over; raises ``UnknownAlert``."""
    found = told().alert(code)
    if found is None:
        raise UnknownAlert(_("There is no such service alert."))
    return found


def about_service(service: str, *, at: datetime) -> list[AlertSpec]:
    """The live alerts that name a service."""
    return [each for each in live(at=at) if service in each.services]


def speaking_of(words: str, *, language: str, at: datetime) -> list[AlertSpec]:
    """The live alerts that have one of the telling words in their title, or half in all."""
    asked = {word for word in fold(words).split() if len(word) > 3}
    return [each for each in live(at=at) if _speaks_of(each, asked, language)]


def _speaks_of(alert: AlertSpec, asked: set[str], language: str) -> bool:
    title, words, _language = alert.said(language)
    if asked.intersection(fold(title).split()):
        return True
    known = {word for piece in words.split("\n") for word in fold(piece).split()}
    return bool(asked) and 2 * len(asked & known) > len(asked)


def touching(point: Point, *, within_m: float, at: datetime) -> list[AlertSpec]:
    """The live alerts of a part of the city that comes within so many metres of a point."""
    return _touching(live(at=at), point, within_m=within_m)


def scheduled(point: Point, *, within_m: float, at: datetime, until: datetime) -> list[AlertSpec]:
    """The alerts there that say until when, and planned work, as far as it begins by ``until``."""
    coming = [
        each
        for each in told().alerts
        if (each.ends is not None or each.state is AlertState.PLANNED)
        and not each.retired
        and each.starts <= until
        and (each.ends is None or at < each.ends)
    ]
    return _touching(coming, point, within_m=within_m)


def _touching(alerts: Iterable[AlertSpec], point: Point, *, within_m: float) -> list[AlertSpec]:
    here = None
    found = []
    for each in alerts:
        if each.circle is not None and _metres_to(each, point) <= within_m:
            found.append(each)
        elif each.areas:
            here = _areas_around(point, within_m) if here is None else here
            if here.intersection(each.areas):
                found.append(each)
    return found


def answering(service: str, point: Point | None, *, at: datetime) -> list[AlertSpec]:
    """The live alerts that may be what a report of this service at this point would tell.

    One that names no service must at least name the place; one for the whole city must name the
    service. Without a point only the latter can be known to fit.
    """
    concerned = [each for each in live(at=at) if service in each.services or not each.services]
    whole_city = [each for each in concerned if not each.placed and each.services]
    if point is None:
        return whole_city
    here = {id(each) for each in touching(point, within_m=0.0, at=at)}
    return [each for each in concerned if each in whole_city or id(each) in here]


def _metres_to(each: AlertSpec, point: Point) -> float:
    assert each.circle is not None
    middle = (each.circle.longitude, each.circle.latitude)
    return max(0.0, distance_m(middle, point) - each.circle.radius_m)


def _areas_around(point: Point, within_m: float) -> set[str]:
    index = areas()
    held = (ref for each in _around(point, within_m) for ref in index.at(*each))
    return {f"{ref.layer}/{ref.code}" for ref in held}


def _around(point: Point, within_m: float) -> Iterable[Point]:
    if within_m <= 0:
        return (point,)
    return _rings(point, within_m)


def _rings(point: Point, within_m: float) -> Iterator[Point]:
    longitude, latitude = point
    per_degree = METRES_PER_DEGREE * max(0.01, cos(radians(latitude)))
    for part in _RINGS:
        for step in range(_POINTS_OF_RING if part else 1):
            turn = 2 * pi * step / _POINTS_OF_RING
            yield (
                longitude + within_m * part * cos(turn) / per_degree,
                latitude + within_m * part * sin(turn) / METRES_PER_DEGREE,
            )
