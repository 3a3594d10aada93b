"""Corners found in the network of blocks: where the ends of differently named streets meet."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from citycall.places.coordinates import Point
from citycall.places.gazetteer.built import BuiltBlock, BuiltCorner, digest
from citycall.places.gazetteer.ground import Floats, Ground
from citycall.places.gazetteer.manifest import NETWORK
from citycall.places.models import Block
from citycall.places.street_names import parse

Ints = NDArray[np.int64]
# Ends of blocks that are drawn apart by less than this meet all the same.
TOGETHER_M = 1.0
# A street crosses the two carriageways of another within this.
CARRIAGEWAYS_M = 40.0

# What people call a corner by, first to last; nobody speaks of a corner with a ramp or a tunnel.
_RANK: Mapping[str, int] = {
    Block.RoadClass.STREET: 0,
    Block.RoadClass.PATH: 1,
    Block.RoadClass.HIGHWAY: 2,
    Block.RoadClass.ALLEY: 3,
}
_ALLEY = _RANK[Block.RoadClass.ALLEY]
_WALKED = {_RANK[Block.RoadClass.STREET], _RANK[Block.RoadClass.PATH]}

# A street's name without the direction that only tells its two halves apart.
Bare = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Meeting:
    """A node of the network with the streets that meet there, each with its rank.

    ``known`` are the bare names of these streets, the other names of their blocks included.
    """

    streets: Mapping[str, int]
    known: frozenset[Bare]
    at: tuple[float, float]

    @property
    def asked_by(self) -> frozenset[Bare]:
        """The bare names that make it one corner with another node nearby."""
        ordinary = frozenset(bare(n) for n, rank in self.streets.items() if rank != _ALLEY)
        return ordinary if len(ordinary) > 1 else frozenset(map(bare, self.streets))


def bare(name: str) -> Bare:
    """What two halves of one street have in common: ``charles``, ``St``."""
    street = parse(name)
    return street.key, street.type, street.post


@dataclass(frozen=True, slots=True)
class FoundCorner:
    """A corner with every bare name that it is known by, and its nodes in metres."""

    corner: BuiltCorner
    known: frozenset[Bare]
    nodes: tuple[tuple[float, float], ...]


def find_corners(blocks: Sequence[BuiltBlock], ground: Ground) -> list[FoundCorner]:
    """The corners of all blocks together."""
    roads = [block for block in blocks if block.road_class in _RANK]
    if not roads:
        return []
    found = []
    groups: dict[frozenset[Bare], list[Meeting]] = defaultdict(list)
    for meeting in _meetings(roads, ground):
        groups[meeting.asked_by].append(meeting)
    for meetings in groups.values():
        for one in _together(meetings):
            known = frozenset(name for meeting in one for name in meeting.known)
            nodes = tuple(meeting.at for meeting in one)
            found.append(FoundCorner(_corner(one, ground), known, nodes))
    return sorted(found, key=lambda one: one.corner.code)


def _meetings(roads: Sequence[BuiltBlock], ground: Ground) -> Iterator[Meeting]:
    lines = ground.metres([block.line for block in roads])
    starts, ends = shapely.get_point(lines, 0), shapely.get_point(lines, -1)
    node, places = nodes_of(shapely.get_coordinates([*starts, *ends]))
    at_node: dict[int, set[int]] = defaultdict(set)
    for end, number in enumerate(node.tolist()):
        at_node[number].add(end % len(roads))
    for number, members in at_node.items():
        streets: dict[str, int] = {}
        for block in (roads[member] for member in members):
            rank = _RANK[block.road_class]
            streets[block.name] = min(rank, streets.get(block.name, rank))
        if _is_corner(streets):
            others = {other for member in members for other in roads[member].other_names}
            known = frozenset(map(bare, {*streets, *others}))
            yield Meeting(streets, known, (places[number, 0], places[number, 1]))


def _is_corner(streets: Mapping[str, int]) -> bool:
    """Two different streets, one of which people walk; two halves of one street are not two."""
    return bool(_WALKED & set(streets.values())) and len(set(map(bare, streets))) > 1


def nodes_of(xy: Floats) -> tuple[Ints, Floats]:
    """Ends in metres (n, 2) that lie together: each one's node, and the nodes' positions."""
    unique, inverse = np.unique(np.round(xy, 2), axis=0, return_inverse=True)
    label = _linked(unique, TOGETHER_M)
    count = int(label.max()) + 1
    members = np.bincount(label, minlength=count)[:, None]
    middle = np.stack(
        [np.bincount(label, weights=unique[:, axis], minlength=count) for axis in (0, 1)], axis=1
    )
    return label[inverse.ravel()], middle / members


def _linked(xy: Floats, distance_m: float) -> Ints:
    """A label for each position, the same for those that lie within a distance in a chain."""
    points = np.asarray(shapely.points(xy), dtype=object)
    pairs = shapely.STRtree(points).query(points, predicate="dwithin", distance=distance_m)
    head = list(range(len(xy)))
    for a, b in pairs[:, pairs[0] < pairs[1]].T.tolist():
        first, second = _head(head, a), _head(head, b)
        head[max(first, second)] = min(first, second)
    heads = np.array([_head(head, one) for one in range(len(xy))])
    return np.unique(heads, return_inverse=True)[1].ravel()


def _head(head: list[int], one: int) -> int:
    while head[one] != one:
        head[one] = head[head[one]]
        one = head[one]
    return one


def _together(meetings: Sequence[Meeting]) -> Iterable[list[Meeting]]:
    """Meetings of the same streets, gathered by carriageways."""
    if len(meetings) == 1:
        return [list(meetings)]
    label = _linked(np.array([meeting.at for meeting in meetings]), CARRIAGEWAYS_M)
    gathered: dict[int, list[Meeting]] = defaultdict(list)
    for meeting, number in zip(meetings, label.tolist(), strict=True):
        gathered[number].append(meeting)
    return gathered.values()


def _corner(meetings: Sequence[Meeting], ground: Ground) -> BuiltCorner:
    ranks: dict[str, int] = {}
    for meeting in meetings:
        for name, rank in meeting.streets.items():
            ranks[name] = min(rank, ranks.get(name, rank))
    streets = tuple(sorted(ranks, key=lambda name: (ranks[name], name)))
    middle = np.mean([meeting.at for meeting in meetings], axis=0, keepdims=True)
    longitude, latitude = ground.to_degrees(middle)[0].tolist()
    ordinary = sum(rank != _ALLEY for rank in ranks.values())
    kind = "corner" if ordinary > 1 else "alley-corner"
    return BuiltCorner(
        code=f"{kind}:{corner_key(streets, (longitude, latitude))}",
        layer=NETWORK,
        streets=streets,
        point=(longitude, latitude),
    )


def corner_key(streets: Sequence[str], point: Point) -> str:
    """A fixed name for a corner of these streets, the same if it moves by some metres."""
    return digest(f"{'|'.join(sorted(streets))}|{point[0]:.4f}|{point[1]:.4f}")
