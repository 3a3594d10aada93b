"""Great parks, neighborhood squares and shore walks, with their fields, gates and playgrounds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely import Point, Polygon

from .addressing import Addresser
from .boundary import Ground
from .model import Area, Feature, Park
from .names import NameBook
from .network import Block, Network
from .park_features import GREAT_FEATURES, Spot
from .plane import GRID, XY, as_area, on_earth, polygons_of, to_degrees

SQUARES = 25
APART_M = 560.0  # squares keep at least this distance from each other
EDGE_M = 8.0  # from the middle of a street to the park's edge
OLD_NAMES: dict[str, tuple[str, ...]] = {
    "Falling Run Park": ("Mill Valley Park", "Falling Run"),
    "Herring Run Park": ("Herring Run", "Upper Herring Run"),
    "Lower Herring Run Park": ("Quarry Woods",),
    "Lake Ansel Park": ("Reservoir Park", "Waterworks Park"),
    "Signal Hill Park": ("Lamp Hill",),
    "Battery Park": ("Fort Calder Park", "Old Battery"),
}
# Strips of shore between the water and the shore road: name, other names, corners of a box.
SHORE_PARKS: dict[str, tuple[tuple[str, ...], tuple[float, float, float, float]]] = {
    "Calder Riverwalk": (("Towpath Park",), (100, 1930, 800, 3110)),
    "Basin Promenade": (("Inner Basin", "the Promenade"), (100, -560, 560, 300)),
    "Ferry Landing Park": (("Old Ferry Slip",), (860, -360, 1300, 60)),
    "Cooper's Quay Walk": ((), (-400, -2000, 640, -1560)),
}


@dataclass(frozen=True)
class Green:
    """A park on the drawing board, before it has its address."""

    name: str
    aliases: tuple[str, ...]
    shape: Area


def choose_squares(
    faces: tuple[Polygon, ...],
    ground: Ground,
    taken: list[Area],
    names: NameBook,
    rng: np.random.Generator,
) -> list[Green]:
    """Some blocks, well apart, become neighborhood parks; every third takes two blocks."""
    edges = [ground.water.buffer(25), ground.limits.boundary.buffer(15)]
    blocked = as_area(shapely.union_all([*edges, *taken]))
    shapely.prepare(blocked)
    chosen: list[Green] = []
    for index in rng.permutation(len(faces)):
        face = faces[int(index)]
        if not _suits(face) or blocked.intersects(face):
            continue
        if all(face.distance(green.shape) > APART_M for green in chosen):
            if len(chosen) % 3 == 0:
                face = _with_neighbour(face, faces, blocked)
            chosen.append(_square(face, names))
        if len(chosen) == SQUARES:
            break
    return chosen


def _suits(face: Polygon) -> bool:
    roundness = 12.57 * face.area / face.length**2
    return bool(6_500 < face.area < 34_000 and roundness > 0.6)


def _with_neighbour(face: Polygon, faces: tuple[Polygon, ...], blocked: Area) -> Polygon:
    """The block joined with the neighbour that makes the most regular shape."""
    near = [
        other
        for other in faces
        if other is not face
        and other.touches(face)
        and _suits(other)
        and not blocked.intersects(other)
    ]
    pairs = [shapely.union_all([face, other], grid_size=GRID) for other in near]
    whole = [
        pair
        for pair in pairs
        if isinstance(pair, Polygon) and pair.area > 0.93 * pair.convex_hull.area
    ]
    return max(whole, key=lambda pair: (pair.area / pair.length**2, pair.bounds), default=face)


def _square(face: Polygon, names: NameBook) -> Green:
    word = names.fresh("park")
    kind = "Square" if face.area < 13_000 else "Commons" if face.area > 30_000 else "Park"
    shape = polygons_of(face.buffer(-EDGE_M, join_style="mitre"))[0]
    return Green(f"{word} {kind}", (f"{word} Playground",) if kind == "Park" else (), shape)


def without_inner_streets(network: Network, squares: list[Green]) -> Network:
    """The network without the blocks that ran through the new squares."""
    inner = as_area(shapely.union_all([green.shape for green in squares]))
    shapely.prepare(inner)
    return replace(network, blocks=tuple(b for b in network.blocks if not _inside(b, inner)))


def _inside(block: Block, inner: Area) -> bool:
    return bool(inner.intersects(shapely.line_interpolate_point(block.line, 0.5, normalized=True)))


def off_the_road(green: Green) -> Green:
    """The park drawn back from the middle of the roads along it."""
    return replace(green, shape=as_area(green.shape.buffer(-EDGE_M, join_style="mitre")))


def shore_parks(ground: Ground) -> list[Green]:
    """Promenades along river and harbor."""
    strip = shapely.intersection(ground.harbor.buffer(62.0, quad_segs=3), ground.land)
    return [
        Green(
            name,
            aliases,
            max(
                polygons_of(shapely.intersection(strip, shapely.box(*corners), grid_size=GRID)),
                key=lambda part: part.area,
            ),
        )
        for name, (aliases, corners) in SHORE_PARKS.items()
    ]


def to_parks(greens: list[Green], addresser: Addresser) -> tuple[Park, ...]:
    """Parks with codes and official addresses."""
    return tuple(_park(serial + 1, green, addresser) for serial, green in enumerate(greens))


def _park(serial: int, green: Green, addresser: Addresser) -> Park:
    gates = [s.at for s in GREAT_FEATURES.get(green.name, ()) if s.kind == "entrance"]
    front = np.array(gates[0]) if gates else shapely.get_coordinates(green.shape)[0]
    return Park(
        code=f"PK-{serial:03d}",
        name=green.name,
        aliases=green.aliases,
        address=addresser.near(front)[0],
        polygon=on_earth(green.shape),
        area_m2=round(float(green.shape.area), 1),
    )


def to_features(
    greens: list[Green], ground: Ground, network: Network, rng: np.random.Generator
) -> tuple[Feature, ...]:
    """The named parts of every park, each well inside it and on dry ground."""
    lines = [block.line for block in network.blocks]
    tree = shapely.STRtree(lines)
    wet = ground.water.buffer(5.0)
    features: list[Feature] = []
    for green in greens:
        lanes = [lines[i].buffer(7.0) for i in sorted(tree.query(green.shape).tolist())]
        solid = as_area(shapely.difference(green.shape, shapely.union_all([wet, *lanes])))
        shapely.prepare(solid)
        spots = GREAT_FEATURES.get(green.name) or list(_square_spots(green, rng))
        taken: list[shapely.Geometry] = []
        for spot in spots:
            shape = _placed(spot, solid, taken)
            taken.append(shape)
            features.append(_feature(len(features) + 1, spot, green, shape))
    return tuple(features)


def _square_spots(green: Green, rng: np.random.Generator) -> Iterator[Spot]:
    """What a small park has: a playground, gates at two ends, sometimes a court or garden."""
    x0, y0, x1, y1 = green.shape.bounds
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    yield Spot(f"{green.name} Playground", "playground", (x, y))
    yield Spot(f"{green.name} North Entrance", "entrance", (x, y1 - 6))
    yield Spot(f"{green.name} South Entrance", "entrance", (x, y0 + 6))
    if green.shape.area > 15_000:
        word = green.name.rpartition(" ")[0]
        yield Spot(f"{word} Field", "field", (x - 20, y), (f"{word} Ballfield",))
    if rng.random() < 0.4:
        yield Spot(f"{green.name} Basketball Court", "court", (x + 25, y + 15))
    elif rng.random() < 0.4:
        yield Spot(f"{green.name} Community Garden", "garden", (x - 25, y - 15))


def _placed(spot: Spot, solid: Area, taken: list[shapely.Geometry]) -> Polygon | Point:
    """The spot's shape at the wished place, or the nearest that is free."""
    scale = (1.0, 0.6, 0.35) if spot.kind == "field" else (1.0,)
    for size in scale:
        for x, y in _around(spot.at):
            shape = _shape(spot.kind, x, y, size)
            if solid.contains(shape) and all(shape.distance(other) > 6 for other in taken):
                return shape
    raise ValueError(f"No room for {spot.name}.")


def _around(at: XY) -> Iterator[XY]:
    """The place itself, then places ever farther around it."""
    yield at
    for ring in range(1, 60):
        for dx, dy in ((1, 0), (0, 1), (-1, 0), (0, -1), (1, 1), (-1, 1), (-1, -1), (1, -1)):
            yield (at[0] + dx * ring * 9.0, at[1] + dy * ring * 9.0)


def _shape(kind: str, x: float, y: float, size: float) -> Polygon | Point:
    if kind == "field":
        return shapely.box(x - 48 * size, y - 31 * size, x + 48 * size, y + 31 * size)
    return Point(x, y)


def _feature(serial: int, spot: Spot, green: Green, shape: Polygon | Point) -> Feature:
    return Feature(
        code=f"PF-{serial:03d}",
        name=spot.name,
        kind=spot.kind,
        aliases=spot.aliases,
        parent=green.name,
        geometry=shapely.transform(shape, to_degrees),
    )
