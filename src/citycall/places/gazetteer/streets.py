"""Street centrelines to blocks: names in standard form, house numbers, class, one line each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import hypot

import shapely
from django.utils.translation import gettext as _
from shapely import LineString, MultiLineString
from shapely.geometry.base import BaseGeometry

from citycall.places import columns
from citycall.places.gazetteer.alleys import between
from citycall.places.gazetteer.built import (
    BadRow,
    BuiltBlock,
    Codes,
    Refused,
    clean,
    geometry_text,
    name_of,
)
from citycall.places.gazetteer.ground import Ground
from citycall.places.gazetteer.manifest import StreetNameSource, StreetsLayer
from citycall.places.gazetteer.readers import Row
from citycall.places.gazetteer.wordings import Properties, all_told, told, word_of
from citycall.places.models import Block
from citycall.places.street_names import standard

# A gap that a line drawn in two strokes may have, in degrees (about 25 m).
WIDEST_GAP = 0.000225
LARGEST_NUMBER = 9_999_999
LONGEST_ZIP = 10


@dataclass(frozen=True, slots=True)
class ReadStreets:
    """The blocks of a layer, the rows refused, and the alleys (by code) whose names are made up.

    A made-up name is the pair of bare names of the streets on either side.
    """

    blocks: list[BuiltBlock]
    refused: list[Refused]
    made_up: dict[str, tuple[str, str]]


def read_streets(
    code: str, layer: StreetsLayer, rows: Iterable[Row], ground: Ground, codes: Codes
) -> ReadStreets:
    """Each row of a layer of streets as a block, or refused with the reason."""
    found = ReadStreets([], [], {})
    blank = layer.folded_blank()
    for row in rows:
        name = street_name(layer.name, row.properties, blank)
        try:
            block = _block(code, layer, row, name, ground, codes)
        except BadRow as error:
            own = told(layer.code, row.properties)
            found.refused.append(Refused(code, row.number, own, name, str(error)))
            continue
        found.blocks.append(block)
        if layer.alleys_between and block.road_class == Block.RoadClass.ALLEY:
            streets = between(told(layer.name.whole or layer.name.base, row.properties))
            if streets:
                found.made_up[block.code] = streets
    return found


def street_name(source: StreetNameSource, row: Properties, blank: frozenset[str]) -> str:
    """A street's name in standard form, or nothing where the row names none."""
    parts = [told(part, row, blank) for part in source.parts()]
    if not told(source.whole or source.base, row, blank):
        return ""
    return standard(" ".join(filter(None, parts)))


def _block(
    code: str,
    layer: StreetsLayer,
    row: Row,
    name: str,
    ground: Ground,
    codes: Codes,
) -> BuiltBlock:
    # Checked before the name, so that a row is told of by what is worst about it.
    line = _line(row, ground)
    name = name_of(name)
    blank = layer.folded_blank()
    others = [
        standard(clean(other)) for other in all_told(layer.other_names, row.properties, blank=blank)
    ]
    content = f"{name}|{geometry_text(line)}"
    own = codes.take(code, layer.code, row.properties, content=content)
    return BuiltBlock(
        code=own,
        layer=code,
        name=name,
        other_names=tuple(one for one in dict.fromkeys(others) if one and one != name),
        road_class=word_of(layer.road_class, row.properties) or Block.RoadClass.STREET.value,
        left=_numbers(layer.left, row.properties),
        right=_numbers(layer.right, row.properties),
        zip_left=_zip(layer.zip_left, row.properties),
        zip_right=_zip(layer.zip_right, row.properties),
        line=line,
    )


def _line(row: Row, ground: Ground) -> LineString:
    shape = row.shape
    if shape is None:
        raise BadRow(row.fault)
    if not isinstance(shape, LineString | MultiLineString):
        kind = shape.geom_type
        raise BadRow(_("It is a %(kind)s; a street is a line.") % {"kind": kind})
    fault = ground.fault_of(shape)
    if fault:
        raise BadRow(fault)
    line = _joined(shape)
    if not line.length:
        raise BadRow(_("Its line has no length."))
    return line


def _joined(shape: BaseGeometry) -> LineString:
    if isinstance(shape, LineString):
        return shape
    merged = shapely.line_merge(shape)
    if isinstance(merged, LineString):
        return merged
    strokes = [list(stroke.coords) for stroke in merged.geoms]
    for before, after in pairwise(strokes):
        (x, y), (to_x, to_y) = before[-1], after[0]
        if hypot(to_x - x, to_y - y) > WIDEST_GAP:
            raise BadRow(_("Its line is in several pieces."))
    return LineString([corner for stroke in strokes for corner in stroke])


def _numbers(sides: Sequence[tuple[str, str]], row: Properties) -> tuple[int | None, int | None]:
    """The house numbers of a side from the first pair of properties that has both."""
    for first, last in sides:
        start, end = house_number(row.get(first)), house_number(row.get(last))
        if start and end:
            return start, end
    return None, None


def house_number(value: object) -> int:
    """The house number that a property holds; 0 where it holds none."""
    digits = columns.as_text(value).partition(" ")[0].rstrip("ABCDEFGHabcdefgh")
    number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 9 else 0
    return number if number <= LARGEST_NUMBER else 0


def _zip(wording: str, row: Properties) -> str:
    return zip_code(told(wording, row))


def zip_code(text: str) -> str:
    """A postal code, or nothing where the text cannot be one (``0``)."""
    return text if 3 <= len(text) <= LONGEST_ZIP and text.strip("0") else ""
