"""Who of the demo city's call-takers is planned when, and when they were really at their desks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from citycall.calls.measures.queries import midnight

HOUR: Final = 3_600.0
# Hours of the day at which somebody begins, and for how long; the last one keeps the night.
_WORKDAY: Final = (
    (6, 8.5),
    (8, 8.5),
    (8.5, 8.5),
    (9.5, 8.5),
    (10, 8.5),
    (12.5, 8.5),
    (14, 8.5),
    (22, 8),
)
_WEEKEND: Final = ((6, 8.5), (10, 8.5), (14, 8.5), (22, 8))
_AFTER_HOURS: Final = 4.0
_ABSENT: Final = 0.03


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift in seconds from the day's midnight: planned, and as it was."""

    taker: int
    begins: float
    ends: float
    break_at: float
    there: tuple[tuple[float, float], ...]
    away: tuple[tuple[float, float, str], ...]


def of_day(day: date, takers: Sequence[int], rng: np.random.Generator) -> list[Shift]:
    """The shifts of a day; everybody in turn, so that nobody works two days' shifts at once."""
    pattern = _WORKDAY if day.weekday() < 5 else _WEEKEND
    # The night's people change weekly and do nothing else in that week.
    week = day.toordinal() // 7
    night = takers[week % len(takers)]
    others = [t for t in takers if t not in {night, takers[(week - 1) % len(takers)]}]
    turn = day.toordinal() * 2 % len(others)
    found = []
    for n, (hour, hours) in enumerate(pattern):
        taker = night if hour >= 22 else others[(turn + n) % len(others)]
        found.append(_shift(taker, hour * HOUR, hours * HOUR, rng))
    return found


def _shift(taker: int, begins: float, lasts: float, rng: np.random.Generator) -> Shift:
    break_at = begins + round(lasts / HOUR) // 2 * HOUR
    if rng.random() < _ABSENT:
        return Shift(taker, begins, begins + lasts, break_at, (), ())
    came = begins + float(rng.normal(-30, 150))
    went = begins + lasts + float(rng.normal(0, 200))
    lunch = break_at + float(rng.normal(120, 300))
    back = lunch + 30 * 60 + float(rng.normal(60, 200))
    away = [(lunch, back, "break")]
    for reason, chance, minutes in (("meeting", 0.25, 25), ("training", 0.12, 60)):
        if rng.random() < chance:
            at = begins + float(rng.uniform(0.6, 0.85)) * lasts
            away.append((at, at + minutes * 60, reason))
    for _ in range(int(rng.poisson(1.5))):
        at = begins + float(rng.uniform(0.05, 0.95)) * lasts
        away.append((at, at + float(rng.uniform(180, 600)), "pause"))
    return Shift(taker, begins, begins + lasts, break_at, *_sorted_out(came, went, away))


def _sorted_out(
    came: float, went: float, away: list[tuple[float, float, str]]
) -> tuple[tuple[tuple[float, float], ...], tuple[tuple[float, float, str], ...]]:
    """When they could take calls, and when not; what overlaps happens one after the other."""
    there, gone, free = [], [], came
    for since, until, reason in sorted(away):
        if since < free + 60 or until > went - 60:
            continue
        there.append((free, since))
        gone.append((since, until, reason))
        free = until
    there.append((free, went))
    return tuple(there), tuple(gone)


def planned(
    shifts: Sequence[Shift], day: date, zone: ZoneInfo
) -> Iterator[tuple[int, datetime, datetime, datetime]]:
    """Call-taker, begin, end and break of each shift, by the city's clock."""
    start = midnight(day, zone)
    for shift in shifts:
        yield (
            shift.taker,
            start + timedelta(seconds=shift.begins),
            start + timedelta(seconds=shift.ends),
            start + timedelta(seconds=shift.break_at),
        )
