"""Which dates are offered, and until when one can be taken, moved or given back. Pure."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from citycall.agencies.wall_clock import instant
from citycall.catalog.booking import BookingSpec

# Long enough to type one's name and check the rest, short enough that others get their turn.
HOLD_FOR = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Route:
    """Whose dates hold at a place: ``code`` is "layer/code" of an area, or empty for the rest."""

    code: str
    weekdays: frozenset[int]
    capacity: int


@dataclass(frozen=True, slots=True)
class FreeDate:
    """A date that can be taken now; ``left`` (at least 1) is how many appointments it has left.

    The crew comes between ``starts_at`` and ``ends_at``; until ``closes_at`` it can be changed.
    All three are in UTC.
    """

    day: date
    left: int
    starts_at: datetime
    ends_at: datetime
    closes_at: datetime


def route_for(booking: BookingSpec, areas: Collection[str]) -> Route | None:
    """The route that serves a place in these areas ("layer/code"); none where nobody comes."""
    for route in booking.routes:
        if route.area in areas:
            days = frozenset(int(day) for day in route.weekdays)
            return Route(route.area, days, route.capacity or booking.capacity)
    if not booking.weekdays:
        return None
    return Route("", frozenset(int(day) for day in booking.weekdays), booking.capacity)


def window(booking: BookingSpec, day: date, *, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From when to when the crew may come on a date, in UTC."""
    opens, closes = booking.hours
    return _moment(day, opens, zone), _moment(day, closes, zone)


def closes_at(booking: BookingSpec, day: date, *, zone: ZoneInfo) -> datetime:
    """The moment, in UTC, from which a date can no longer be taken, moved or given back."""
    minutes = booking.closes_at.hour * 60 + booking.closes_at.minute
    return _moment(day - timedelta(days=booking.closes_days), minutes, zone)


def offered_days(
    booking: BookingSpec,
    route: Route,
    *,
    at: datetime,
    zone: ZoneInfo,
    works: Callable[[date], bool],
) -> Iterator[date]:
    """The dates of a route that can still be taken at a moment, full or not, earliest first.

    ``works`` says whether the agency works on a date: never on its holidays.
    """
    today = at.astimezone(zone).date()
    for ahead in range(booking.days_ahead + 1):
        day = today + timedelta(days=ahead)
        if day.isoweekday() not in route.weekdays or at >= closes_at(booking, day, zone=zone):
            continue
        if works(day):
            yield day


def free_dates(
    booking: BookingSpec,
    route: Route,
    *,
    at: datetime,
    zone: ZoneInfo,
    works: Callable[[date], bool],
    taken: Mapping[date, int],
) -> list[FreeDate]:
    """The dates that have room, earliest first; ``taken`` counts the seats held or booked."""
    found = []
    for day in offered_days(booking, route, at=at, zone=zone, works=works):
        left = route.capacity - taken.get(day, 0)
        if left > 0:
            starts, ends = window(booking, day, zone=zone)
            closes = closes_at(booking, day, zone=zone)
            found.append(FreeDate(day, left, starts, ends, closes))
    return found


def _moment(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    # Minutes are counted on the wall clock, so that 6 in the morning stays 6 when clocks change.
    return instant(datetime.combine(day, time()) + timedelta(minutes=minutes), zone=zone)
