"""Measures and facts through the API: the same numbers as the pages, and nobody else's."""

import io
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.test import Client

from citycall.accounts.models import User
from citycall.analytics.analysts.dictionary import TABLES
from citycall.analytics.measures.book import MEASURES
from citycall.analytics.policies import FACTS_SCOPE
from citycall.analytics.refresh import refresh
from citycall.core import clock
from citycall.core.models import Event
from citycall.pages import numbers
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.policies import READ_SCOPE
from tests import city as small_city
from tests.api.conftest import Program, key_of
from tests.city import NOW, City

YEAR = "since=2025-06-01&until=2026-04-01"


@pytest.fixture
def told(city: City, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> City:
    """The small city with some weeks of reports, and their facts."""
    settings.ANALYTICS = tmp_path / "analytics"
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(hours=1))
    monkeypatch.setattr("citycall.analytics.gathering.snapshot", nullcontext)
    for service, days_ago in (
        ("pothole", 3), ("pothole", 40), ("graffiti", 40), ("water-leak", 8), ("pothole", 100),
    ):  # fmt: skip
        answers = {"amount": "drip"} if service == "water-leak" else {}
        draft = small_city.draft(service, answers=answers)
        submit(draft, by=city.resident, at=NOW - timedelta(days=days_ago))
    refresh(at=NOW + timedelta(hours=1), whole=True)
    return city


@pytest.fixture
def program(told: City) -> Program:
    return key_of([FACTS_SCOPE])


@pytest.fixture
def analyst(told: City) -> Client:
    client = Client()
    client.force_login(User.objects.get(username="analyst"))
    return client


def test_every_measure_is_defined(program) -> None:
    items = program.get("/measures").json()["items"]
    assert [each["name"] for each in items] == list(MEASURES)
    assert all(each["formula"] and each["title"] for each in items)


@pytest.mark.parametrize("name", list(MEASURES))
def test_the_numbers_are_those_of_the_page(program, analyst, name: str) -> None:
    query = f"by=service&period=month&{YEAR}"
    answer = program.get(f"/measures/{name}?{query}").json()
    shown = analyst.get(f"/citistat/measures/{name}?{query}").context["shown"]
    unit = MEASURES[name].unit

    def say(row: dict[str, Any]) -> str:
        return numbers.told(row["value"], unit)

    assert say(answer["total"]) == shown.total
    parts = {each["of"]["name"]: (say(each), each["size"]) for each in answer["parts"]}
    assert parts == {part.name: (part.value, part.size) for part in shown.parts}
    whole = program.get(f"/measures/{name}?period=month&{YEAR}").json()["series"]
    assert [(each["first"], say(each), each["size"]) for each in reversed(whole)] == [
        (each.first.isoformat(), each.value, each.size) for each in shown.moments
    ]


def test_the_parts_of_a_series_are_the_whole_of_it(program) -> None:
    answer = program.get(f"/measures/received?by=service&period=month&{YEAR}").json()
    assert answer["total"] == {"value": 5, "size": 5}
    assert sum(each["value"] for each in answer["series"]) == 5
    potholes = [each for each in answer["series"] if each["of"]["code"] == "pothole"]
    assert [each["first"] for each in potholes] == ["2025-11-01", "2026-01-01", "2026-02-01"]


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("service=pothole", 3),
        ("service=pothole,graffiti", 4),
        ("service_group=Water", 1),
        ("agency=water", 1),
        ("team=mains,paving", 4),
        ("team=none", 0),
        ("channel=web", 5),
        ("channel=phone", 0),
        ("language=en", 5),
        ("service=pothole&since=2026-02-01", 1),
    ],
)
def test_numbers_are_narrowed_by_codes(program, query: str, value: int) -> None:
    period = YEAR if "since" not in query else "until=2026-04-01"
    answer = program.get(f"/measures/received?{query}&{period}").json()
    assert answer["total"]["value"] == value


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("by=weather", "by"),
        ("period=fortnight", "period"),
        ("since=soon", "since"),
        ("since=1066-01-01", "since"),
        ("since=2026-03-02&until=2026-03-01", "since"),
        ("period=day&since=1990-01-01", "since"),
        ("service=ice-cream", "service"),
        ("service_group=Nothing", "service_group"),
        ("team=nobody", "team"),
        ("channel=pigeon", "channel"),
        ("area=nowhere/at-all", "area"),
        ("happiness=yes", "happiness"),
        ("by=service&by=team", "by"),
    ],
)
def test_what_is_not_understood_is_said(program, query: str, field: str) -> None:
    answer = program.get(f"/measures/received?{query}")
    assert answer.status_code == 422
    assert any(field in name for name in answer.json()["faults"])


def test_more_numbers_than_one_answer_holds_are_refused(program, monkeypatch) -> None:
    monkeypatch.setattr("citycall.api.measures.MOST_NUMBERS", 3)
    answer = program.get("/measures/received?by=service&period=month")
    assert answer.status_code == 422
    assert program.get("/measures/received?period=month").status_code == 200


def test_there_is_no_such_measure(program) -> None:
    assert program.get("/measures/happiness").status_code == 404


def test_a_key_needs_the_scope(told) -> None:
    for path in ("/measures", "/measures/received", "/facts", "/facts/requests.parquet"):
        assert Program().get(path).status_code == 401
        assert key_of([READ_SCOPE]).get(path).status_code == 403


def test_a_key_of_one_agency_is_told_of_that_agency_only(told) -> None:
    own = key_of([FACTS_SCOPE], agency_id=told.water.pk)
    answer = own.get(f"/measures/received?by=agency&{YEAR}").json()
    assert [each["of"]["code"] for each in answer["parts"]] == ["water"]
    assert answer["total"]["value"] == 1
    assert own.get(f"/measures/received?agency=streets&{YEAR}").json()["total"]["value"] == 0
    assert own.get("/facts").status_code == 403
    assert own.get("/facts/requests.parquet").status_code == 403


@pytest.mark.usefixtures("one_minute")
def test_calls_are_counted(told) -> None:
    program = key_of([FACTS_SCOPE], per_minute=1)
    assert program.get("/measures").status_code == 200
    assert program.get("/measures/received").status_code == 429


def test_every_table_is_described(program) -> None:
    items = program.get("/facts").json()["items"]
    assert [each["name"] for each in items] == list(TABLES)
    assert next(each for each in items if each["name"] == "requests")["rows"] == 5
    assert all(column["description"] for each in items for column in each["columns"])


def test_a_table_is_fetched_whole_in_part_and_not_again(program) -> None:
    whole = program.get("/facts/requests.parquet")
    body = b"".join(whole)
    table = pq.read_table(io.BytesIO(body))
    assert (table.num_rows, "place" in table.column_names) == (5, False)
    assert int(whole["Content-Length"]) == len(body)
    part = program.get("/facts/requests.parquet", Range="bytes=-8")
    assert (part.status_code, b"".join(part)) == (206, body[-8:])
    again = program.get("/facts/requests.parquet", If_None_Match=whole["ETag"])
    assert again.status_code == 304
    assert program.get("/facts/people.parquet").status_code == 404
    assert Event.objects.filter(kind="facts_taken").count() == 1


def test_points_of_services_that_hide_them_are_not_in_it(program, told) -> None:
    rows = pq.read_table(io.BytesIO(b"".join(program.get("/facts/requests.parquet")))).to_pylist()
    hidden = told.services["graffiti"].pk
    assert {row["service"] == hidden for row in rows if row["latitude"] is None} == {True}
    assert {row["service"] == hidden for row in rows if row["latitude"] is not None} == {False}


def test_before_the_first_refresh_it_is_said(city, settings, tmp_path) -> None:
    settings.ANALYTICS = tmp_path / "none"
    for path in ("/measures/received", "/facts", "/facts/requests.parquet"):
        answer = key_of([FACTS_SCOPE]).get(path)
        assert (answer.status_code, answer.json()["code"]) == (503, "no_facts_yet")
