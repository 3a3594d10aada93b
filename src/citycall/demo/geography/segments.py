"""Numbered blocks become street segments on the earth, with ZIP codes and intersections."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import shapely

from .addressing import beside
from .layers import Division, zip_at
from .model import Floats, Intersection, Segment
from .mosaic import Mosaic
from .numbering import Numbered
from .plane import on_earth, points_at, to_degrees


def to_segments(
    numbered: list[Numbered], mosaic: Mosaic, division: Division
) -> tuple[Segment, ...]:
    """All segments, in the order of streets and their numbers."""
    lines = np.array([part.line for part in numbered], dtype=object)
    half = np.full(len(lines), 0.5)
    on_left = zip_at(mosaic, division, beside(lines, half, np.ones(len(lines), dtype=bool)))
    on_right = zip_at(mosaic, division, beside(lines, half, np.zeros(len(lines), dtype=bool)))
    return tuple(
        _segment(index + 1, part, zips)
        for index, (part, zips) in enumerate(
            zip(numbered, zip(on_left, on_right, strict=True), strict=True)
        )
    )


def _segment(serial: int, part: Numbered, zips: tuple[str, str]) -> Segment:
    even, odd = (part.first_even, part.last_even), (part.first_even + 1, part.last_even + 1)
    left, right = (even, odd) if part.even_left else (odd, even)
    return Segment(
        code=f"SEG-{serial:05d}",
        street=part.street,
        road_class=part.block.path.road_class,
        geometry=on_earth(part.line),
        left_from=left[0],
        left_to=left[1],
        right_from=right[0],
        right_to=right[1],
        zip_left=zips[0],
        zip_right=zips[1],
        from_node=part.start,
        to_node=part.end,
        length_m=round(float(shapely.length(part.line)), 1),
        lot_width_m=part.block.path.lot_width_m,
    )


def to_intersections(segments: tuple[Segment, ...], nodes: Floats) -> tuple[Intersection, ...]:
    """Every pair of differently named streets that meet at a node; alleys do not count."""
    meeting: dict[int, set[str]] = defaultdict(set)
    for segment in segments:
        if segment.road_class != "alley":
            meeting[segment.from_node].add(segment.street)
            meeting[segment.to_node].add(segment.street)
    pairs = [
        (node, a, b)
        for node in sorted(meeting)
        for a in sorted(meeting[node])
        for b in sorted(meeting[node])
        if a < b and base_name(a) != base_name(b)
    ]
    points = points_at(to_degrees(nodes[[node for node, _, _ in pairs]]))
    return tuple(
        Intersection(
            code=f"INT-{serial + 1:05d}", name=f"{a} & {b}", streets=(a, b), node=node, point=point
        )
        for serial, ((node, a, b), point) in enumerate(zip(pairs, points, strict=True))
    )


def base_name(street: str) -> str:
    """A street name without its direction: "W 33rd St" becomes "33rd St"."""
    first, _, rest = street.partition(" ")
    return rest if first in ("N", "S", "E", "W") else street
