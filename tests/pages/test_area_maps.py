"""Maps of areas and marked places: well-formed, told by more than colour, and never code."""

from itertools import pairwise
from xml.etree import ElementTree as Xml

from citycall.pages import area_maps
from citycall.pages.area_maps import GRAY, HATCHED, SHADES, Marked, Shaded

SQUARE = (((-76.6, 39.2), (-76.5, 39.2), (-76.5, 39.3), (-76.6, 39.3), (-76.6, 39.2)),)
BESIDE = (((-76.5, 39.2), (-76.4, 39.2), (-76.4, 39.3), (-76.5, 39.3), (-76.5, 39.2)),)


def drawn(svg: str, tag: str) -> list[Xml.Element]:
    return [each for each in Xml.fromstring(svg).iter() if each.tag.endswith(tag)]


def test_each_area_has_its_shade_and_its_words() -> None:
    looks = {1: Shaded(SHADES[0], "West: 1"), 2: Shaded(HATCHED, "<script>")}
    svg = area_maps.shaded({1: SQUARE, 2: BESIDE, 3: SQUARE}, looks, alt='a "map"')
    fills = [each.get("fill") for each in drawn(svg, "path") if each.get("fill-rule")]
    assert fills == [SHADES[0], HATCHED, GRAY]
    assert "<script>" not in svg
    assert Xml.fromstring(svg).get("aria-label") == 'a "map"'


def test_shades_grow_darker_and_are_as_far_apart_as_there_are() -> None:
    assert area_maps.shades(5) == list(SHADES)
    assert area_maps.shades(2) == [SHADES[0], SHADES[-1]]
    assert len(area_maps.shades(1)) == 1
    light = [sum(int(each[n : n + 2], 16) for n in (1, 3, 5)) for each in SHADES]
    assert light == sorted(light, reverse=True)
    assert min(a - b for a, b in pairwise(light)) > 60


def test_places_lie_north_up_with_their_numbers_and_reach() -> None:
    marks = [
        Marked(number=1, longitude=-76.58, latitude=39.28, radius_m=2000, title="1. north"),
        Marked(number=2, longitude=-76.42, latitude=39.22, radius_m=1, title="2. south"),
    ]
    svg = area_maps.marked([SQUARE, BESIDE], marks, alt="map")
    assert [each.text for each in drawn(svg, "text")] == ["1", "2"]
    (x1, y1, r1), (x2, y2, r2) = (
        tuple(float(each.get(name, "")) for name in ("cx", "cy", "r"))
        for each in drawn(svg, "circle")
    )
    assert x1 < x2
    assert y1 < y2
    assert r1 > r2 >= 9


def test_without_anything_there_is_no_map() -> None:
    assert area_maps.shaded({}, {}, alt="map") == ""
    assert area_maps.marked([], [], alt="map") == ""


def test_numbers_at_one_place_stand_side_by_side() -> None:
    one = Marked(number=1, longitude=-76.58, latitude=39.28, radius_m=500, title="1. one")
    two = Marked(number=2, longitude=-76.58, latitude=39.28, radius_m=400, title="2. two")
    far = Marked(number=3, longitude=-76.42, latitude=39.22, radius_m=400, title="3. far")
    svg = area_maps.marked([SQUARE, BESIDE], [one, two, far], alt="map")
    assert [each.text for each in drawn(svg, "text")] == ["1, 2", "3"]
