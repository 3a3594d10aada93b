"""Named places from a file: made and renewed by code, wrong rows refused, found at once."""

from collections.abc import Mapping
from typing import Any

import pytest

from citycall.core.actors import SYSTEM, resident
from citycall.core.errors import NotAllowed
from citycall.core.models import Revision
from citycall.places.actions import PlacesReport, load_places
from citycall.places.models import Place
from citycall.places.queries import search
from citycall.places.words import fold

from .test_layers import AT

pytestmark = pytest.mark.django_db


def row(code: str, name: str, parent: str = "", **extra: Any) -> dict[str, Any]:
    point = {"longitude": -76.57, "latitude": 39.33}
    return {"kind": "park", "code": code, "name": name, "parent": parent, **point, **extra}


ROWS = [
    row("hooper", "Hooper's Field", "Herring Run Park", aliases=["Hoopers"], kind="field"),
    row("herring", "Herring Run Park"),
    row("lower", "Lower Herring Run Park"),
    row("rockrose", "Hooper & Rockrose Park"),
    row("eutaw", "Eutaw Chapel", "Herring Run Park", kind="landmark"),
    row("abell", "Abell Open Space", aliases=["32nd Street Park"]),
    row("cafe", "Café Zoë", kind="landmark"),
    row("mary", "St. Mary's Park"),
    row("druid", "Druid Hill Park"),
    row("pool", "Druid Hill Pool", "Druid Hill Park", kind="pool"),
]


def load(rows: list[Mapping[str, Any]] | list[dict[str, Any]], **extra: Any) -> PlacesReport:
    return load_places(**{"rows": rows, "by": SYSTEM, "at": AT, **extra})


def test_a_second_load_changes_nothing() -> None:
    assert load(ROWS).created == len(ROWS)
    again = load(ROWS)
    assert (again.created, again.changed, again.unchanged) == (0, 0, len(ROWS))
    assert Revision.objects.filter(subject_kind="places").count() == 1


def test_a_renamed_place_keeps_its_id_and_is_found_by_its_new_name() -> None:
    load([row("a", "Old Mill")])
    before = Place.objects.get(code="a").pk
    assert load([row("a", "New Weir")]).changed == 1
    assert Place.objects.get(name="New Weir").pk == before
    assert [found.label for found in search("new weir").candidates] == ["New Weir"]
    assert search("old mill").candidates == ()


def test_places_that_a_complete_list_lacks_are_removed_but_only_of_its_kinds() -> None:
    load(ROWS)
    kept = [line for line in ROWS if line["kind"] == "park" and line["code"] != "mary"]
    assert load(kept, complete_kinds=["park"]).removed == 1
    assert not Place.objects.filter(code="mary").exists()
    assert Place.objects.filter(kind="field").exists()


def test_a_wrong_row_is_refused_with_its_reason_and_the_others_are_taken() -> None:
    report = load(
        [
            row("ok", "Zoo"),
            row("ok", "Zoo again"),
            row("noname", ""),
            row("dots", "..."),
            row("far", "Nowhere", latitude=120),
            row("turned", "Turned", longitude=39.3, latitude=-76.6),
        ]
    )
    assert report.created == 1
    reasons = {refusal.number: refusal.reason for refusal in report.refused}
    assert "same code" in reasons[2]
    assert "name" in reasons[3]
    assert "no letter" in reasons[4]
    assert "latitude" in reasons[5]
    assert "swapped" in reasons[6]


def test_a_refused_rows_place_is_not_removed() -> None:
    load(ROWS)
    bad = [{**line, "name": ""} if line["code"] == "mary" else line for line in ROWS]
    assert load(bad, complete_kinds=["park"]).removed == 0


def test_only_administrators_load_places() -> None:
    with pytest.raises(NotAllowed):
        load(ROWS, by=resident())


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Hooper's Field in Herring Run Park", "hoopers field herring run park"),
        ("HOOPER’S  FIELD", "hoopers field"),
        ("Café Zoë", "cafe zoe"),
        ("Smith & Sons", "smith and sons"),
        ("The", "the"),
        ("St. Paul St/E 25th", "st paul st e 25th"),
        ("…", ""),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded
