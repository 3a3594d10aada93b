"""Street centrelines to blocks."""

from typing import Any

import pytest

from citycall.places.models import Block
from tests.places.gazetteer.town import Town, street

NUMBERED = {"left": ["lf", "lt"], "right": ["rf", "rt"]}


def refusals(town: Town) -> list[str]:
    return [row.reason for row in town.build().layer("streets").refused]


def test_a_block_has_its_name_numbers_zips_and_class(town: Town) -> None:
    town.streets(
        street(
            "b1", "NORTH OAK STREET", (0, 0), (1, 0), lf=100, lt=198, rf=101, rt=199, zl="21201",
            zr="0", kind="HW",
        ),
        zip_left="zl",
        zip_right="zr",
        **NUMBERED,
        **{"class": {"property": "kind", "values": {"hw": "highway"}}},
    )  # fmt: skip
    town.build()
    block = Block.objects.get(code="b1")
    assert block.name == "N Oak St"
    assert (block.left_from, block.left_to, block.right_from, block.right_to) == (
        100, 198, 101, 199,
    )  # fmt: skip
    assert (block.zip_left, block.zip_right) == ("21201", "")
    assert block.road_class == "highway"


def test_a_name_is_put_together_from_its_parts(town: Town) -> None:
    parts = {"pre": "N", "base": "CHARLES", "kind": "ST", "post": None}
    town.streets(
        street("b1", "", (0, 0), (1, 0), **parts, full="CHARLES STREET NORTH EXT"),
        name={"prefix": "pre", "base": "base", "type": "kind", "suffix": "post"},
        other_names="full",
    )
    town.build()
    block = Block.objects.get()
    assert block.name == "N Charles St"
    assert len(block.other_names) == 1


@pytest.mark.parametrize(("start", "end"), [(0, 0), (0, 98), (None, 98), ("x", "y")])
def test_without_both_numbers_a_side_has_none(town: Town, start: Any, end: Any) -> None:
    row = street("b1", "Oak St", (0, 0), (1, 0), lf=start, lt=end, rf=1, rt=99)
    town.streets(row, **NUMBERED)
    town.build()
    block = Block.objects.get()
    assert (block.left_from, block.left_to, block.right_from) == (None, None, 1)


def test_the_second_pair_of_numbers_serves_where_the_first_is_empty(town: Town) -> None:
    row = street("b1", "Oak St", (0, 0), (1, 0), lf=0, lt=0, alf=2, alt=18)
    town.streets(row, left=[["lf", "lt"], ["alf", "alt"]])
    town.build()
    assert Block.objects.get().left_to == 18


def test_rows_that_cannot_be_blocks_are_refused_with_the_reason_and_the_rest_is_taken(
    town: Town,
) -> None:
    far = street("b4", "Oak St", (0, 0), (1, 0))
    far["geometry"]["coordinates"] = [[2.35, 48.85], [2.36, 48.85]]
    point = street("b5", "Oak St", (0, 0), (1, 0))
    point["geometry"] = {"type": "Point", "coordinates": [-76.7, 39.2]}
    nothing = {**street("b6", "Oak St", (0, 0), (1, 0)), "geometry": None}
    town.streets(
        street("b1", "Oak St", (0, 0), (1, 0)),
        street("b2", None, (0, 0), (1, 0)),
        street("b1", "Elm St", (0, 0), (1, 0)),
        far,
        point,
        nothing,
        street("b7", "Oak St", (1, 1), (1, 1)),
    )
    assert refusals(town) == [
        "It has no name.",
        "An earlier row has the same code.",
        "It lies more than 30 km outside the city.",
        "It is a Point; a street is a line.",
        "It has no geometry.",
        "Its line has no length.",
    ]
    assert Block.objects.count() == 1


def test_a_line_drawn_in_two_strokes_is_one_and_one_in_pieces_is_refused(town: Town) -> None:
    def strokes(code: str, gap: float) -> Any:
        row = street(code, "Oak St", (0, 0), (1, 0))
        first = row["geometry"]["coordinates"]
        second = [[x + 0.001 + gap, y] for x, y in first]
        row["geometry"] = {"type": "MultiLineString", "coordinates": [first, second]}
        return row

    town.streets(strokes("near", 0.0001), strokes("far", 0.01))
    assert refusals(town) == ["Its line is in several pieces."]
    assert Block.objects.get().code == "near"


def test_without_a_code_property_a_block_keeps_its_code_while_it_stays_the_same(
    town: Town,
) -> None:
    rows = [street("", "Oak St", (0, 0), (1, 0)), street("", "Elm St", (0, 0), (0, 1))]
    town.streets(*rows, code="")
    town.build()
    before = set(Block.objects.values_list("pk", "code"))
    town.streets(*reversed(rows), code="")
    assert town.build().changed_nothing
    assert set(Block.objects.values_list("pk", "code")) == before


def test_an_alley_between_two_streets_is_called_so(town: Town) -> None:
    town.streets(
        street("o", "E Biddle St", (0, 0), (3, 0), kind="S"),
        street("e", "E Chase St", (0, 1), (3, 1), kind="S"),
        street("a", "BIDDLE-CHASE", (0.5, 0.5), (2, 0.5), kind="A"),
        street("b", "CHASE-ALLEY-NOWHERE", (0.5, 0.8), (2, 0.8), kind="A"),
        alleys_between=True,
        **{"class": {"property": "kind", "values": {"A": "alley"}}},
    )
    town.build()
    alley = Block.objects.get(code="a")
    assert alley.name == "Alley between E Biddle St and E Chase St"
    assert alley.other_names == ["Biddle Chase"]
    assert Block.objects.get(code="b").name == "Chase Alley Nowhere"
