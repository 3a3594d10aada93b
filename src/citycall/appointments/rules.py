"""Which dates are offered, and until when one can be taken, moved or given back. Pure."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from citycall.agencies.wall_clock import instant
from citycall.catalog.booking import BookingRoute, BookingSpec

# Long enough to type one's name and check the rest, short enough that others get their turn.
HOLD_FOR = timedelta(minutes=15)
EVERY_ROUTE = "*"


@dataclass(frozen=True, slots=True)
class Pool:
    """Who takes the places of a date: a crew by its code, or the route itself (empty)."""

    crew: str
    weekdays: frozenset[int]
    capacity: int


@dataclass(frozen=True, slots=True)
class Route:
    """Whose dates hold at a place: ``code`` is "layer/code" of an area, or empty for the rest.

    Where ``crews`` drive it, a date's places are theirs, and ``capacity`` says nothing.
    """

    code: str
    weekdays: frozenset[int]
    capacity: int
    crews: tuple[Pool, ...] = ()

    @property
    def pools(self) -> tuple[Pool, ...]:
        """Those whose places its dates have."""
        return self.crews or (Pool("", self.weekdays, self.capacity),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A day on which nobody comes although the calendar says so, and maybe the one instead.

    It holds for one route ("layer/code", empty for the rest of the city) or every one, and for
    one crew, or all where ``crew`` is empty.
    """

    day: date
    route: str = EVERY_ROUTE
    crew: str = ""
    instead: date | None = None

    def hits(self, route: str, crew: str) -> bool:
        """Whether it concerns this crew on this route."""
        return self.route in {EVERY_ROUTE, route} and self.crew in {"", crew}


@dataclass(frozen=True, slots=True)
class Taken:
    """What is held or booked: seats by date and pool, units by date, pool and material.

    A pool is named by its crew, or is empty for the route itself.
    """

    seats: Mapping[tuple[date, str], int] = field(default_factory=dict)
    units: Mapping[tuple[date, str, str], int] = field(default_factory=dict)


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
            return Route(
                route.area, days, route.capacity or booking.capacity, _crews(booking, days, route)
            )
    if not booking.weekdays:
        return None
    days = frozenset(int(day) for day in booking.weekdays)
    return Route("", days, booking.capacity, _crews(booking, days))


def _crews(
    booking: BookingSpec, days: frozenset[int], route: BookingRoute | None = None
) -> tuple[Pool, ...]:
    named = route.crews if route is not None else ()
    return tuple(
        Pool(
            crew.code,
            days & (frozenset(int(day) for day in crew.weekdays) or days),
            crew.capacity or booking.capacity,
        )
        for crew in booking.crews
        if not named or crew.code in named
    )


def pools_on(route: Route, day: date, changes: Sequence[Change]) -> tuple[Pool, ...]:
    """Whose places a date of this route has, with what was called off and put there instead."""
    return tuple(pool for pool in route.pools if _drives(pool, route.code, day, changes))


def _drives(pool: Pool, route: str, day: date, changes: Sequence[Change]) -> bool:
    own = [change for change in changes if change.hits(route, pool.crew)]
    if any(change.day == day for change in own):
        return False
    instead = (change.day for change in own if change.instead == day)
    return any(each.isoweekday() in pool.weekdays for each in (day, *instead))


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
    changes: Sequence[Change] = (),
) -> Iterator[date]:
    """The dates of a route that can still be taken at a moment, full or not, earliest first.

    ``works`` says whether the agency works on a date: never on its holidays, but for a day that
    was put in another's stead.
    """
    today = at.astimezone(zone).date()
    instead = {change.instead for change in changes}
    for ahead in range(booking.days_ahead + 1):
        day = today + timedelta(days=ahead)
        if not pools_on(route, day, changes) or at >= closes_at(booking, day, zone=zone):
            continue
        if day in instead or works(day):
            yield day


def free_dates(
    booking: BookingSpec,
    route: Route,
    *,
    at: datetime,
    zone: ZoneInfo,
    works: Callable[[date], bool],
    taken: Taken,
    changes: Sequence[Change] = (),
    need: Mapping[str, int] | None = None,
) -> list[FreeDate]:
    """The dates that have room for what is needed (amounts by material), earliest first."""
    found = []
    for day in offered_days(booking, route, at=at, zone=zone, works=works, changes=changes):
        rooms = room(booking, pools_on(route, day, changes), day, taken=taken, need=need or {})
        left = sum(rooms.values())
        if left > 0:
            starts, ends = window(booking, day, zone=zone)
            closes = closes_at(booking, day, zone=zone)
            found.append(FreeDate(day, left, starts, ends, closes))
    return found


def room(
    booking: BookingSpec,
    pools: Sequence[Pool],
    day: date,
    *,
    taken: Taken,
    need: Mapping[str, int],
) -> dict[Pool, int]:
    """How many places each pool has left on a date, of those that have room for the materials."""
    most = {each.code: each.a_day for each in booking.materials}
    found = {}
    for pool in pools:
        left = pool.capacity - taken.seats.get((day, pool.crew), 0)
        fits = all(
            taken.units.get((day, pool.crew, material), 0) + amount <= most.get(material, amount)
            for material, amount in need.items()
        )
        if left > 0 and fits:
            found[pool] = left
    return found


def return_day(today: date, days: int, *, works: Callable[[date], bool]) -> date:
    """The day by which a crew that did not come is back: so many working days after today."""
    day = today
    for _ahead in range(366):
        day += timedelta(days=1)
        days -= works(day)
        if days <= 0:
            break
    return day


def _moment(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    # Minutes are counted on the wall clock, so that 6 in the morning stays 6 when clocks change.
    return instant(datetime.combine(day, time()) + timedelta(minutes=minutes), zone=zone)
