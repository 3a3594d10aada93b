"""The street network: paths cut at their crossings into blocks that share nodes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString

from .model import Floats, Ints
from .plane import on_grid, points_at
from .skeleton import Path

TOGETHER_M = 14.0  # crossings closer than this are one node
STUB_M = 42.0  # a dead end shorter than this is not built


@dataclass(frozen=True)
class Block:
    """A piece of a path between two neighbouring nodes, in the path's direction."""

    path: Path
    start: int
    end: int
    line: LineString
    position: float  # metres along the whole street


@dataclass(frozen=True)
class Network:
    """Blocks and the positions of their nodes in metres."""

    blocks: tuple[Block, ...]
    nodes: Floats  # (n, 2)


def build_network(paths: list[Path]) -> Network:
    """All paths cut at all crossings, without stubs and loose parts."""
    owner, at, xy = _crossings(paths)
    label, nodes = _nodes(xy)
    blocks: list[Block] = []
    for index, path in enumerate(paths):
        mine = np.flatnonzero(owner == index)
        order = mine[np.argsort(at[mine], kind="stable")]
        blocks += _blocks(path, at[order], label[order], nodes)
    return tidied(Network(tuple(_without_twins(blocks)), nodes))


def tidied(network: Network) -> Network:
    """The network without stubs and loose parts."""
    blocks = list(network.blocks)
    for _ in range(3):
        blocks = _without_stubs(blocks, network.nodes)
    return Network(tuple(_largest_part(blocks)), network.nodes)


def _crossings(paths: list[Path]) -> tuple[Ints, Floats, Floats]:
    """Path index, distance along the path and position of every crossing and path end."""
    lines = np.array([path.line for path in paths], dtype=object)
    pairs = shapely.STRtree(lines).query(lines, predicate="intersects")
    first, second = pairs[:, pairs[0] < pairs[1]]
    order = np.lexsort((second, first))
    first, second = first[order], second[order]
    met = shapely.intersection(lines[first], lines[second])
    xy, which = shapely.get_coordinates(met, return_index=True)
    ends = shapely.get_coordinates([(p.line.boundary) for p in paths])
    owner = np.concatenate((first[which], second[which], np.repeat(np.arange(len(paths)), 2)))
    where = on_grid(np.concatenate((xy, xy, ends)))
    at = shapely.line_locate_point(lines[owner], shapely.points(where))
    return owner.astype(np.int64), at, where


def _nodes(xy: Floats) -> tuple[Ints, Floats]:
    """Join positions that lie together; returns each one's node and the nodes' positions."""
    unique, inverse = np.unique(xy, axis=0, return_inverse=True)
    points = points_at(unique)
    near = shapely.STRtree(points).query(points, predicate="dwithin", distance=TOGETHER_M)
    near = near[:, np.lexsort((near[1], near[0]))]
    head = np.full(len(unique), -1)
    for a, b in near.T:
        if head[a] == -1:
            head[a] = a
        if head[a] == a and head[b] == -1:
            head[b] = a
    kept, label = np.unique(head, return_inverse=True)
    return label[inverse.ravel()], unique[kept]


def _blocks(path: Path, at: Floats, label: Ints, nodes: Floats) -> list[Block]:
    """One path's blocks from its ordered crossings."""
    corners = shapely.get_coordinates(path.line)
    reach = shapely.line_locate_point(path.line, shapely.points(corners))
    blocks = []
    last = 0
    for here in range(1, len(at)):
        if label[here] == label[last]:
            continue
        between = corners[(reach > at[last] + 4) & (reach < at[here] - 4)]
        line = LineString(np.vstack((nodes[label[last]], between, nodes[label[here]])))
        blocks.append(
            Block(path, int(label[last]), int(label[here]), line, path.position + float(at[last]))
        )
        last = here
    return blocks


def _without_twins(blocks: list[Block]) -> list[Block]:
    """Only the greatest road where several run side by side between the same two nodes."""
    rank = {"arterial": 0, "collector": 1, "local": 2, "alley": 3}
    kept: dict[tuple[int, int], list[Block]] = {}
    for block in sorted(blocks, key=lambda block: rank[block.path.road_class]):
        twins = kept.setdefault((min(block.start, block.end), max(block.start, block.end)), [])
        if not any(_alike(twin, block) for twin in twins):
            twins.append(block)
    chosen = {id(block) for twins in kept.values() for block in twins}
    return [block for block in blocks if id(block) in chosen]


def _alike(a: Block, b: Block) -> bool:
    middle = shapely.line_interpolate_point(a.line, 0.5, normalized=True)
    return bool(b.line.distance(middle) < 2 * TOGETHER_M)


def _without_stubs(blocks: list[Block], nodes: Floats) -> list[Block]:
    """Drop short dead ends, and alleys that lead nowhere."""
    degree = np.zeros(len(nodes), dtype=int)
    for block in blocks:
        degree[block.start] += 1
        degree[block.end] += 1
    return [
        block
        for block in blocks
        if min(degree[block.start], degree[block.end]) > 1
        or (block.line.length > STUB_M and block.path.road_class != "alley")
    ]


def _largest_part(blocks: list[Block]) -> list[Block]:
    """The connected part with the most blocks."""
    links: dict[int, list[int]] = defaultdict(list)
    for block in blocks:
        links[block.start].append(block.end)
        links[block.end].append(block.start)
    part: dict[int, int] = {}
    for node in links:
        if node not in part:
            _flood(node, links, part)
    sizes = np.bincount([part[block.start] for block in blocks])
    return [block for block in blocks if part[block.start] == int(np.argmax(sizes))]


def _flood(first: int, links: dict[int, list[int]], part: dict[int, int]) -> None:
    queue = [first]
    part[first] = first
    while queue:
        for other in links[queue.pop()]:
            if other not in part:
                part[other] = first
                queue.append(other)
