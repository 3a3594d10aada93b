"""Charts and maps: well-formed, told by shape as well as colour, and never code."""

from dataclasses import replace
from xml.etree import ElementTree as Xml

from hypothesis import given
from hypothesis import strategies as st

from citycall.analytics.packs import drawings
from citycall.analytics.packs.content import BETTER, WORSE, AreaCount, Map, Mark, Spot
from tests.citistat.packs import UNTIL, figure

VALUES = st.none() | st.floats(-1e9, 1e9)


def tags(svg: str) -> list[str]:
    return [each.tag.rpartition("}")[2] for each in Xml.fromstring(svg).iter()]


@given(st.lists(VALUES, max_size=20), VALUES, VALUES)
def test_every_series_can_be_drawn(
    values: list[float | None], low: float | None, high: float | None
) -> None:
    series = tuple(Spot(until=UNTIL, value=value) for value in values)
    last = values[-1] if values else None
    svg = drawings.chart(figure(series=series, value=last, low=low, high=high))
    assert "nan" not in svg
    assert "inf" not in svg
    assert Xml.fromstring(svg).get("viewBox")


def test_a_gap_is_left_open() -> None:
    assert tags(drawings.chart(figure())).count("polyline") == 2


def test_what_is_outside_its_limits_has_a_shape_of_its_own() -> None:
    inside = drawings.chart(figure())
    above = drawings.chart(figure(series=_ending(0.99), value=0.99, verdict=BETTER))
    below = drawings.chart(figure(series=_ending(0.5), value=0.5, verdict=WORSE))
    assert "polygon" not in tags(inside)
    assert drawings.BLUE in _end(above)
    assert drawings.VERMILION in _end(below)
    assert _tip(above) < 0 < _tip(below)


def _ending(value: float) -> tuple[Spot, ...]:
    return (*figure().series[:-1], Spot(until=UNTIL, value=value))


def _end(svg: str) -> str:
    found = [each for each in Xml.fromstring(svg).iter() if each.tag.endswith("polygon")]
    return Xml.tostring(found[0], encoding="unicode")


def _tip(svg: str) -> float:
    """Where the triangle's first corner is beside the others: above is less."""
    found = [each for each in Xml.fromstring(svg).iter() if each.tag.endswith("polygon")]
    ys = [float(pair.split(",")[1]) for pair in found[0].attrib["points"].split()]
    return ys[0] - max(ys[1:])


def test_a_map_without_anything_is_an_empty_drawing() -> None:
    empty = Map(marks=(), total=0, by_area=())
    assert tags(drawings.drawn_map(empty, ())) == ["svg"]


def test_marks_lie_north_up_within_the_drawing() -> None:
    marks = (
        Mark(longitude=-76.6, latitude=39.40, weight=1),
        Mark(longitude=-76.5, latitude=39.20, weight=1),
    )
    found = Map(marks=marks, total=2, by_area=(AreaCount(area="", count=2),))
    root = Xml.fromstring(drawings.drawn_map(found, ()))
    circles = [each.attrib for each in root if each.tag.endswith("circle")]
    (x1, y1), (x2, y2) = ((float(c["cx"]), float(c["cy"])) for c in circles)
    assert x1 < x2
    assert y1 < y2
    assert max(x1, x2) <= float(root.attrib["width"])
    assert max(y1, y2) <= float(root.attrib["height"])


def test_repeated_places_are_squares_that_grow() -> None:
    mark = Mark(longitude=-76.6, latitude=39.4, weight=4)
    two = (mark, replace(mark, longitude=-76.5, weight=30))
    svg = drawings.drawn_map(Map(marks=two, total=2, by_area=()), (), squares=True)
    sides = [float(e.attrib["width"]) for e in Xml.fromstring(svg) if e.tag.endswith("rect")]
    assert sides[0] < sides[1]


def test_the_colours_are_told_apart_by_people_who_see_fewer() -> None:
    """Blue and vermilion differ in lightness too, so that they do without any colour."""
    assert abs(_light(drawings.BLUE) - _light(drawings.VERMILION)) > 0.05
    for sees in (_PROTAN, _DEUTAN):
        one, other = _seen(drawings.BLUE, sees), _seen(drawings.VERMILION, sees)
        assert sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5 > 0.3


# Viénot, Brettel and Mollon (1999), on linear red, green and blue.
_PROTAN = ((0.1124, 0.8876, 0.0), (0.1124, 0.8876, 0.0), (0.004, -0.004, 1.0))
_DEUTAN = ((0.2928, 0.7072, 0.0), (0.2928, 0.7072, 0.0), (-0.0223, 0.0223, 1.0))


def _linear(colour: str) -> tuple[float, ...]:
    parts = (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
    return tuple(p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)


def _light(colour: str) -> float:
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _seen(colour: str, sees: tuple[tuple[float, ...], ...]) -> tuple[float, ...]:
    known = _linear(colour)
    return tuple(sum(a * b for a, b in zip(row, known, strict=True)) for row in sees)
