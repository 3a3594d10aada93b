"""From a point to words: the house and cross street, the park and what stands in it."""

from dataclasses import dataclass

import numpy as np
import shapely
from django.utils.translation import gettext as _
from shapely import LineString, Point

from citycall.places.candidates import Surroundings
from citycall.places.coordinates import METRES_PER_DEGREE, distance_m
from citycall.places.index import AreaIndex
from citycall.places.models import LocationKind
from citycall.places.search import along
from citycall.places.search.kinds import KIND_OF
from citycall.places.search.picture import NO_NUMBER, Gazetteer, NamedPlace

# Further from any street than this a street says nothing about a point.
STREET_REACH_M = 120.0
FEATURE_REACH_M = 60.0
ASSET_REACH_M = 12.0
AT_CORNER_M = 18.0
LOOKED_AT = 12
# Nobody stands on these; a point beside them belongs to the street below or along.
_PASSED_BY = frozenset({"ramp", "highway", "tunnel"})
_COMPASS = 8


@dataclass(frozen=True, slots=True)
class _OnStreet:
    block: int
    metres: float
    side: int
    share: float
    beside: tuple[float, float]


def describe_point(
    longitude: float, latitude: float, gazetteer: Gazetteer, areas: AreaIndex
) -> Surroundings:
    """What lies at and around a point. See ``queries.surroundings``."""
    here = areas.at(longitude, latitude)
    park, feature, apart = _park_and_feature(longitude, latitude, gazetteer)
    street = _street(longitude, latitude, gazetteer)
    address, cross, cross_words = "", "", ""
    side = ""
    if street is not None:
        address = _address(street, gazetteer)
        cross, cross_words = _cross(street, gazetteer)
        side = _side(street, gazetteer)
    kind = LocationKind.POINT
    if feature is not None:
        words, kind = feature.label, KIND_OF.get(feature.kind, LocationKind.LANDMARK)
    elif park is not None:
        words, kind, apart = park.label, LocationKind.LANDMARK, 0.0
    else:
        sides = {"n": _("north side"), "e": _("east side"), "s": _("south side")}
        where = {**sides, "w": _("west side")}.get(side, "")
        words = ", ".join(part for part in (address, where, cross_words) if part)
        apart = street.metres if street is not None else 0.0
    return Surroundings(
        kind=kind,
        words=words or f"{latitude:.5f}, {longitude:.5f}",
        address=address,
        cross_street=cross,
        park=park.name if park is not None else "",
        feature=feature.name if feature is not None else "",
        side=side,
        distance_m=round(apart, 1),
        areas=here,
    )


def _park_and_feature(
    longitude: float, latitude: float, gazetteer: Gazetteer
) -> tuple[NamedPlace | None, NamedPlace | None, float]:
    """The smallest park that holds the point, and the nearest named thing in or at it."""
    point = Point(longitude, latitude)
    holding = [gazetteer.shaped[n] for n in gazetteer.shape_tree.query(point, "intersects")]
    parks = [gazetteer.places[n] for n in holding if gazetteer.places[n].kind == "park"]
    park = min(parks, key=lambda place: place.reach_m, default=None)
    within = [gazetteer.places[n] for n in holding if gazetteer.places[n].kind not in _WHOLE]
    if within:
        return park, min(within, key=lambda place: place.reach_m), 0.0
    near = gazetteer.places_near(longitude, latitude, metres=FEATURE_REACH_M)
    measured = [
        (distance_m((longitude, latitude), (place.longitude, place.latitude)), place)
        for place in near
        if place.kind not in _WHOLE and place.reach_m < 200.0
    ]
    good = [
        (metres, place)
        for metres, place in measured
        if metres <= (ASSET_REACH_M if place.kind in KIND_OF else FEATURE_REACH_M)
        and (park is None or place.parent == park.name)
        and (park is not None or metres <= FEATURE_REACH_M / 3)
    ]
    metres, feature = min(good, key=lambda each: each[0], default=(0.0, None))
    return park, feature, metres


_WHOLE = frozenset({"park", "neighborhood"})


def _street(longitude: float, latitude: float, gazetteer: Gazetteer) -> _OnStreet | None:
    table = gazetteer.blocks
    if not len(table.lines):
        return None
    reach = STREET_REACH_M / METRES_PER_DEGREE
    box = Point(longitude, latitude).buffer(reach / np.cos(np.radians(latitude)), 2)
    stretch = np.array([np.cos(np.radians(latitude)), 1.0]) * METRES_PER_DEGREE
    flat_point = Point(longitude * stretch[0], latitude * stretch[1])
    best: _OnStreet | None = None
    for block in table.tree.query(box).tolist():
        if table.road_class[block] in _PASSED_BY:
            continue
        line = shapely.transform(table.lines[block], lambda xy: xy * stretch)
        metres = line.distance(flat_point)
        # Of an alley and a street about as near, people name the street.
        weighed = metres + (15.0 if table.road_class[block] != "street" else 0.0)
        if metres <= STREET_REACH_M and (best is None or weighed < best.metres):
            best = _at(block, line, flat_point, weighed, stretch)
    return best


def _at(
    block: int, line: LineString, point: Point, metres: float, stretch: np.ndarray
) -> _OnStreet:
    position = line.project(point)
    foot = line.interpolate(position)
    before = line.interpolate(max(position - 3.0, 0.0))
    after = line.interpolate(min(position + 3.0, line.length))
    turn = (after.x - before.x) * (point.y - foot.y) - (after.y - before.y) * (point.x - foot.x)
    return _OnStreet(
        block=block,
        metres=metres,
        side=along.LEFT if turn > 0 else along.RIGHT,
        share=position / line.length if line.length else 0.5,
        beside=((foot.x - point.x) / stretch[0], (foot.y - point.y) / stretch[1]),
    )


def _address(street: _OnStreet, gazetteer: Gazetteer) -> str:
    table = gazetteer.blocks
    name = gazetteer.streets.names[int(table.street[street.block])]
    for side in (street.side, 1 - street.side):
        start, end = table.numbers[street.block, 2 * side : 2 * side + 2].tolist()
        if NO_NUMBER not in {start, end}:
            number = start + (end - start) * street.share
            even = round((number - start) / 2) * 2 + start
            return f"{even} {name}"
    return name


def _cross(street: _OnStreet, gazetteer: Gazetteer) -> tuple[str, str]:
    """The nearer cross street by name, and how far from it which way, in words."""
    table = gazetteer.blocks
    own = int(table.street[street.block])
    line = table.lines[street.block]
    here = along.point_on(line, street.share, side=None, inset_m=0.0)
    corners = [gazetteer.corners[n] for n in gazetteer.corners_of.get(own, ())]
    measured = sorted(
        (distance_m(here, (corner.longitude, corner.latitude)), n)
        for n, corner in enumerate(corners)
    )
    if not measured or measured[0][0] > 600.0:
        return "", ""
    metres, n = measured[0]
    names = gazetteer.streets.names
    others = [names[street] for street in corners[n].streets if street != own]
    cross = others[0] if others else ""
    if metres <= AT_CORNER_M:
        return cross, _("at %(street)s") % {"street": cross}
    ways = (_("east"), _("north"), _("west"), _("south"))
    angle = np.arctan2(here[1] - corners[n].latitude, here[0] - corners[n].longitude)
    way = ways[int(np.round(angle / (np.pi / 2))) % 4]
    told = {"metres": round(metres / 5) * 5, "way": way, "street": cross}
    return cross, _("%(metres)d m %(way)s of %(street)s") % told


def _side(street: _OnStreet, gazetteer: Gazetteer) -> str:
    east, north = (-value for value in street.beside)
    if abs(east) + abs(north) < 1e-9:
        return ""
    if abs(east) > abs(north):
        return "e" if east > 0 else "w"
    return "n" if north > 0 else "s"
