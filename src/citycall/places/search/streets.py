"""Streets by their names: exact, with a wrong direction or type, misspelt, or only begun."""

import bisect
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from citycall.places.search.sounds import Sounds
from citycall.places.street_names import TYPES, StreetName, parse

# What is taken from a match for each part that differs from what was asked.
WRONG_DIRECTION = 0.14
DIRECTION_OF_NONE = 0.06
WRONG_TYPE = 0.1
LEFT_OUT = 0.01
MISSPELT = 1.3
BEGUN = 0.12
LEAST_ALIKE = 74.0
MOST_ALIKE = 12
SHORTEST_BEGUN = 3
REMEMBERED = 4_096


@dataclass(frozen=True, slots=True)
class StreetMatch:
    """A street that some words may mean; ``quality`` runs from 0 to 1, ``how`` is one word."""

    street: int
    quality: float
    how: str


class StreetIndex:
    """All street names of the city; a street's id is its place in ``names``."""

    def __init__(self, names: Sequence[str], others: Iterable[tuple[str, int]] = ()) -> None:
        self.names = list(names)
        self.parts = [parse(name) for name in names]
        by_key: defaultdict[str, set[int]] = defaultdict(set)
        for street, parts in enumerate(self.parts):
            by_key[parts.key].add(street)
            by_key[parts.key.removeprefix("the ")].add(street)
        self._asked_otherwise: set[tuple[str, int]] = set()
        for other, street in others:
            parts = parse(other)
            by_key[parts.key].add(street)
            self._asked_otherwise.add((parts.key, street))
        self.by_key = {name: sorted(streets) for name, streets in by_key.items() if name}
        self.keys = list(self.by_key)
        # Many write one word as two, or two as one.
        self._sorted = sorted(self.keys)
        self._sounds = Sounds(self.keys)
        self._remembered: dict[tuple[str, bool, bool], list[StreetMatch]] = {}
        self._joined = [name.replace(" ", "") for name in self.keys]

    def matching(
        self, words: str, *, typing: bool = False, loose: bool = False
    ) -> list[StreetMatch]:
        """The streets that these words may mean, best first.

        ``loose`` looks for misspellings even where a street has exactly this name.
        """
        asked = words, typing, loose
        if (known := self._remembered.get(asked)) is not None:
            return known
        if len(self._remembered) >= REMEMBERED:
            self._remembered.clear()
        self._remembered[asked] = found = self._matching(words, typing=typing, loose=loose)
        return found

    def _matching(self, words: str, *, typing: bool, loose: bool) -> list[StreetMatch]:
        asked = parse(words)
        if not asked.base:
            return []
        found: dict[int, StreetMatch] = {}
        for reading in _readings(asked):
            for street in self.by_key.get(reading.key, ()):
                self._keep(found, reading, street, 1.0, "name")
        if loose or not any(match.quality > 0.8 for match in found.values()):
            self._alike(found, asked)
        if typing and len(asked.key) >= SHORTEST_BEGUN:
            self._begun(found, asked)
        if asked.prefix and any(self._is_the_one(match, asked) for match in found.values()):
            found = {street: self._other_side(match, asked) for street, match in found.items()}
        return sorted(found.values(), key=lambda match: (-match.quality, self.names[match.street]))

    def _is_the_one(self, match: StreetMatch, asked: StreetName) -> bool:
        return match.quality > 0.95 and self.parts[match.street].prefix == asked.prefix

    def _other_side(self, match: StreetMatch, asked: StreetName) -> StreetMatch:
        """Where the street with the direction exists, one with another is hardly meant."""
        prefix = self.parts[match.street].prefix
        if not prefix or prefix == asked.prefix:
            return match
        return StreetMatch(match.street, match.quality - WRONG_DIRECTION, match.how)

    def _alike(self, found: dict[int, StreetMatch], asked: StreetName) -> None:
        for reading in _readings(asked):
            if len(reading.key) < SHORTEST_BEGUN or reading.key.isdigit():
                continue
            near = process.extract(
                reading.key.replace(" ", ""),
                self._joined,
                scorer=fuzz.ratio,
                score_cutoff=LEAST_ALIKE,
                limit=MOST_ALIKE,
            )
            for _text, score, position in near:
                worth = 1.0 - (1.0 - score / 100.0) * MISSPELT
                for street in self.by_key[self.keys[position]]:
                    self._keep(found, reading, street, worth, "spelling")
            for name, likeness in self._sounds.like(reading.key):
                for street in self.by_key[name]:
                    self._keep(found, reading, street, min(likeness, 0.9), "sound")

    def _begun(self, found: dict[int, StreetMatch], asked: StreetName) -> None:
        start = bisect.bisect_left(self._sorted, asked.key)
        end = bisect.bisect_left(self._sorted, f"{asked.key}\uffff")
        for name in self._sorted[start : min(end, start + MOST_ALIKE)]:
            for street in self.by_key[name]:
                self._keep(found, asked, street, 1.0 - BEGUN, "begun")

    def _keep(
        self,
        found: dict[int, StreetMatch],
        asked: StreetName,
        street: int,
        worth: float,
        how: str,
    ) -> None:
        quality = worth
        if (asked.key, street) not in self._asked_otherwise or worth < 1.0:
            quality -= _differences(asked, self.parts[street])
        if street not in found or found[street].quality < quality:
            found[street] = StreetMatch(street, quality, how)


def _differences(asked: StreetName, street: StreetName) -> float:
    cost = 0.0
    for wanted, has in ((asked.prefix, street.prefix), (asked.post, street.post)):
        if wanted and wanted != has:
            both = wanted in {street.prefix, street.post}
            cost += LEFT_OUT if both else (WRONG_DIRECTION if has else DIRECTION_OF_NONE)
    if asked.type and street.type and asked.type != street.type:
        cost += WRONG_TYPE
    elif asked.type and not street.type:
        cost += WRONG_TYPE / 2
    elif street.type and not asked.type:
        cost += LEFT_OUT
    return cost


def _readings(asked: StreetName) -> list[StreetName]:
    """The words as they were taken apart, and as a name that keeps its type or direction."""
    readings = [asked]
    spelled = _SPELLED.get(asked.type, asked.type)
    if asked.type:
        readings.append(StreetName(asked.prefix, f"{asked.base} {spelled}", "", asked.post))
    if asked.prefix:
        readings.append(
            StreetName("", f"{_WAYS[asked.prefix]} {asked.base}", asked.type, asked.post)
        )
    return readings


_SPELLED = {short: max((w for w, s in TYPES.items() if s == short), key=len) for short in
            set(TYPES.values())}  # fmt: skip
_WAYS = {
    **{"N": "north", "S": "south", "E": "east", "W": "west"},
    **{"NE": "northeast", "NW": "northwest", "SE": "southeast", "SW": "southwest"},
}
