"""What a list is asked for, in every accent: from parameters to one question, or every fault."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import isfinite
from typing import Any, Final, NamedTuple, TypeVar

from django.utils.translation import gettext as _

from citycall.catalog.queries import Catalog
from citycall.core.errors import DomainError, Faults
from citycall.open311.calls import Call
from citycall.open311.dates import moment
from citycall.places.coordinates import Point
from citycall.service_requests.cells import Box
from citycall.service_requests.published import MOST, Asked

T = TypeVar("T")

SPAN: Final = timedelta(days=90)
# The day on which the clocks are put back has an hour more.
LONGEST_SPAN: Final = SPAN + timedelta(hours=1)
_PAGE_SIZE: Final = 50
_LARGEST_PAGE: Final = 500
_FURTHEST: Final = 100_000
_SQUARE_M: Final = 750.0
_WIDEST_M: Final = 100_000.0
_MOST_IDS: Final = 1_000
_STATUSES: Final = ("open", "closed")
# By what to order: whether by the last change, and whether the oldest comes first.
_ORDERS: Final[Mapping[str, tuple[bool, bool]]] = {
    "created": (False, True),
    "-created": (False, False),
    "updated": (True, True),
    "-updated": (True, False),
    "requested_datetime": (False, True),
    "-requested_datetime": (False, False),
    "updated_datetime": (True, True),
    "-updated_datetime": (True, False),
}


class Circle(NamedTuple):
    """All within so many metres of a (longitude, latitude)."""

    centre: Point
    radius_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A list as it is asked for.

    ``asked`` is none where nothing can match. ``page`` is none where the caller does not turn
    pages; ``circle`` narrows the box of ``asked``; ``more`` adds what the standard has no field
    for.
    """

    asked: Asked | None
    page: int | None = None
    circle: Circle | None = None
    more: bool = False


class _BadValue(DomainError):
    """A value cannot be read; the message says what it should be."""


@dataclass(slots=True)
class Reader:
    """Reads one value after another and keeps what is wrong with each."""

    call: Call
    faults: dict[str, str] = field(default_factory=dict)

    def read(self, name: str, reader: Callable[[str], T]) -> T | None:
        """The value of a parameter; none where it is absent or its fault has been noted."""
        text = self.call.parameters.one(name)
        if text is None:
            return None
        try:
            return reader(text)
        except DomainError as error:
            self.faults[name] = error.message
            return None


def ids_of(call: Call) -> list[str] | None:
    """The requests that are asked for by their ids, which overrides everything else."""
    ids = call.parameters.listed("service_request_id")
    if len(ids) > _MOST_IDS:
        sentence = _("At most %(most)d can be asked for at once.") % {"most": _MOST_IDS}
        raise Faults({"service_request_id": sentence})
    return ids or None


def wanted(call: Call, catalog: Catalog) -> Wanted:
    """The list that a call asks for; raises ``Faults`` with a sentence for each bad value."""
    reader = Reader(call)
    more = call.parameters.says("extensions")
    by_update, oldest_first = reader.read("sort", _order) or (False, False)
    page, limit, offset = _page(reader)
    box, circle = _where(reader)
    asked: dict[str, Any] = {
        "services": _services(call, catalog),
        "agencies": call.jurisdiction.agency_ids(catalog),
        "is_open": _is_open(reader),
        "box": box,
        "text": (call.parameters.one("q") or "").replace("\x00", ""),
        "located": not more,
        "by_update": by_update,
        "oldest_first": oldest_first,
        "offset": offset,
        "limit": limit,
        **_times(reader),
    }
    if reader.faults:
        raise Faults(reader.faults)
    nothing = asked["services"] == [] or asked["agencies"] == frozenset()
    question = None if nothing else Asked(**asked)
    return Wanted(asked=question, page=page, circle=circle, more=more)


def window(
    since: datetime | None, until: datetime | None, *, at: datetime
) -> tuple[datetime | None, datetime | None]:
    """The stretch of at most 90 days that is meant where an end, or both, is not given.

    None as its end is now. Raises ``Faults`` for a longer one, or one that ends before it begins.
    """
    if since and until:
        if until < since:
            raise Faults({"end_date": _("The end lies before the beginning.")})
        if until - since > LONGEST_SPAN:
            raise Faults({"end_date": _("start_date and end_date may span at most 90 days.")})
        return since, until
    if since:
        return since, since + SPAN if since + SPAN < at else None
    if until:
        return until - SPAN, until
    return at - SPAN, None


def _services(call: Call, catalog: Catalog) -> Collection[int] | None:
    """The ids of the services asked for; a code that is not known matches nothing."""
    codes = set(call.parameters.listed("service_code"))
    if not codes:
        return None
    return [entry.id for entry in catalog.all_services if entry.code in codes]


def _is_open(reader: Reader) -> bool | None:
    told = {status.lower() for status in reader.call.parameters.listed("status")}
    if told - set(_STATUSES):
        reader.faults["status"] = _("The status is open or closed, or both with a comma.")
    return None if len(told) != 1 else told == {"open"}


def _times(reader: Reader) -> dict[str, datetime | None]:
    since = reader.read("start_date", moment)
    until = reader.read("end_date", last_moment)
    updated_since = reader.read("updated_after", moment)
    updated_until = reader.read("updated_before", last_moment)
    by_change = updated_since is not None or updated_until is not None
    if since or until or not by_change:
        try:
            since, until = window(since, until, at=reader.call.at)
        except Faults as error:
            reader.faults.update(error.faults)
    return {
        "since": since,
        "until": until,
        "updated_since": updated_since,
        "updated_until": updated_until,
    }


def last_moment(text: str) -> datetime:
    """The moment at which a stretch ends, its whole second or day included."""
    return moment(text, ends=True)


def _page(reader: Reader) -> tuple[int | None, int, int]:
    """The page, and how many rows after how many; no page where the caller turns none."""
    page = reader.read("page", whole)
    size = reader.read("page_size", whole)
    limit, offset = reader.read("limit", whole), reader.read("offset", whole)
    if page is None and size is None:
        limit, offset, page = min(limit or MOST, MOST), offset or 0, None
    else:
        page = max(page or 1, 1)
        limit = min(size or _PAGE_SIZE, _LARGEST_PAGE)
        offset = (page - 1) * limit
    if offset > _FURTHEST:
        reader.faults["page" if page else "offset"] = _(
            "Pages end after 100,000 requests. Please narrow the list by dates."
        )
    return page, limit, offset


def _where(reader: Reader) -> tuple[Box | None, Circle | None]:
    box = reader.read("bbox", _box)
    latitude = reader.read("lat", _degrees(90))
    longitude = reader.read("long", _degrees(180))
    radius = reader.read("radius", _radius)
    told = reader.call.parameters
    if (told.one("lat") is None) != (told.one("long") is None):
        missing = "lat" if told.one("lat") is None else "long"
        reader.faults[missing] = _("lat and long belong together.")
    if box is not None or latitude is None or longitude is None:
        return box, None
    around = Box.around(longitude, latitude, metres=radius or _SQUARE_M / 2)
    return around, Circle((longitude, latitude), radius) if radius else None


def _order(text: str) -> tuple[bool, bool]:
    found = _ORDERS.get(text.lower())
    if found is None:
        raise _BadValue(_("Lists are sorted by created, -created, updated or -updated."))
    return found


def whole(text: str) -> int:
    """A whole number of at most nine digits."""
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise _BadValue(_("This must be a whole number that is not negative."))
    return int(text)


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not isfinite(number):
        raise _BadValue(_("This must be a number."))
    return number


def _degrees(most: float) -> Callable[[str], float]:
    def reader(text: str) -> float:
        number = _number(text)
        if abs(number) > most:
            raise _BadValue(_("This must lie between −%(most)d and %(most)d.") % {"most": most})
        return number

    return reader


def _radius(text: str) -> float:
    number = _number(text)
    if not 0 < number <= _WIDEST_M:
        raise _BadValue(_("This must be more than 0 and at most 100,000 metres."))
    return number


def _box(text: str) -> Box:
    sentence = _("This must be four numbers: west, south, east, north.")
    parts = text.split(",")
    if len(parts) != 4:
        raise _BadValue(sentence)
    west, south, east, north = (_number(part.strip()) for part in parts)
    inside = -180 <= west < east <= 180 and -90 <= south < north <= 90
    if not inside:
        raise _BadValue(sentence)
    return Box(west=west, south=south, east=east, north=north)
