"""Charts and maps as SVG, the same on the page and on paper. Pure.

Colours are Okabe and Ito's, told apart by people who see fewer; and nothing is told by colour
alone: what is better, worse or repeated has a shape of its own, and every drawing a table.
"""

import math
from collections.abc import Sequence
from typing import Final
from xml.etree import ElementTree as Xml

from citycall.analytics.ground import Ground
from citycall.analytics.packs.content import BETTER, WORSE, Figure, Map, Mark

BLUE: Final = "#0072b2"
VERMILION: Final = "#d55e00"
INK: Final = "#1b1b1b"
BAND: Final = "#dfe1e2"
LINE: Final = "#71767a"

_WIDTH, _HEIGHT, _EDGE = 220.0, 64.0, 7.0
_MAP_WIDTH: Final = 420.0
_MOST_HEIGHT: Final = 360.0

Ring = Sequence[tuple[float, float]]


def chart(figure: Figure) -> str:
    """The periods of a figure as a line over its control limits; the last one is marked.

    A triangle that points up or down is beyond the limits, a dot is not.
    """
    root = _svg(_WIDTH, _HEIGHT)
    values = [spot.value for spot in figure.series]
    known = [value for value in (*values, figure.low, figure.high) if value is not None]
    if not known:
        return _written(root)
    lowest, highest = min(known), max(known)
    room = (highest - lowest) or abs(highest) or 1.0

    def at(n: int, value: float) -> tuple[float, float]:
        across = (_WIDTH - 2 * _EDGE) * n / max(len(values) - 1, 1)
        up = (_HEIGHT - 2 * _EDGE) * (value - lowest) / room
        return round(_EDGE + across, 1), round(_HEIGHT - _EDGE - up, 1)

    if figure.low is not None and figure.high is not None:
        _band(root, at(0, figure.high)[1], at(0, figure.low)[1])
    for stretch in _stretches(values):
        points = " ".join("{},{}".format(*at(n, value)) for n, value in stretch)
        if len(stretch) > 1:
            line = {"points": points, "fill": "none", "stroke": BLUE, "stroke-width": "1.6"}
            Xml.SubElement(root, "polyline", line)
        else:
            _dot(root, *at(*stretch[0]), radius=1.6, colour=BLUE)
    if values and values[-1] is not None:
        _end(root, *at(len(values) - 1, values[-1]), figure)
    return _written(root)


def _stretches(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    """The values without gaps between them: nothing is drawn where nothing is known."""
    found: list[list[tuple[int, float]]] = [[]]
    for n, value in enumerate(values):
        if value is not None:
            found[-1].append((n, value))
        elif found[-1]:
            found.append([])
    return [each for each in found if each]


def _band(root: Xml.Element, top: float, bottom: float) -> None:
    height = max(bottom - top, 0.8)
    box = {"x": "0", "y": str(top), "width": str(_WIDTH), "height": str(round(height, 1))}
    Xml.SubElement(root, "rect", {**box, "fill": BAND})


def _end(root: Xml.Element, x: float, y: float, figure: Figure) -> None:
    beyond = figure.low is not None and figure.high is not None and figure.value is not None
    if beyond and figure.value > figure.high:  # type: ignore[operator]
        _triangle(root, x, y, up=True, colour=_colour(figure))
    elif beyond and figure.value < figure.low:  # type: ignore[operator]
        _triangle(root, x, y, up=False, colour=_colour(figure))
    else:
        _dot(root, x, y, radius=3.0, colour=INK)


def _colour(figure: Figure) -> str:
    return {BETTER: BLUE, WORSE: VERMILION}.get(figure.verdict, INK)


def _dot(root: Xml.Element, x: float, y: float, *, radius: float, colour: str) -> None:
    Xml.SubElement(
        root, "circle", {"cx": str(x), "cy": str(y), "r": str(round(radius, 1)), "fill": colour}
    )


def _triangle(root: Xml.Element, x: float, y: float, *, up: bool, colour: str) -> None:
    tip = -5.0 if up else 5.0
    corners = ((x, y + tip), (x - 4.5, y - tip * 0.6), (x + 4.5, y - tip * 0.6))
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in corners)
    Xml.SubElement(root, "polygon", {"points": points, "fill": colour})


def drawn_map(found: Map, outlines: Sequence[Ring], *, squares: bool = False) -> str:
    """The marks over the outlines of the city's areas, north up.

    Circles, or ``squares`` whose size grows with how often.
    """
    points = [(mark.longitude, mark.latitude) for mark in found.marks]
    points += [point for ring in outlines for point in ring]
    ground = Ground.under(points, width=_MAP_WIDTH, most_height=_MOST_HEIGHT)
    if ground is None:
        return _written(_svg(_MAP_WIDTH, 80.0))
    root = _svg(ground.width, ground.height)
    for ring in outlines:
        told = " ".join("{},{}".format(*ground.at(*point)) for point in ring)
        look = {"fill": "none", "stroke": LINE, "stroke-width": "0.6", "stroke-linejoin": "round"}
        Xml.SubElement(root, "polygon", {"points": told, **look})
    for mark in found.marks:
        _mark(root, *ground.at(mark.longitude, mark.latitude), mark, squares=squares)
    return _written(root)


def _mark(root: Xml.Element, x: float, y: float, mark: Mark, *, squares: bool) -> None:
    look = {"fill-opacity": "0.75", "stroke": "#ffffff", "stroke-width": "0.5"}
    if not squares:
        circle = {"cx": str(x), "cy": str(y), "r": "3", "fill": VERMILION}
        Xml.SubElement(root, "circle", {**circle, **look})
        return
    side = min(4.0 + math.sqrt(max(mark.weight, 0)), 14.0)
    box = {
        "x": f"{x - side / 2:.1f}",
        "y": f"{y - side / 2:.1f}",
        "width": f"{side:.1f}",
        "height": f"{side:.1f}",
    }
    Xml.SubElement(root, "rect", {**box, "fill": BLUE, **look})


def _svg(width: float, height: float) -> Xml.Element:
    size = {"width": f"{width:g}", "height": f"{height:g}", "viewBox": f"0 0 {width:g} {height:g}"}
    return Xml.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", **size})


def _written(root: Xml.Element) -> str:
    return Xml.tostring(root, encoding="unicode")
