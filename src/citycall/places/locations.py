"""A location as somebody gave it: a place's own name, a point, directions, how exact it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite

from django.utils.translation import gettext as _

from citycall.core.errors import Faults
from citycall.places import coordinates
from citycall.places.index import AreaRef
from citycall.places.models import LocationKind

PLACE_LENGTH = 300
DIRECTIONS_LENGTH = 2_000
# Web Mercator, in which the database looks for what is near, ends here.
GREATEST_LATITUDE = 85.0
# A phone says tens of kilometres when it only knows the antenna; more is no location.
GREATEST_ACCURACY_M = 100_000.0
# Below this a crew finds the problem without being told how exact the point is.
WORTH_SAYING_M = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """Where a problem is. Always valid: making one raises ``Faults`` with a sentence per field.

    ``longitude`` and ``latitude`` are WGS 84 degrees, both or neither; ``place`` the name people
    use for it; ``directions`` how to find the spot; ``accuracy_m`` the radius in metres within
    which the point is right. There is a point, or words, or both.
    """

    kind: LocationKind
    longitude: float | None = None
    latitude: float | None = None
    place: str = ""
    directions: str = ""
    accuracy_m: float | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "place", " ".join(_clean(self.place).split()))
        object.__setattr__(self, "directions", _clean(self.directions).strip())
        faults = {**self._kind_faults(), **self._word_faults(), **self._point_faults()}
        if not faults and self.point is None and not self.place and not self.directions:
            faults["location"] = _("Say where it is: choose a place or describe it in words.")
        if faults:
            raise Faults(faults)

    @property
    def point(self) -> coordinates.Point | None:
        """(longitude, latitude), where a point is known."""
        if self.longitude is None or self.latitude is None:
            return None
        return self.longitude, self.latitude

    def _kind_faults(self) -> dict[str, str]:
        if self.kind not in LocationKind.values:
            return {"kind": _("This is not a kind of location that is known here.")}
        object.__setattr__(self, "kind", LocationKind(self.kind))
        return {}

    def _word_faults(self) -> dict[str, str]:
        limits = {"place": PLACE_LENGTH, "directions": DIRECTIONS_LENGTH}
        return {
            field: _("Please use at most %(limit)d characters.") % {"limit": limit}
            for field, limit in limits.items()
            if len(getattr(self, field)) > limit
        }

    def _point_faults(self) -> dict[str, str]:
        faults = {}
        accuracy = self.accuracy_m
        if accuracy is not None and not 0 <= accuracy <= GREATEST_ACCURACY_M:
            faults["accuracy_m"] = _("The accuracy must be between 0 and 100,000 metres.")
        if (self.longitude is None) != (self.latitude is None):
            missing = "longitude" if self.longitude is None else "latitude"
            faults[missing] = _("A point needs both a longitude and a latitude.")
        elif self.point and (fault := _fault_of(*self.point)):
            faults["latitude"] = fault
        return faults


def describe(location: Location, areas: Iterable[AreaRef] = ()) -> str:
    """Words that a crew can use, the place's own name first.

    ``Hooper's Field, Herring Run Park — behind the playground``. Where no name was given, the
    point is written out with the names of its ``areas``, if any are passed.
    """
    start = location.place or _point_in_words(location, [area.name for area in areas])
    directions = " ".join(location.directions.split())
    return " — ".join(part for part in (start, directions) if part)


def _point_in_words(location: Location, names: list[str]) -> str:
    if location.point is None:
        return ""
    longitude, latitude = location.point
    words = f"{latitude:.5f}, {longitude:.5f}"
    if location.accuracy_m is not None and location.accuracy_m > WORTH_SAYING_M:
        words = _("within %(metres)d m of %(point)s") % {
            "metres": round(location.accuracy_m),
            "point": words,
        }
    return f"{words} ({', '.join(names)})" if names else words


def _fault_of(longitude: float, latitude: float) -> str:
    if not (isfinite(longitude) and isfinite(latitude)):
        return _("A coordinate is not a finite number.")
    plausible = coordinates.SOUTHERNMOST <= latitude <= GREATEST_LATITUDE
    if plausible and -180 <= longitude <= 180:
        return ""
    turned = coordinates.SOUTHERNMOST <= longitude <= GREATEST_LATITUDE
    if turned and -180 <= latitude <= 180:
        return _("Longitude and latitude seem to be swapped.")
    return _("This point is not in any city: longitude %(longitude)s, latitude %(latitude)s.") % {
        "longitude": f"{longitude:.5f}",
        "latitude": f"{latitude:.5f}",
    }


def _clean(text: str) -> str:
    return text.replace("\x00", "")
