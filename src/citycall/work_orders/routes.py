"""The order of a crew's stops that saves driving: nearest neighbour, then 2-opt and Or-opt.

Distances are great circles times a factor for streets. All of it is deterministic: ties go to the
stop that came first. A better order is one with less waiting people missed, and then less driving.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache, partial
from itertools import pairwise
from typing import Final, NamedTuple

from citycall.core import clock
from citycall.places.coordinates import Point, distance_m
from citycall.work_orders.models import Crew, WorkOrder

# Streets are longer than the crow flies by about this much (Manhattan in random directions: 4/pi),
# and a truck in a city comes this far in an hour.
STREET_FACTOR: Final = 1.27
METRES_PER_MINUTE: Final = 25_000 / 60
# Exchanges that gain less than this are noise of floating point, and could go on for ever.
LEAST_GAIN_M: Final = 0.01
MOST_ROUNDS: Final = 60

Needs = Mapping[int, Collection[int]]


class Stop(NamedTuple):
    """One stop: ``fixed`` ones stay at the head. Times are minutes after the crew's day begins.

    ``opens`` and ``closes`` are when somebody waits for the crew; none where nobody does.
    """

    id: int
    point: Point | None
    minutes: int
    fixed: bool = False
    opens: float | None = None
    closes: float | None = None


class Cost(NamedTuple):
    """What an order of stops costs, the worse first: minutes late at windows, metres driven."""

    late: float
    metres: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Arranged:
    """Stops in their new order, with metres and minutes of driving before and after.

    ``missed_before`` and ``missed`` are the stops whose window is not kept.
    """

    stops: Sequence[int]
    metres_before: float
    metres: float
    missed_before: Sequence[int]
    missed: Sequence[int]

    @property
    def minutes_before(self) -> int:
        """Minutes of driving in the order that was."""
        return round(self.metres_before / METRES_PER_MINUTE)

    @property
    def minutes(self) -> int:
        """Minutes of driving in the new order."""
        return round(self.metres / METRES_PER_MINUTE)

    @property
    def saves(self) -> bool:
        """Whether the new order is better at all."""
        fewer = len(self.missed) < len(self.missed_before)
        return fewer or self.metres < self.metres_before - LEAST_GAIN_M


def stop_of(order: WorkOrder, *, crew: Crew, day: date) -> Stop:
    """An order as a stop of this crew's day."""
    begins = datetime.combine(day, crew.begins, tzinfo=clock.city_zone())
    today = order.window_from is not None and waits_on(order) == day

    def minutes(moment: datetime | None) -> float | None:
        return None if moment is None else (moment - begins).total_seconds() / 60

    return Stop(
        order.pk,
        order.point,
        order.minutes,
        fixed=order.started_at is not None or order.ended_at is not None,
        opens=minutes(order.window_from) if today else None,
        closes=minutes(order.window_until) if today else None,
    )


def waits_on(order: WorkOrder) -> date | None:
    """The day on which somebody waits for the crew; none where nobody does."""
    if order.window_from is None:
        return None
    return order.window_from.astimezone(clock.city_zone()).date()


@lru_cache(maxsize=65_536)
def drive_m(a: Point | None, b: Point | None) -> float:
    """Metres by street between two points, as far as both are known."""
    return distance_m(a, b) * STREET_FACTOR if a is not None and b is not None else 0.0


def is_in_order(ids: Sequence[int], needs: Needs) -> bool:
    """Whether every stop comes after those that must be done before it."""
    place = {stop: n for n, stop in enumerate(ids)}
    return all(
        place[first] < n
        for stop, n in place.items()
        for first in needs.get(stop, ())
        if first in place
    )


def arrange(stops: Sequence[Stop], *, start: Point | None, needs: Needs) -> Arranged:
    """The better order of stops; never one that costs more than the given one."""
    head = [stop for stop in stops if stop.fixed]
    tail = [stop for stop in stops if not stop.fixed]

    def cost(order: Sequence[Stop]) -> Cost:
        return cost_of([*head, *order], start=start)

    def allowed(order: Sequence[Stop]) -> bool:
        return is_in_order([stop.id for stop in (*head, *order)], needs)

    begun = head[-1].point if head else start
    candidates = [order for order in (tail, _nearest(tail, begun, needs)) if allowed(order)]
    found = [_improved(order, cost, allowed) for order in candidates] or [tail]
    best = min(found, key=cost)
    before, after = [*head, *tail], [*head, *best]
    if cost(best) >= cost(tail) and allowed(tail):
        after = before
    return Arranged(
        stops=[stop.id for stop in after],
        metres_before=cost_of(before, start=start).metres,
        metres=cost_of(after, start=start).metres,
        missed_before=missed(before, start=start),
        missed=missed(after, start=start),
    )


def _nearest(stops: Sequence[Stop], start: Point | None, needs: Needs) -> list[Stop]:
    """Always on to the nearest stop that may be next; who is waited for first goes first."""
    left, order, here = list(stops), [], start
    waiting = {stop.id for stop in left}
    while left:
        free = [s for s in left if not waiting & {*needs.get(s.id, ())}] or left
        stop = min(
            free, key=lambda s: (s.closes if s.closes is not None else 1e9, drive_m(here, s.point))
        )
        left.remove(stop)
        waiting.discard(stop.id)
        order.append(stop)
        here = stop.point or here
    return order


Costs = Callable[[Sequence[Stop]], Cost]
Allowed = Callable[[Sequence[Stop]], bool]


def _improved(order: list[Stop], cost: Costs, allowed: Allowed) -> list[Stop]:
    """Exchanges as long as one of them gains; each is tried upon what the last one made."""
    best, least = order, cost(order)
    for _round in range(MOST_ROUNDS):
        before = best
        for change in _changes(len(order)):
            other = change(best)
            its = cost(other)
            if _gains(its, least) and allowed(other):
                best, least = other, its
        if best is before:
            break
    return best


def _gains(new: Cost, old: Cost) -> bool:
    if abs(new.late - old.late) > LEAST_GAIN_M:
        return new.late < old.late
    return new.metres < old.metres - LEAST_GAIN_M


def _changes(size: int) -> Iterator[Callable[[list[Stop]], list[Stop]]]:
    """Every stretch turned round (2-opt), and every one of up to three stops moved (Or-opt)."""
    for a in range(size):
        for b in range(a + 1, size):
            yield partial(_turned, a, b)
    for length in (1, 2, 3):
        for a in range(size - length + 1):
            for b in range(size - length + 1):
                if b != a:
                    yield partial(_moved, length, a, b)


def _turned(a: int, b: int, order: list[Stop]) -> list[Stop]:
    return [*order[:a], *reversed(order[a : b + 1]), *order[b + 1 :]]


def _moved(length: int, a: int, b: int, order: list[Stop]) -> list[Stop]:
    rest = [*order[:a], *order[a + length :]]
    return [*rest[:b], *order[a : a + length], *rest[b:]]


def cost_of(order: Sequence[Stop], *, start: Point | None) -> Cost:
    """What this order of stops costs from the crew's start."""
    awaited = any(stop.closes is not None for stop in order)
    late = sum(each for _stop, each in _lateness(order, start=start)) if awaited else 0.0
    return Cost(round(late, 6), sum(_legs(order, start)))


def _legs(order: Sequence[Stop], start: Point | None) -> list[float]:
    """The metres to each stop; from the last known place, where a stop has none."""
    points = [start, *(stop.point for stop in order)]
    known = [point for point in points if point is not None]
    return [drive_m(a, b) for a, b in pairwise(known)]


def missed(order: Sequence[Stop], *, start: Point | None) -> list[int]:
    """The stops whose window is over when the crew comes."""
    return [stop.id for stop, late in _lateness(order, start=start) if late > 0]


def _lateness(order: Sequence[Stop], *, start: Point | None) -> list[tuple[Stop, float]]:
    """How many minutes after its window each waiting stop is reached; early ones are waited for."""
    now, here = 0.0, start
    told = []
    for stop in order:
        now += drive_m(here, stop.point) / METRES_PER_MINUTE
        here = stop.point or here
        if stop.opens is not None and not stop.fixed:
            now = max(now, stop.opens)
        if stop.closes is not None and not stop.fixed:
            told.append((stop, max(0.0, now - stop.closes)))
        now += stop.minutes
    return told
