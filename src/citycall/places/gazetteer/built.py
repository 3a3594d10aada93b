"""What a build makes before it is stored, and the rows that it refuses."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from unicodedata import category

import shapely
from django.utils.translation import gettext as _
from shapely import LineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from citycall.places.coordinates import Point
from citycall.places.gazetteer.wordings import Properties, told
from citycall.places.words import fold

# Control characters, line separators, halves of surrogate pairs, and what no standard has named.
_UNSEEN = {"Cc", "Zl", "Zp", "Cs", "Cn"}
LONGEST_CODE, LONGEST_NAME, LONGEST_ADDRESS = 100, 150, 200


class BadRow(Exception):
    """A row cannot be taken; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Refused:
    """One row that was not taken, its number counted from 1, and why."""

    layer: str
    number: int
    code: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltBlock:
    """A ``models.Block`` to be."""

    code: str
    layer: str
    name: str
    other_names: tuple[str, ...]
    road_class: str
    left: tuple[int | None, int | None]
    right: tuple[int | None, int | None]
    zip_left: str
    zip_right: str
    line: LineString


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltAddress:
    """A ``models.AddressPoint`` to be."""

    code: str
    layer: str
    number: int
    street: str
    zip_code: str
    point: Point


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltCorner:
    """A ``models.Corner`` to be; ``streets`` in the order of what people call a corner by."""

    code: str
    layer: str
    streets: tuple[str, ...]
    point: Point


@dataclass(slots=True, kw_only=True)
class BuiltPlace:
    """A ``models.Place`` to be; aliases and parent may still be added."""

    code: str
    layer: str
    kind: str
    name: str
    point: Point
    parent: str = ""
    aliases: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    address: str = ""
    accuracy_m: float = 0.0
    shape: Polygon | MultiPolygon | None = None

    def add_aliases(self, names: Sequence[str]) -> None:
        """Other names, each once; its own name is none of them."""
        known = {fold(self.name), *map(fold, self.aliases)}
        for name in names:
            if fold(name) not in known:
                known.add(fold(name))
                self.aliases.append(name)


@dataclass(frozen=True, slots=True)
class NamedArea:
    """An area of a loaded layer, as far as the gazetteer needs it."""

    layer: str
    code: str
    name: str
    shape: Polygon | MultiPolygon
    properties: Mapping[str, Any]


@dataclass(slots=True)
class Codes:
    """Gives each row of a kind its code, and refuses one that another row has."""

    taken: dict[str, str] = field(default_factory=dict)

    def take(self, layer: str, wording: str, row: Properties, *, content: str) -> str:
        """The code that the row says, or a stable one made from its ``content``."""
        code = clean(told(wording, row)) if wording else f"{layer}:{digest(content)}"
        if not code:
            raise BadRow(_("It has no code."))
        if len(code) > LONGEST_CODE:
            raise BadRow(_("Its code is longer than %(n)s characters.") % {"n": LONGEST_CODE})
        other = self.taken.setdefault(code, "")
        if other == layer:
            raise BadRow(
                _("An earlier row has the same code.") if wording else _("It is there twice.")
            )
        if other:
            raise BadRow(_("The layer “%(layer)s” has the same code.") % {"layer": other})
        self.taken[code] = layer
        return code


def digest(content: str) -> str:
    """A short fixed name for some content."""
    return hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()[:16]


def geometry_text(shape: BaseGeometry) -> str:
    """A shape as text for ``digest``: to about a tenth of a metre."""
    return str(shapely.to_wkt(shape, rounding_precision=6, trim=True))


def clean(text: str) -> str:
    """The text on one line, without characters that cannot be shown."""
    shown = (" " if category(letter) in _UNSEEN else letter for letter in text)
    return text if text.isprintable() else " ".join("".join(shown).split())


def name_of(text: str) -> str:
    """A name as it can be stored; raises ``BadRow`` where there is none."""
    name = clean(text)
    if not re.search(r"\w", name):
        raise BadRow(_("It has no name."))
    if len(name) > LONGEST_NAME:
        raise BadRow(_("Its name is longer than %(n)s characters.") % {"n": LONGEST_NAME})
    return name


def grouped(refused: Sequence[Refused]) -> Iterator[tuple[str, int, list[Refused]]]:
    """Each reason with its count and first rows, the most frequent first."""
    counts = Counter(row.reason for row in refused)
    for reason, count in counts.most_common():
        yield reason, count, [row for row in refused if row.reason == reason][:3]
