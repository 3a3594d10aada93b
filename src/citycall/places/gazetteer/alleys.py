"""Alleys that have no name: what maps call BIDDLE-CHASE lies between two streets.

Such a name is made of the bare names of the two streets on either side. Where both are found
near the alley, it is called so in words; otherwise it keeps the name that it was given.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import shapely
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from citycall.places.gazetteer.built import LONGEST_NAME, BuiltBlock
from citycall.places.gazetteer.ground import Ground
from citycall.places.models import Block
from citycall.places.street_names import TYPES, key, parse, standard

# The street beside an alley lies half a block of houses away; a long alley bends.
BESIDE_M = 200.0
_DASH = re.compile(r"\s*-\s*")
_ALLEY = {"ALLEY", "AL", "ALY"}


def is_made_up(given: str) -> bool:
    """Whether a name as it was given is an alley's made of its neighbors' (``6TH-ALLEY-7TH``)."""
    return "-" in given and given.rsplit(maxsplit=1)[-1].lower() not in TYPES


def between(given: str) -> tuple[str, str] | None:
    """The two streets' bare names in an alley's made-up name, if that is what it is."""
    parts = [part for part in _DASH.split(given.strip()) if part and part.upper() not in _ALLEY]
    return (parts[0], parts[1]) if "-" in given and len(parts) == 2 else None


def name_alleys(
    blocks: Sequence[BuiltBlock], made_up: Mapping[str, tuple[str, str]], ground: Ground
) -> list[BuiltBlock]:
    """The blocks, with the alleys of ``made_up`` (by code) named by the streets beside them."""
    asked = [block for block in blocks if block.code in made_up]
    streets = [block for block in blocks if block.road_class != Block.RoadClass.ALLEY]
    if not asked or not streets:
        return list(blocks)
    alley_lines = ground.metres([block.line for block in asked])
    street_lines = ground.metres([block.line for block in streets])
    near: Mapping[int, list[int]] = _near(alley_lines, street_lines)
    named: dict[str, BuiltBlock] = {}
    for position, alley in enumerate(asked):
        candidates = [
            (streets[other].name, shapely.distance(alley_lines[position], street_lines[other]))
            for other in near.get(position, [])
        ]
        found = [_nearest(part, candidates) for part in made_up[alley.code]]
        if all(found) and found[0] != found[1]:
            named[alley.code] = _named(alley, found)
    return [named.get(block.code, block) for block in blocks]


def _near(
    alleys: Sequence[BaseGeometry], streets: Sequence[BaseGeometry]
) -> Mapping[int, list[int]]:
    pairs = shapely.STRtree(streets).query(alleys, predicate="dwithin", distance=BESIDE_M)
    found: dict[int, list[int]] = defaultdict(list)
    for alley, street in np.asarray(pairs).T.tolist():
        found[alley].append(street)
    return found


def _nearest(part: str, candidates: Sequence[tuple[str, float]]) -> str:
    """The name of the nearest street that the bare name may mean, or nothing."""
    asked = parse(standard(part))
    bare, whole = _closed(asked.key), _closed(key(part))
    fitting = [
        (distance, name)
        for name, distance in candidates
        if _fits(name, bare=bare, whole=whole, prefix=asked.prefix)
    ]
    return min(fitting)[1] if fitting else ""


def _fits(name: str, *, bare: str, whole: str, prefix: str) -> bool:
    street = parse(name)
    if whole in {_closed(street.key), _closed(key(f"{street.base} {street.type}"))}:
        return True
    return _closed(street.key) == bare and prefix in {"", street.prefix}


def _closed(words: str) -> str:
    """Without spaces: maps write ``MC ELDERRY`` in one place and ``MCELDERRY`` in another."""
    return words.replace(" ", "")


def _named(alley: BuiltBlock, streets: Sequence[str]) -> BuiltBlock:
    first, second = streets
    name = _("Alley between %(first)s and %(second)s") % {"first": first, "second": second}
    others = tuple(dict.fromkeys((alley.name, *alley.other_names)))
    if len(name) > LONGEST_NAME:
        return alley
    return replace(alley, name=name, other_names=others)
