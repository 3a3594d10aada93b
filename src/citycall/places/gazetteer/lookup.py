"""Finding a place within the build by exact words: a house on a block, or a corner."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
import shapely
from django.utils.translation import gettext as _

from citycall.places.coordinates import Point, distance_m
from citycall.places.gazetteer.built import BadRow, BuiltAddress, BuiltBlock, BuiltCorner
from citycall.places.street_names import parse, standard

# How far an address that is reckoned along its block, and a corner, may be off.
ALONG_BLOCK_M, CORNER_M = 20.0, 15.0
# Two halves of a street may both have a number, and two streets may meet twice.
TOGETHER_M = 150.0
_AND = re.compile(r"\s*(?:&|\band\b|/|\bat\b)\s*", re.IGNORECASE)
_HOUSE = re.compile(r"(\d+)\s+(.+)")
_KEY = tuple[str, str]


class Lookup:
    """Blocks, houses and corners by their streets."""

    def __init__(
        self,
        blocks: Iterable[BuiltBlock],
        houses: Iterable[BuiltAddress],
        corners: Iterable[BuiltCorner],
    ) -> None:
        self._blocks: dict[_KEY, list[BuiltBlock]] = defaultdict(list)
        self._houses: dict[tuple[_KEY, int], list[BuiltAddress]] = defaultdict(list)
        self._corners: dict[_KEY, list[BuiltCorner]] = defaultdict(list)
        for block in blocks:
            for name in (block.name, *block.other_names):
                self._blocks[_key(name)].append(block)
        for house in houses:
            self._houses[_key(house.street), house.number].append(house)
        for corner in corners:
            for key in set(map(_key, corner.streets)):
                self._corners[key].append(corner)

    def find(self, words: str) -> tuple[Point, float]:
        """The point that the words mean and how far off it may be, in metres.

        Raises ``BadRow`` where they mean nothing, or several places.
        """
        house = _HOUSE.fullmatch(words.strip())
        streets = [part for part in _AND.split(words.strip()) if part]
        if len(streets) == 2:
            return self._corner(streets)
        if house:
            return self._house(int(house[1]), house[2])
        raise BadRow(_("“%(words)s” is neither an address nor a corner.") % {"words": words})

    def _corner(self, streets: Sequence[str]) -> tuple[Point, float]:
        first, second = streets
        found = [
            corner
            for corner in self._corners.get(_key(first), [])
            if _has(corner, first) and _has(corner, second)
        ]
        return _only([corner.point for corner in found], " & ".join(streets), CORNER_M)

    def _house(self, number: int, street: str) -> tuple[Point, float]:
        asked = _key(street)
        houses = [h for h in self._houses.get((asked, number), []) if _fits(h.street, street)]
        if houses:
            return _only([h.point for h in houses], f"{number} {street}", 0.0)
        points = [
            point
            for block in self._blocks.get(asked, [])
            if any(_fits(name, street) for name in (block.name, *block.other_names))
            for point in [_along(block, number)]
            if point
        ]
        return _only(points, f"{number} {street}", ALONG_BLOCK_M)


def _key(name: str) -> _KEY:
    street = parse(standard(name))
    return street.key, street.type


def _fits(name: str, asked: str) -> bool:
    """Whether a street is the one asked for; a direction that was not said may be any."""
    street, words = parse(name), parse(standard(asked))
    same = (street.key, street.type) == (words.key, words.type)
    return same and words.prefix in {"", street.prefix} and words.post in {"", street.post}


def _has(corner: BuiltCorner, asked: str) -> bool:
    return any(_fits(name, asked) for name in corner.streets)


def _along(block: BuiltBlock, number: int) -> Point | None:
    """Where a number lies along its block, if it is one of the block's."""
    for start, end in (block.left, block.right):
        if start is None or end is None or number % 2 != start % 2:
            continue
        if min(start, end) <= number <= max(start, end):
            share = (number - start) / (end - start) if end != start else 0.5
            dot = shapely.line_interpolate_point(block.line, share, normalized=True)
            return round(dot.x, 6), round(dot.y, 6)
    return None


def _only(points: Sequence[Point], words: str, exact_m: float) -> tuple[Point, float]:
    """The middle of points that lie together, and how far off it may be."""
    if not points:
        raise BadRow(_("There is no “%(words)s” in the streets.") % {"words": words})
    longitude, latitude = np.mean(np.unique(points, axis=0), axis=0).round(6).tolist()
    off_m = max(distance_m((longitude, latitude), point) for point in points)
    if off_m > TOGETHER_M:
        raise BadRow(_("“%(words)s” is in several places.") % {"words": words})
    return (longitude, latitude), max(exact_m, float(np.ceil(off_m)))
