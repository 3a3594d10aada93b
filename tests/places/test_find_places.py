from collections.abc import Mapping
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citycall.core.actors import SYSTEM, resident
from citycall.core.errors import NotAllowed
from citycall.core.models import Revision
from citycall.places.actions import PlacesReport, load_places
from citycall.places.models import Place
from citycall.places.queries import find_places
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


@pytest.fixture
def _gazetteer(db: None) -> None:
    load(ROWS)


def load(rows: list[Mapping[str, Any]] | list[dict[str, Any]], **extra: Any) -> PlacesReport:
    return load_places(**{"rows": rows, "by": SYSTEM, "at": AT, **extra})


@pytest.mark.usefixtures("_gazetteer")
@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Hooper's Field in Herring Run Park", "hooper"),
        ("hoopers field", "hooper"),
        ("HOOPERS FIELD, HERRING RUN", "hooper"),
        ("Hooper’s field", "hooper"),
        ("hoper feild", "hooper"),
        ("herring run park hooper field", "hooper"),
        ("herring run park", "herring"),
        ("hering run prk", "herring"),
        ("lower herring run park", "lower"),
        ("eutaw chapel", "eutaw"),
        ("32nd street park", "abell"),
        ("cafe zoe", "cafe"),
        ("st marys", "mary"),
        ("druid hill park", "druid"),
        ("druid hill pool", "pool"),
        ("hooper and rockrose", "rockrose"),
    ],
)
def test_the_place_that_people_mean_comes_first(words: str, code: str) -> None:
    assert find_places(words)[0].code == code


@pytest.mark.usefixtures("_gazetteer")
def test_a_found_place_says_what_it_lies_in() -> None:
    assert find_places("hoopers field")[0].label == "Hooper's Field, Herring Run Park"


@pytest.mark.usefixtures("_gazetteer")
@pytest.mark.parametrize("words", ["", " ", "x", "!!", "zzzz qqqq", "\x00"])
def test_words_that_name_nothing_find_nothing(words: str) -> None:
    assert find_places(words) == []


@pytest.mark.usefixtures("_gazetteer")
def test_no_more_than_the_limit_is_found() -> None:
    assert len(find_places("park", limit=3)) == 3


def test_the_park_itself_comes_before_all_that_lies_in_it() -> None:
    poles = [row(f"p{n}", f"Pole {n}", "Druid Hill Park", kind="pole") for n in range(400)]
    load([*poles, *ROWS])
    assert find_places("druid hill park")[0].code == "druid"


@pytest.mark.usefixtures("_gazetteer")
def test_a_begun_word_is_enough() -> None:
    assert find_places("hoop fie")[0].code == "hooper"


@pytest.mark.usefixtures("_gazetteer")
def test_settings_for_one_search_do_not_outlive_it() -> None:
    find_places("hoper feild")
    with connection.cursor() as cursor:
        cursor.execute("SHOW pg_trgm.word_similarity_threshold")
        assert cursor.fetchone() == ("0.6",)
        cursor.execute("SHOW enable_seqscan")
        assert cursor.fetchone() == ("on",)


@pytest.mark.usefixtures("_gazetteer")
@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(max_size=200))
def test_whatever_is_typed_is_answered(words: str) -> None:
    assert len(find_places(words)) <= 10


@pytest.mark.parametrize("words", ["hoopers field", "hoper feild", "zzzz"])
def test_every_search_can_be_served_by_the_trigram_index(words: str) -> None:
    with CaptureQueriesContext(connection) as asked:
        find_places(words)
    searches = [query["sql"] for query in asked if "places_place" in query["sql"]]
    assert searches
    for sql in searches:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            # A small table is read in order by its key otherwise.
            cursor.execute("SET LOCAL enable_indexscan = off")
            cursor.execute("EXPLAIN " + sql.replace("%", "%%"), [])
            plan = " ".join(line for (line,) in cursor.fetchall())
        assert "place_by_words" in plan
        assert "Seq Scan" not in plan


def test_a_second_load_changes_nothing() -> None:
    assert load(ROWS).created == len(ROWS)
    again = load(ROWS)
    assert (again.created, again.changed, again.unchanged) == (0, 0, len(ROWS))
    assert Revision.objects.filter(subject_kind="places").count() == 1


def test_a_renamed_place_keeps_its_id_and_is_found_by_its_new_name() -> None:
    load([row("a", "Old Mill")])
    before = Place.objects.get(code="a").pk
    assert load([row("a", "New Weir")]).changed == 1
    assert [(found.id, found.name) for found in find_places("new weir")] == [(before, "New Weir")]
    assert find_places("old mill") == []


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
