"""Maps of areas and of marked places as SVG: no script, and a table beside each. Pure.

Shades differ in lightness alone, so that everybody can order them, on paper too (ColorBrewer's
Blues). What is too little to be told is hatched, what is not known gray.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as Xml

from django.utils.safestring import SafeString, mark_safe

from citycall.analytics.ground import Ground, Point, degrees_of

SHADES: Final = ("#eff3ff", "#bdd7e7", "#6baed6", "#3182bd", "#08519c")
GRAY: Final = "#dfe1e2"
BORDER: Final = "#565c65"
INK: Final = "#1b1b1b"
MARK: Final = "#d55e00"
_WIDTH, _MOST_HEIGHT = 520.0, 460.0
_LEAST_RADIUS: Final = 9.0
_HATCHED: Final = "few"

Rings = Sequence[Sequence[Point]]


@dataclass(frozen=True, slots=True)
class Shaded:
    """How one area looks: ``shade`` is its colour, ``title`` what a pointer is told of it."""

    shade: str
    title: str


@dataclass(frozen=True, slots=True)
class Marked:
    """A place with the number that it has in the table; ``radius_m`` metres around its middle."""

    number: int
    longitude: float
    latitude: float
    radius_m: float
    title: str


HATCHED: Final = f"url(#{_HATCHED})"


def shades(count: int) -> Sequence[str]:
    """So many shades from light to dark, as far apart as there are."""
    if count < 2:
        return SHADES[2 : 2 + count]
    last = len(SHADES) - 1
    return [SHADES[round(n * last / (count - 1))] for n in range(count)]


def shaded(
    areas: Mapping[int, Rings], looks: Mapping[int, Shaded], *, alt: str, outline: Rings = ()
) -> SafeString:
    """The areas in their shades; those that nothing is told of are gray.

    ``outline`` is drawn over them, as the edge of what the map is about.
    """
    ground = _ground([*areas.values(), outline], ())
    if ground is None:
        return SafeString("")
    root = _svg(ground, alt)
    _hatching(root)
    for key, rings in areas.items():
        look = looks.get(key, Shaded(GRAY, ""))
        path = {"d": _path(ground, rings), "fill": look.shade, "fill-rule": "evenodd"}
        area = Xml.SubElement(root, "path", {**path, "stroke": BORDER, "stroke-width": "0.7"})
        if look.title:
            Xml.SubElement(area, "title").text = look.title
    if outline:
        edge = {"d": _path(ground, outline), "fill": "none", "stroke": INK, "stroke-width": "2.5"}
        Xml.SubElement(root, "path", edge)
    return _written(root)


def marked(areas: Iterable[Rings], marks: Sequence[Marked], *, alt: str) -> SafeString:
    """Circles with numbers over the outlines of areas, the largest below the smaller."""
    areas = list(areas)
    ground = _ground(areas, [point for mark in marks for point in _reach(mark)])
    if ground is None:
        return SafeString("")
    root = _svg(ground, alt)
    for rings in areas:
        line = {"fill": "none", "stroke": BORDER, "stroke-width": "0.6"}
        Xml.SubElement(root, "path", {"d": _path(ground, rings), **line})
    for mark in sorted(marks, key=lambda each: (-each.radius_m, -each.number)):
        x, y = ground.at(mark.longitude, mark.latitude)
        radius = round(max(_LEAST_RADIUS, ground.long(mark.radius_m)), 1)
        circle = {"cx": str(x), "cy": str(y), "r": str(radius), "fill": MARK}
        look = {"fill-opacity": "0.25", "stroke": MARK, "stroke-width": "1.5"}
        Xml.SubElement(
            Xml.SubElement(root, "circle", {**circle, **look}), "title"
        ).text = mark.title
    for (x, y), numbers in _numbered(ground, marks).items():
        where = {"x": str(x), "y": str(round(y + 4, 1)), "text-anchor": "middle"}
        look = {"font-size": "12", "font-weight": "700", "fill": INK, "stroke": "#ffffff"}
        halo = {"stroke-width": "2.5", "paint-order": "stroke", "stroke-linejoin": "round"}
        Xml.SubElement(root, "text", {**where, **look, **halo}).text = ", ".join(map(str, numbers))
    return _written(root)


def _numbered(ground: Ground, marks: Sequence[Marked]) -> Mapping[Point, Sequence[int]]:
    """Where numbers stand: those that would stand on each other are written side by side."""
    found: dict[Point, list[int]] = {}
    for mark in marks:
        x, y = ground.at(mark.longitude, mark.latitude)
        near = (at for at in found if math.hypot(at[0] - x, at[1] - y) < 2 * _LEAST_RADIUS)
        found.setdefault(next(near, (x, y)), []).append(mark.number)
    return found


def _reach(mark: Marked) -> Sequence[Point]:
    """The corners of a square around a marked place, so that nothing of it is cut off."""
    up = degrees_of(mark.radius_m)
    across = up / math.cos(math.radians(mark.latitude))
    return [
        (mark.longitude - across, mark.latitude - up),
        (mark.longitude + across, mark.latitude + up),
    ]


def swatch(shade: str) -> SafeString:
    """A shade as it stands in the legend."""
    size = {"width": "24", "height": "16", "aria-hidden": "true", "focusable": "false"}
    root = Xml.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", **size})
    box = {"x": "0.5", "y": "0.5", "width": "23", "height": "15", "stroke": BORDER}
    Xml.SubElement(root, "rect", {**box, "fill": shade})
    return _written(root)


def _ground(areas: Iterable[Rings], points: Sequence[Point]) -> Ground | None:
    told = [point for rings in areas for ring in rings for point in ring]
    return Ground.under([*told, *points], width=_WIDTH, most_height=_MOST_HEIGHT, edge=12.0)


def _path(ground: Ground, rings: Rings) -> str:
    lines = ("L".join("{} {}".format(*ground.at(*point)) for point in ring) for ring in rings)
    return "".join(f"M{line}Z" for line in lines)


def _hatching(root: Xml.Element) -> None:
    size = {"id": _HATCHED, "width": "6", "height": "6", "patternUnits": "userSpaceOnUse"}
    pattern = Xml.SubElement(Xml.SubElement(root, "defs"), "pattern", size)
    Xml.SubElement(pattern, "rect", {"width": "6", "height": "6", "fill": "#ffffff"})
    line = {"d": "M0 6L6 0", "stroke": BORDER, "stroke-width": "1"}
    Xml.SubElement(pattern, "path", line)


def _svg(ground: Ground, alt: str) -> Xml.Element:
    # Where a text begins does not depend on the page's direction.
    head = {"xmlns": "http://www.w3.org/2000/svg", "direction": "ltr", "role": "img"}
    size = {"width": f"{ground.width:g}", "height": f"{ground.height:g}"}
    box = {"viewBox": f"0 0 {ground.width:g} {ground.height:g}", "aria-label": alt}
    return Xml.Element("svg", {**head, **size, **box})


def _written(root: Xml.Element) -> SafeString:
    # The writer escapes what stands in texts and attributes.
    return mark_safe(Xml.tostring(root, encoding="unicode"))  # noqa: S308
