"""Places that people name, from layers of parks, landmarks, stations and the like, and areas."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import shapely
from django.utils.translation import gettext as _
from shapely import MultiPolygon, Polygon
from shapely import Point as Dot
from shapely.geometry.base import BaseGeometry

from citycall.places import shapes
from citycall.places.coordinates import Point
from citycall.places.gazetteer.built import (
    LONGEST_ADDRESS,
    LONGEST_NAME,
    BadRow,
    BuiltPlace,
    Codes,
    NamedArea,
    Refused,
    clean,
    name_of,
)
from citycall.places.gazetteer.ground import Ground
from citycall.places.gazetteer.manifest import PlacesLayer
from citycall.places.gazetteer.readers import Row
from citycall.places.gazetteer.wordings import all_told, first_told, told, word_of

NEIGHBORHOOD = "neighborhood"


def read_places(
    code: str, layer: PlacesLayer, rows: Iterable[Row], ground: Ground, codes: Codes
) -> tuple[list[BuiltPlace], list[Refused]]:
    """The places of a layer, and the rows refused."""
    places: list[BuiltPlace] = []
    refused: list[Refused] = []
    blank = layer.folded_blank()
    for row in rows:
        name = first_told(layer.name, row.properties, blank)
        try:
            places.append(_place(code, layer, row, name, ground, codes))
        except BadRow as error:
            own = told(layer.code, row.properties)
            refused.append(Refused(code, row.number, own, name, str(error)))
    return places, refused


def _place(
    code: str, layer: PlacesLayer, row: Row, name: str, ground: Ground, codes: Codes
) -> BuiltPlace:
    if row.shape is None:
        raise BadRow(row.fault)
    fault = ground.fault_of(row.shape)
    if fault:
        raise BadRow(fault)
    shape, point = _drawn(row.shape)
    name = name_of(name)
    kind = word_of(layer.kind, row.properties)
    if not kind:
        raise BadRow(_("The manifest has no kind for it."))
    blank = layer.folded_blank()
    own = {
        language: name_of(words)
        for language, wording in layer.names.items()
        if (words := told(wording, row.properties, blank))
    }
    aliases = all_told(layer.aliases, row.properties, blank=blank, separator=layer.alias_separator)
    place = BuiltPlace(
        code=codes.take(
            code,
            layer.code,
            row.properties,
            content=f"{kind}|{name}|{point[0]:.5f}|{point[1]:.5f}",
        ),
        layer=code,
        kind=kind,
        name=name,
        point=point,
        parent=clean(told(layer.parent, row.properties, blank))[:LONGEST_NAME],
        names=own,
        address=clean(first_told(layer.address, row.properties, blank))[:LONGEST_ADDRESS],
        accuracy_m=layer.accuracy_m,
        shape=shape,
    )
    place.add_aliases([*map(name_of, aliases), *own.values()])
    return place


def _drawn(shape: BaseGeometry) -> tuple[Polygon | MultiPolygon | None, Point]:
    """The outline where the place is more than a point, and a point within it."""
    outline = None
    if isinstance(shape, Polygon | MultiPolygon):
        outline = shapes.mend(shape).shape
        if outline is None:
            raise BadRow(_("Its outline encloses less than one square metre."))
    return outline, middle_of(outline or shape)


def middle_of(shape: BaseGeometry) -> Point:
    """A point that lies within a shape, to a tenth of a metre."""
    middle = shape if isinstance(shape, Dot) else shape.representative_point()
    return round(middle.x, 6), round(middle.y, 6)


def named_areas(
    code: str, areas: Iterable[NamedArea], codes: Codes
) -> tuple[list[BuiltPlace], list[Refused]]:
    """The areas of a loaded layer that are places too, and those refused."""
    places: list[BuiltPlace] = []
    refused: list[Refused] = []
    for number, area in enumerate(areas, start=1):
        try:
            place = BuiltPlace(
                code=codes.take(code, "code", {"code": f"{code}:{area.code}"}, content=""),
                layer=code,
                kind=NEIGHBORHOOD,
                name=name_of(area.name),
                point=middle_of(area.shape),
                shape=area.shape,
            )
        except BadRow as error:
            refused.append(Refused(code, number, area.code, area.name, str(error)))
        else:
            places.append(place)
    return places, refused


def find_parents(places: Sequence[BuiltPlace], within: dict[str, str]) -> None:
    """Give each place of the layers in ``within`` the smallest place of that kind around it."""
    by_kind: dict[str, list[BuiltPlace]] = defaultdict(list)
    outlines: dict[str, list[BaseGeometry]] = defaultdict(list)
    for place in places:
        if place.shape is not None and place.kind in within.values():
            by_kind[place.kind].append(place)
            outlines[place.kind].append(place.shape)
    trees = {kind: shapely.STRtree(shapes) for kind, shapes in outlines.items()}
    for place in places:
        kind = within.get(place.layer, "")
        if place.parent or kind not in trees:
            continue
        around = trees[kind].query(Dot(place.point), predicate="intersects").tolist()
        found = [by_kind[kind][position] for position in around]
        others = [park for park in found if park is not place and park.name != place.name]
        if others:
            place.parent = min(others, key=lambda park: park.shape.area if park.shape else 0).name
