"""How each problem's work really ended: visited or not, honestly or not, and what that left behind.

False closures are of five kinds, and honest work has look-alikes of each. What is drawn here are
the acts of people; whoever looks for false closures sees only what acts leave behind: times, who
entered them, photos, texts, and whether the same trouble is told of again.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from citycall.demo.history.incidents import Floats, Ints, Moments, offset_seconds
from citycall.demo.history.truth import ServiceTruth

Texts = NDArray[np.object_]
Bools = NDArray[np.bool_]
NEVER: Final = np.datetime64("2262-01-01", "s")
SECOND: Final = np.timedelta64(1, "s")
DAY: Final = 86_400

# Of what was closed and not done: swept out by the agency's desk before the month ends; closed by
# the team without going there; closed as a duplicate of something else; looked for at the wrong
# place; repaired so that it did not last.
FALSE_KINDS: Final[Mapping[str, float]] = {
    "paper": 0.48,
    "unvisited": 0.2,
    "duplicate": 0.1,
    "wrong_place": 0.12,
    "poor": 0.1,
}
# Of what was done: visited and entered there; a whole day's visits entered at its end; visited
# while nobody noted that; done from a desk within hours.
TRUE_KINDS: Final[Mapping[str, float]] = {
    "visited": 0.79,
    "day_end": 0.16,
    "unrecorded": 0.035,
    "quick": 0.015,
}
# Told of again within weeks because it is still there, by somebody who did not object.
AGAIN: Final[Mapping[str, float]] = {
    "paper": 0.35,
    "unvisited": 0.35,
    "duplicate": 0.35,
    "wrong_place": 0.6,
    "poor": 0.75,
}
AGAIN_DAYS, AGAIN_WITHIN = 6.0, 28.0
# Texts that many share, and how often honest and other people use them.
STANDARD_SHARE: Final[Mapping[str, float]] = {"paper": 0.9, "duplicate": 0.9, "unvisited": 0.7}
STANDARD_OTHERWISE: Final = 0.45
AT_NIGHT: Final[Mapping[str, float]] = {"unvisited": 0.2}
AT_NIGHT_OTHERWISE: Final = 0.02
OPENS, SHUTS = 7.2, 15.8


@dataclass(frozen=True)
class Habits:
    """By row: how a service's work is recorded, which says how much a missing record means."""

    visit: Floats
    photo: Floats
    asks_photo: Bools
    by_day: Bools
    minutes: Floats


def habits(services: Sequence[ServiceTruth], asks_photo: Sequence[bool], rows: Ints) -> Habits:
    """The habits of each row's service; the code decides, as for the rest of its nature."""
    visit, photo, by_day, minutes = [], [], [], []
    for service, asks in zip(services, asks_photo, strict=True):
        rng = np.random.default_rng([zlib.crc32(service.code.encode()), 2])
        visit.append(0.05 if rng.random() < 0.08 else 0.99)
        photo.append(0.97 if asks else float(rng.choice([0.08, 0.75], p=[0.6, 0.4])))
        by_day.append(service.median_days >= 0.5)
        minutes.append(float(rng.uniform(18, 90)))
    columns = (np.array(c) for c in (visit, photo, list(asks_photo), by_day, minutes))
    return Habits(*(column[rows] for column in columns))


@dataclass(frozen=True)
class Acts:
    """What was done at each end of work: its true kind, when, and whether a visit is on record.

    ``started`` is ``NEVER`` where nobody noted that work began; ``desk`` says that the agency's
    desk entered it.
    """

    kind: Texts
    completed: Moments
    started: Moments
    photo: Bools
    desk: Bools
    standard: Bools
    again: Moments


def act(
    at: Moments,
    natural: Moments,
    false: Bools,
    agency: Ints,
    habit: Habits,
    rng: np.random.Generator,
) -> Acts:
    """Draw the acts; ``natural`` is when honest work would be done, ``false`` where none was."""
    count = len(at)
    kind = _kinds(false, rng)
    visited = np.isin(kind, ["visited", "day_end", "wrong_place", "poor"])
    done = _completed(kind, at, natural, agency, habit, rng)
    minutes = habit.minutes * rng.lognormal(0.0, 0.6, count)
    minutes[kind == "wrong_place"] = rng.lognormal(np.log(2.5), 0.5, (kind == "wrong_place").sum())
    minutes[kind == "poor"] *= 0.6
    # Entered at the day's end, but begun when it was.
    began = np.where(kind == "day_end", np.minimum(_of_that_day(done, rng), done), done)
    started = began - (minutes * 60).astype("timedelta64[s]")
    noted = visited & (rng.random(count) < habit.visit) & (started > at)
    return Acts(
        kind=kind,
        completed=done,
        started=np.where(noted, started, NEVER),
        photo=_photos(kind, habit, rng),
        desk=_at_desk(kind, rng),
        standard=rng.random(count) < _by_kind(kind, STANDARD_SHARE, STANDARD_OTHERWISE),
        again=_again(kind, done, rng),
    )


def _kinds(false: Bools, rng: np.random.Generator) -> Texts:
    def drawn(shares: Mapping[str, float]) -> Texts:
        names = np.array(list(shares), dtype=object)
        return np.asarray(names[rng.choice(len(names), len(false), p=list(shares.values()))])

    return np.where(false, drawn(FALSE_KINDS), drawn(TRUE_KINDS))


def _by_kind(kind: Texts, values: Mapping[str, float], otherwise: float) -> Floats:
    return np.array([values.get(each, otherwise) for each in kind.tolist()])


def _completed(
    kind: Texts,
    at: Moments,
    natural: Moments,
    agency: Ints,
    habit: Habits,
    rng: np.random.Generator,
) -> Moments:
    """When it was entered as done: in working hours, as a rule."""
    count = len(at)
    needed = (natural - at).astype(float)
    share = np.ones(count)
    for name, low, high in (("unvisited", 0.15, 1.0), ("duplicate", 0.02, 0.3), ("quick", 0, 0.1)):
        rows = kind == name
        share[rows] = rng.uniform(low, high, rows.sum())
    done = at + np.maximum(needed * share, 300).astype("timedelta64[s]")
    night = rng.random(count) < _by_kind(kind, AT_NIGHT, AT_NIGHT_OTHERWISE)
    by_day = habit.by_day & ~night & (kind != "paper")
    done = np.where(by_day, _in_hours(done, at, rng), done)
    done = np.where(night & habit.by_day & (kind != "paper"), _at_night(done, rng), done)
    ends = _of_that_day(done, rng, hour=15.9, spread=0.15)
    done = np.where((kind == "day_end") & (ends > at), ends, done)
    return np.where(kind == "paper", _month_ends(at, agency, rng), done)


def _local_midnight(at: Moments) -> tuple[Moments, Ints]:
    offset = offset_seconds(at)
    return (at + offset * SECOND).astype("datetime64[D]").astype("datetime64[s]"), offset


def _of_that_day(
    at: Moments, rng: np.random.Generator, *, hour: float | None = None, spread: float = 0.0
) -> Moments:
    """A moment of the local day: around an hour, or anywhere in working hours."""
    midnight, offset = _local_midnight(at)
    hours = (
        rng.uniform(OPENS, SHUTS, len(at))
        if hour is None
        else hour + rng.uniform(0, spread, len(at))
    )
    return np.asarray(midnight + (hours * 3600 - offset).astype("timedelta64[s]"))


def _in_hours(done: Moments, at: Moments, rng: np.random.Generator) -> Moments:
    """The same local day in working hours, or the next where the report came later; no Sundays."""
    there = _of_that_day(done, rng)
    there = np.where(there <= at, there + DAY * SECOND, there)
    sunday = (there.astype("datetime64[D]").astype(int) + 3) % 7 == 6
    return np.where(sunday, there + DAY * SECOND, there)


def _at_night(done: Moments, rng: np.random.Generator) -> Moments:
    midnight, offset = _local_midnight(done)
    hours = 24 + rng.uniform(-1.5, 4.0, len(done))
    return np.asarray(midnight + (hours * 3600 - offset).astype("timedelta64[s]"))


def _month_ends(at: Moments, agency: Ints, rng: np.random.Generator) -> Moments:
    """The agency's quarter of an hour on the last working day of the month, a day later or more."""
    first = (at + DAY * SECOND).astype("datetime64[M]")
    found = at.copy()
    for ahead in (2, 1):
        last = (first + ahead).astype("datetime64[D]") - 1
        weekday = (last.astype(int) + 3) % 7
        last = last - np.maximum(weekday - 4, 0)
        key = (last.astype(int) * 131 + agency * 7919) % 1_000
        begins = 14.5 + key / 1_000 * 2.0
        noon = last.astype("datetime64[s]")
        offset = offset_seconds(noon)
        seconds = begins * 3600 - offset + rng.uniform(0, 900, len(at))
        moment = noon + seconds.astype("timedelta64[s]")
        found = np.where(moment > at + DAY * SECOND, moment, found)
    return np.where(found > at, found, at + 3 * DAY * SECOND)


def _photos(kind: Texts, habit: Habits, rng: np.random.Generator) -> Bools:
    """Where a service insists, those who were not there find some picture more often."""
    absent = np.isin(kind, ["paper", "unvisited", "duplicate"])
    chance = np.where(absent, np.where(habit.asks_photo, 0.4, 0.05), habit.photo)
    chance = np.where(kind == "wrong_place", chance * 0.5, chance)
    chance = np.where(kind == "quick", 0.05, chance)
    return np.asarray(rng.random(len(kind)) < chance)


def _at_desk(kind: Texts, rng: np.random.Generator) -> Bools:
    chance = {"paper": 1.0, "duplicate": 0.8, "unrecorded": 0.5, "quick": 0.6, "day_end": 0.1}
    return np.asarray(rng.random(len(kind)) < _by_kind(kind, chance, 0.04))


def _again(kind: Texts, done: Moments, rng: np.random.Generator) -> Moments:
    told = rng.random(len(kind)) < _by_kind(kind, AGAIN, 0.0)
    days = np.minimum(0.3 + rng.exponential(AGAIN_DAYS, len(kind)), AGAIN_WITHIN)
    return np.where(told, done + (days * DAY).astype("timedelta64[s]"), NEVER)
