"""What is compared between a new request and those that were there before, as numbers."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from citycall.duplicates import photos
from citycall.duplicates.rarity import Rarity
from citycall.duplicates.texts import Buckets, Said, plain, read

Floats = NDArray[np.float64]

METRES_A_DEGREE: Final = 111_195.0
# Within so many metres, requests compete for being the one that is meant.
_AROUND_M: Final = 60.0
_FADES_M: Final = 40.0
# More than so many told of the same are too rare in what is learned from.
_MOST_REPORTS: Final = 4
_HOUR: Final = timedelta(hours=1)
_NUMBER: Final = re.compile(r"\d+")
_NAME: Final = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One request as far as it matters here; ``open`` is whether it was when the new one came.

    ``looks`` are the bits of its reporters' photos, as far as they say anything.
    """

    id: int
    service_id: int
    longitude: float
    latitude: float
    at: datetime
    open: bool
    place: str
    words: str
    answers: Mapping[str, Any] | None = None
    reports: int = 1
    looks: tuple[int, ...] = ()

    @property
    def said(self) -> Said:
        """Its words and answers, ready to be compared."""
        return read(self.words, self.answers)


@dataclass(frozen=True, slots=True)
class Compared:
    """One new request against others: what reasons are told from. An entry for each other one."""

    metres: Floats
    hours: Floats
    same_service: Floats
    terms: Floats
    pieces: Floats
    same_place: Floats
    same_words: Floats
    equal_facts: Floats
    other_facts: Floats
    like_photos: NDArray[np.bool_]
    table: Floats


NAMES: Final = (
    *("distance", "beyond_10_m", "beyond_30_m", "beyond_100_m"),
    *("age", "beyond_hour", "beyond_day", "beyond_week", "beyond_month"),
    *("open", "open_by_age", "same_service", "same_service_by_distance"),
    *("terms", "terms_root", "pieces", "terms_by_length", "pieces_by_distance", "gap_to_best"),
    *("same_words", "both_spoke", "both_spoke_by_length"),
    *("same_place", "same_street", "same_house"),
    *("equal_facts", "other_facts", "facts_in_words"),
    *("nearer_open", "older_open", "newer_open"),
    *("like_an_older", "both_like_an_older", "like_a_newer", "older_and_like"),
    "more_reports",
)

# What can only speak for, or only against: history of one kind of trouble must not teach that
# shared words speak against. All else may do either.
FOR: Final = frozenset(
    (
        *("open", "open_by_age", "same_service", "same_words", "same_place", "same_street"),
        *("terms", "terms_root", "pieces", "terms_by_length", "pieces_by_distance"),
        *("same_house", "equal_facts", "facts_in_words", "more_reports"),
    )
)
AGAINST: Final = frozenset(
    (
        *("distance", "beyond_10_m", "beyond_30_m", "beyond_100_m"),
        *("beyond_day", "beyond_week", "beyond_month", "gap_to_best", "other_facts"),
        *("both_spoke", "both_spoke_by_length"),
        *("nearer_open", "older_open", "like_an_older", "both_like_an_older"),
    )
)

# How the others stand among each other says which one is meant, not whether any is.
AMONG_OTHERS: Final = frozenset(
    (
        *("nearer_open", "older_open", "newer_open", "gap_to_best"),
        *("like_an_older", "both_like_an_older", "like_a_newer", "older_and_like"),
    )
)


def compare(new: Case, others: Sequence[Case], *, rarity: Rarity) -> Compared:
    """Compare a new request with each of ``others``, all of which were there before it."""
    metres, between = _distances(new, others)
    hours = np.array([max((new.at - o.at) / _HOUR, 0.0) for o in others], float)
    is_open = np.array([o.open for o in others], bool)
    same = np.array([o.service_id == new.service_id for o in others], float)
    mine, theirs = new.said, [o.said for o in others]
    terms = _alike([mine.terms, *(said.terms for said in theirs)], rarity)
    letters = rarity.table([mine.pieces, *(said.pieces for said in theirs)])
    pieces = np.asarray((letters[1:] @ letters[[0]].T).todense()).ravel()
    facts = np.array([_facts(mine, said) for said in theirs], float).reshape(-1, 3)
    places = _places(new, others)
    copied = np.array([bool(mine.plain) and said.plain == mine.plain for said in theirs], bool)
    shortest = np.array([min(said.length, mine.length) for said in theirs], float)
    crowd = _crowd(metres, between, hours, is_open, same > 0, terms)
    apart, age = np.log1p(metres / 5.0), np.log1p(hours)
    words, both, size = terms[0, 1:], (shortest > 0).astype(float), np.log1p(shortest)
    columns = [
        *(apart, *(np.maximum(0.0, apart - np.log1p(m / 5.0)) for m in (10, 30, 100))),
        *(age, *(np.maximum(0.0, age - np.log1p(h)) for h in (1, 24, 168, 720))),
        *(is_open.astype(float), is_open * age, same, same * apart),
        *(words, np.sqrt(words), pieces, words * size, pieces * apart),
        (words.max() if len(words) else 0.0) - words,
        *(copied.astype(float), both, both * size),
        *places.T,
        *np.log1p(facts).T,
        *crowd,
        np.log(np.array([min(max(o.reports, 1), _MOST_REPORTS) for o in others], float)),
    ]
    return Compared(
        metres=metres,
        hours=hours,
        same_service=same,
        terms=words,
        pieces=pieces,
        same_place=places[:, 0],
        same_words=copied.astype(float),
        equal_facts=facts[:, 0],
        other_facts=facts[:, 1],
        like_photos=np.array([photos.alike(new.looks, o.looks) for o in others], bool),
        table=np.stack(columns, axis=1) if len(others) else np.zeros((0, len(NAMES))),
    )


def _alike(texts: Sequence[Buckets], rarity: Rarity) -> Floats:
    table = rarity.table(texts)
    found: Floats = (table @ table.T).toarray()
    return found


def metres_between(new: Case, others: Sequence[Case]) -> Floats:
    """How far each of the others is from the new one, in metres."""
    return _distances(new, others)[0]


def _distances(new: Case, others: Sequence[Case]) -> tuple[Floats, Floats]:
    """From the new one to each other one, and between the others: metres, flat around it."""
    aside = METRES_A_DEGREE * np.cos(np.radians(new.latitude))
    east = np.array([(o.longitude - new.longitude) * aside for o in others], float)
    north = np.array([(o.latitude - new.latitude) * METRES_A_DEGREE for o in others])
    between = np.hypot(east[:, None] - east, north[:, None] - north)
    return np.hypot(east, north), between


def _crowd(
    metres: Floats,
    between: Floats,
    hours: Floats,
    is_open: NDArray[np.bool_],
    same: NDArray[np.bool_],
    terms: Floats,
) -> list[Floats]:
    """How the others stand among each other: the first of a family is rather meant than later ones.

    A request that looks like an older one near it is likely a duplicate of that one itself.
    """
    near = is_open & same & (metres < _AROUND_M)
    older = hours[None, :] > hours[:, None]
    fading = terms[1:, 1:] * np.exp(-between / _FADES_M)
    to_new = np.minimum(terms[1:, 1:], terms[0, 1:][None, :]) * np.exp(-between / _FADES_M)
    before = older & (is_open & same)[None, :]
    after = older.T & is_open[None, :]
    count_older = np.log1p((older & near[None, :]).sum(axis=1))
    count_newer = np.log1p((older.T & near[None, :]).sum(axis=1))
    nearer = np.log1p((is_open[None, :] & (metres[None, :] < metres[:, None] - 0.5)).sum(axis=1))
    like_older = _most(fading, before)
    return [
        *(nearer, count_older, count_newer),
        *(like_older, _most(to_new, before), _most(fading, after), count_older * like_older),
    ]


def _most(table: Floats, counted: NDArray[np.bool_]) -> Floats:
    found: Floats = np.where(counted, table, 0.0).max(axis=1, initial=0.0)
    return found


def _facts(one: Said, other: Said) -> tuple[int, int, int]:
    """How many answers are equal, how many differ, and how many stand in the other's words."""
    shared = one.facts.keys() & other.facts.keys()
    equal = sum(one.facts[question] == other.facts[question] for question in shared)
    spoken = sum(v in other.spoken for v in one.facts.values()) + sum(
        v in one.spoken for v in other.facts.values()
    )
    return equal, len(shared) - equal, spoken


def _places(new: Case, others: Sequence[Case]) -> Floats:
    """Whether the places are written alike, how much of the street is, and the house number."""
    place, names, numbers = _written(new.place)
    rows = []
    for other in others:
        its, its_names, its_numbers = _written(other.place)
        shared = len(names & its_names) / max(1, min(len(names), len(its_names)))
        rows.append((bool(place) and place == its, shared, bool(numbers & its_numbers)))
    return np.array(rows, float).reshape(-1, 3)


def _written(place: str) -> tuple[str, set[str], set[str]]:
    text = plain(place)
    return " ".join(text.split()), set(_NAME.findall(text)), set(_NUMBER.findall(text))
