"""The city's ground as a mosaic of blocks, from which all area layers are put together."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import Polygon

from .boundary import Ground
from .districts import Style, styles_of
from .model import Area, Floats, Ints
from .network import Network
from .plane import GRID, as_area, lines_of, polygons_of

CROSSING_ROAD, CROSSING_WATER = 2.2, 5.0  # how much dearer it is to grow across these
ROUNDS = 14  # how often a balanced partition adjusts its areas
POPULATION = 121_400


@dataclass(frozen=True)
class Mosaic:
    """Blocks of the whole city, water and parks included, without gap or overlap.

    `links` (n, 2) are pairs of neighbouring blocks, `cost` the price of growing across.
    """

    faces: tuple[Polygon, ...]
    middles: Floats
    styles: tuple[Style, ...]
    people: Floats
    links: Ints
    cost: Floats

    @property
    def tree(self) -> shapely.STRtree:
        """A spatial index of the blocks."""
        return shapely.STRtree(self.faces)


def blocks_between_streets(ground: Ground, network: Network) -> tuple[Polygon, ...]:
    """The polygons between streets, limits and mid-stream lines; alleys do not part them."""
    streets = [block.line for block in network.blocks if block.path.road_class != "alley"]
    wet = ground.water.buffer(90.0)
    channels = [shapely.intersection(line, wet) for line in ground.channels]
    mesh = shapely.union_all([*streets, ground.limits.boundary, *channels], grid_size=GRID)
    faces = polygons_of(shapely.polygonize(lines_of(mesh)))
    return tuple(face for face in faces if ground.limits.contains(face.representative_point()))


def lay_mosaic(ground: Ground, network: Network, parks: list[Area]) -> Mosaic:
    """The city's blocks with their residents and neighbours."""
    faces = blocks_between_streets(ground, network)
    middles = shapely.get_coordinates(shapely.centroid(faces))
    links, edges = _links(faces)
    styles = tuple(styles_of(faces))
    return Mosaic(
        faces,
        middles,
        styles,
        _people(faces, styles, ground, parks),
        links,
        _cost(links, edges, middles, ground, network),
    )


def face_at(mosaic: Mosaic, xy: Floats) -> Ints:
    """The block under each position in metres (n, 2); outside the city, the nearest."""
    return np.asarray(mosaic.tree.nearest(shapely.points(xy)), dtype=np.int64)


def joined(mosaic: Mosaic, label: Ints, count: int) -> list[Area]:
    """One polygon for each label, with borders exactly shared."""
    faces = np.array(mosaic.faces, dtype=object)
    return [as_area(shapely.coverage_union_all(faces[label == i])) for i in range(count)]


def spread_centres(
    mosaic: Mosaic,
    count: int,
    weight: Floats,
    rng: np.random.Generator,
    fixed: Floats | None = None,
) -> Floats:
    """Centres (count, 2) spread by weight (Lloyd's rounds); `fixed` ones come first and stay."""
    held = 0 if fixed is None else len(fixed)
    share = weight / weight.sum()
    drawn = mosaic.middles[rng.choice(len(share), count - held, replace=False, p=share)]
    centres = drawn if fixed is None else np.vstack((fixed, drawn))
    for _ in range(12):
        gap = ((mosaic.middles[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
        nearest = gap.argmin(axis=1)
        for index in range(held, count):
            mine = nearest == index
            if weight[mine].sum() > 0:
                mean = np.average(mosaic.middles[mine], axis=0, weights=weight[mine])
                centres[index] = np.round(mean, 1)
    return centres


def grown(mosaic: Mosaic, centres: Floats, weight: Floats | None = None) -> Ints:
    """The area of each block: areas grow from their centres over cheap links, all connected.

    With `weight`, slower or faster starts even out the areas' sums of it.
    """
    seeds = face_at(mosaic, centres)
    head = np.zeros(len(centres))
    near = _neighbours(mosaic)
    label = _grow(near, seeds, head)
    if weight is None:
        return label
    for _ in range(ROUNDS):
        sums = np.bincount(label, weights=weight, minlength=len(seeds))
        head = np.clip(head + 450.0 * (sums / sums.mean() - 1.0), -2500.0, 2500.0)
        label = _grow(near, seeds, np.round(head, 3))
    return label


def _neighbours(mosaic: Mosaic) -> list[list[tuple[int, float]]]:
    near: list[list[tuple[int, float]]] = [[] for _ in mosaic.faces]
    for (a, b), cost in zip(mosaic.links.tolist(), mosaic.cost.tolist(), strict=True):
        near[a].append((b, cost))
        near[b].append((a, cost))
    return near


def _grow(near: list[list[tuple[int, float]]], seeds: Ints, head: Floats) -> Ints:
    """Dijkstra from many centres at once; a centre's own block is always its own."""
    label = np.full(len(near), -1)
    label[seeds] = np.arange(len(seeds))
    queue = [
        (cost + head[index], other, index)
        for index, seed in enumerate(seeds.tolist())
        for other, cost in near[seed]
    ]
    heapq.heapify(queue)
    while queue:
        spent, face, index = heapq.heappop(queue)
        if label[face] >= 0:
            continue
        label[face] = index
        for other, cost in near[face]:
            if label[other] < 0:
                heapq.heappush(queue, (spent + cost, other, index))
    return label


def _links(faces: tuple[Polygon, ...]) -> tuple[Ints, Floats]:
    """Pairs of blocks with a common edge, and the middle of such an edge."""
    xy, face = shapely.get_coordinates(faces, return_index=True)
    ring = shapely.get_coordinates(shapely.get_parts(shapely.boundary(faces)), return_index=True)[1]
    run = (face[:-1] == face[1:]) & (ring[:-1] == ring[1:])
    low, high = xy[:-1][run], xy[1:][run]
    turned = (low[:, 0] > high[:, 0]) | ((low[:, 0] == high[:, 0]) & (low[:, 1] > high[:, 1]))
    low[turned], high[turned] = high[turned], low[turned].copy()
    edge = np.hstack((low, high))
    owner = face[:-1][run]
    order = np.lexsort((owner, *edge.T))
    edge, owner = edge[order], owner[order]
    same = np.flatnonzero((edge[:-1] == edge[1:]).all(axis=1))
    pairs = np.sort(np.column_stack((owner[same], owner[same + 1])), axis=1)
    links, first = np.unique(pairs, axis=0, return_index=True)
    middle = (edge[same[first], :2] + edge[same[first], 2:]) / 2
    return links.astype(np.int64), middle


def _cost(links: Ints, edges: Floats, middles: Floats, ground: Ground, network: Network) -> Floats:
    apart = middles[links[:, 0]] - middles[links[:, 1]]
    cost = np.sqrt((apart**2).sum(axis=1))
    points = shapely.points(edges)
    main = [
        block.line for block in network.blocks if block.path.road_class in ("arterial", "collector")
    ]
    on_main = shapely.STRtree(main).query(points, predicate="dwithin", distance=2.0)[0]
    cost[np.unique(on_main)] *= CROSSING_ROAD
    wet = ground.water.buffer(60.0)
    shapely.prepare(wet)
    cost[shapely.contains(wet, points)] *= CROSSING_WATER
    return np.asarray(np.round(cost, 3), dtype=np.float64)


def _people(
    faces: tuple[Polygon, ...], styles: tuple[Style, ...], ground: Ground, parks: list[Area]
) -> Floats:
    """Expected residents of each block: the district's density on its dry, built ground."""
    empty = shapely.union_all([ground.water, *parks], grid_size=GRID)
    shapely.prepare(empty)
    built = np.array(
        [
            shapely.difference(face, empty).area if empty.intersects(face) else face.area
            for face in faces
        ]
    )
    raw = built * np.array([style.density for style in styles])
    return np.asarray(raw * (POPULATION / raw.sum()), dtype=np.float64)
