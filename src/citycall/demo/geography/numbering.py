"""Directions before street names, and house numbers that rise from the city's zero point."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import shapely
from shapely import LineString

from .model import Floats
from .network import Block, Network

HUNDRED_M = 130.0  # a hundred numbers for this distance from the zero point
BLOCK_M = 75.0  # shorter blocks share a hundred with the next
LONG_M = 230.0  # longer blocks take several hundreds
BOTH_SIDES_M = 120.0  # a street this far on both sides of an axis is divided there


@dataclass(frozen=True)
class Numbered:
    """A block with its full street name and the even numbers it holds, lowest to highest.

    The line runs with the numbers; the odd numbers are one above the even ones.
    """

    block: Block
    street: str
    start: int
    end: int
    line: LineString
    first_even: int
    last_even: int
    even_left: bool


@dataclass(frozen=True)
class _Step:
    """A block walked in the direction of its street's numbers."""

    block: Block
    start: int
    end: int
    line: LineString


def number_streets(network: Network) -> list[Numbered]:
    """Every block of every street with its numbers, street by street."""
    streets: dict[str, list[Block]] = defaultdict(list)
    for block in network.blocks:
        streets[block.path.street].append(block)
    numbered: list[Numbered] = []
    for blocks in streets.values():
        steps = [
            _Step(b, b.start, b.end, b.line)
            for b in sorted(blocks, key=lambda block: block.position)
        ]
        name = blocks[0].path.name
        for direction, walk in _directions(name, steps, network.nodes):
            numbered += _numbers(f"{direction} {name}".strip(), walk, network.nodes)
    return numbered


def _directions(name: str, steps: list[_Step], nodes: Floats) -> Iterator[tuple[str, list[_Step]]]:
    """The street in one part, or in two that lead away from the axis it crosses."""
    axis = _axis(steps, nodes)
    letters = ("W", "E") if axis == 0 else ("S", "N")
    starts = [float(nodes[step.start][axis]) for step in steps]
    last = float(nodes[steps[-1].end][axis])
    if min(*starts, last) < -BOTH_SIDES_M and max(*starts, last) > BOTH_SIDES_M:
        if last < starts[0]:
            steps = _reversed(steps)
            starts = [float(nodes[step.start][axis]) for step in steps]
        cut = min(range(len(steps)), key=lambda i: abs(starts[i]))
        yield letters[0], _reversed(steps[:cut])
        yield letters[1], steps[cut:]
        return
    if abs(starts[0]) > abs(last):
        steps = _reversed(steps)
    numbered = name[0].isdigit()
    yield letters[int(starts[0] + last > 0)] if numbered else "", steps


def _axis(steps: list[_Step], nodes: Floats) -> int:
    """0 where the street runs mostly east and west, 1 where mostly north and south."""
    dx, dy = abs(nodes[steps[-1].end] - nodes[steps[0].start])
    return 0 if dx > dy else 1


def _reversed(steps: list[_Step]) -> list[_Step]:
    return [
        _Step(step.block, step.end, step.start, LineString(step.line.coords[::-1]))
        for step in reversed(steps)
    ]


def _numbers(street: str, steps: list[_Step], nodes: Floats) -> Iterator[Numbered]:
    """House numbers along one street: a hundred for each block, never falling."""
    if not steps:
        return
    axis = _axis(steps, nodes)
    heading = nodes[steps[-1].end] - nodes[steps[0].start]
    even_left = bool(heading[0] > 0 if axis == 0 else heading[1] < 0)
    hundred = 1
    for group in _groups(steps):
        length = sum(step.line.length for step in group)
        hundred = max(hundred, math.floor(abs(nodes[group[0].start][axis]) / HUNDRED_M))
        span = 100 * max(1, math.ceil((length - LONG_M) / 160) + 1)
        walked, first = 0.0, hundred * 100
        for step in group:
            walked += step.line.length
            beyond = hundred * 100 + 2 * round(span * walked / length / 2)
            yield Numbered(
                step.block,
                street,
                step.start,
                step.end,
                step.line,
                first,
                max(first, beyond - 2),
                even_left,
            )
            first = max(beyond, first + 2)
        hundred += span // 100


def _groups(steps: list[_Step]) -> Iterator[list[_Step]]:
    """Neighbouring blocks that share a hundred because each is too short for its own."""
    group: list[_Step] = []
    for step in steps:
        if group and (
            step.start != group[-1].end
            or _length(group) >= BLOCK_M
            or _length([*group, step]) >= 2 * BLOCK_M
        ):
            yield group
            group = []
        group.append(step)
    if group:
        yield group


def _length(group: list[_Step]) -> float:
    return float(sum(shapely.length(step.line) for step in group))
