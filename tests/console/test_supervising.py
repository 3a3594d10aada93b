"""The supervisors' pages: who may, what they say, and how often they ask the database."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from citycall.accounts.models import User
from citycall.calls.measures.actions import recount
from citycall.calls.models import Call, Desk
from citycall.calls.quality.models import Criterion, Review, Sample
from citycall.calls.shifts.models import PlannedShift
from citycall.core import clock
from tests import city as small_city

NOW = datetime(2026, 3, 18, 15, 10, tzinfo=UTC)
SUPERVISORS = ("/console/reports", "/console/staffing", "/console/quality")
TAKERS = ("/console/wall", "/console/own")


@pytest.fixture
def city(db: None, monkeypatch: pytest.MonkeyPatch) -> small_city.City:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return small_city.build()


def sit(name: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=name))
    return client


def told(answer: Any) -> str:
    assert answer.status_code == 200
    return str(answer.content.decode())


def calls(count: int, *, since: datetime = NOW, every: timedelta = timedelta(minutes=3)) -> None:
    taker = User.objects.get(username="call-taker")
    for n in range(count):
        arrived = since - (n + 1) * every
        Call.objects.create(
            phone=f"+1410555{n:04d}",
            language="es" if n % 3 == 0 else "en",
            taker=taker,
            arrived_at=arrived,
            queued_at=arrived,
            answered_at=arrived + timedelta(seconds=10 if n % 5 else 95),
            ended_at=arrived + timedelta(seconds=160),
            wrapped_at=arrived + timedelta(seconds=175),
            disposition="information",
            resolved=True,
        )


@pytest.mark.parametrize("path", SUPERVISORS)
@pytest.mark.parametrize(
    ("name", "status"), [("supervisor", 200), ("call-taker", 403), ("dispatcher", 403)]
)
def test_supervisors_pages_are_supervisors(
    city: small_city.City, path: str, name: str, status: int
) -> None:
    assert sit(name).get(path).status_code == status


@pytest.mark.parametrize("path", TAKERS)
@pytest.mark.parametrize(("name", "status"), [("call-taker", 200), ("dispatcher", 403)])
def test_the_call_centres_pages_are_the_call_centres(
    city: small_city.City, path: str, name: str, status: int
) -> None:
    assert sit(name).get(path).status_code == status


def test_the_wall_says_who_waits_and_that_it_is_too_long(city: small_city.City) -> None:
    calls(10)
    Call.objects.create(arrived_at=NOW, queued_at=NOW - timedelta(seconds=75), language="es")
    Desk.objects.create(taker=User.objects.get(username="call-taker"), state="ready", since=NOW)
    page = told(sit("call-taker").get("/console/wall"))
    assert "longest 1:15" in page
    assert "longer than the target" in page
    # Of eleven who came, eight were answered in time, and one waits too long already.
    assert "73%" in page
    assert "Español" in page
    assert 'http-equiv="refresh"' in page


def test_the_wall_gives_its_numbers_alone_for_renewal(city: small_city.City) -> None:
    part = told(sit("call-taker").get("/console/wall?part=now"))
    assert "<html" not in part
    assert "Waiting now" in part


def test_a_report_has_a_line_a_day_and_the_same_as_a_file(city: small_city.City) -> None:
    calls(60, every=timedelta(hours=2))
    recount(at=NOW)
    client = sit("supervisor")
    page = told(client.get("/console/reports?since=2026-03-12&until=2026-03-18&step=day"))
    assert page.count("<svg") >= 1
    assert "Español" in page
    answer = client.get(
        "/console/reports?since=2026-03-12&until=2026-03-18&step=day&cut=taker&format=csv"
    )
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    days = [row for row in rows if row["cut"] == "all"]
    assert sum(int(row["offered"]) for row in days) == 60
    assert [row["value"] for row in rows if row["cut"] == "taker"] == ["call-taker"]


def test_too_long_a_report_is_refused_beside_its_field(city: small_city.City) -> None:
    page = told(
        sit("supervisor").get("/console/reports?since=2025-01-01&until=2026-03-18&step=half_hour")
    )
    assert "14 days at most" in page


@pytest.mark.parametrize("path", ["/console/wall", "/console/reports"])
def test_more_calls_are_no_more_queries(city: small_city.City, path: str) -> None:
    client = sit("supervisor")
    calls(5)
    client.get(path)
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(path)
    calls(40)
    with CaptureQueriesContext(connection) as many:
        client.get(path)
    assert len(many) == len(few)


def history(weeks: int = 4) -> None:
    """A call every half hour of each working day."""
    for day in range(1, 7 * weeks + 1):
        calls(20, since=NOW - timedelta(days=day) + timedelta(hours=4), every=timedelta(minutes=25))
    recount(at=NOW)


def test_without_history_the_staffing_page_says_what_it_needs(city: small_city.City) -> None:
    assert "14 days at least" in told(sit("supervisor").get("/console/staffing"))


def test_what_if_is_a_link_and_proposed_shifts_are_taken_over(city: small_city.City) -> None:
    history()
    client = sit("supervisor")
    page = told(client.get("/console/staffing?day=2026-03-19"))
    assert "Proposed shifts" in page
    more = told(client.get("/console/staffing?day=2026-03-19&times=9&model=c"))
    assert "hours of work have nobody" in more
    answer = client.post("/console/staffing/plan", {"day": "2026-03-19", "times": "1"})
    assert answer.status_code == 302
    shift = PlannedShift.objects.get()
    assert shift.taker.username == "call-taker"
    assert "call-taker" in told(client.get(answer["Location"]))
    client.post(f"/console/staffing/shifts/{shift.pk}", {"day": "2026-03-19"})
    assert not PlannedShift.objects.exists()


def test_a_conversation_is_drawn_scored_and_seen_by_its_call_taker(city: small_city.City) -> None:
    calls(12, since=NOW - timedelta(days=7))
    client = sit("supervisor")
    assert "no score card yet" in told(client.get("/console/quality?week=2026-03-09"))
    client.post("/console/quality/card", {"usual": "1"})
    client.post("/console/quality/draw", {"week": "2026-03-11"})
    assert Sample.objects.count() == 5
    sample = Sample.objects.filter(two=False)[0]
    lines = list(Criterion.objects.all())
    form: dict[str, Any] = {f"line-{line.pk}": "2" for line in lines}
    missing = told(
        client.post(
            f"/console/quality/{sample.pk}", {**form, "line-0": ""} | {f"line-{lines[0].pk}": ""}
        )
    )
    assert "Please choose one." in missing
    form[f"line-{lines[0].pk}"] = "none"
    answer = client.post(f"/console/quality/{sample.pk}", {**form, "words": "Read it back."})
    assert answer.status_code == 302
    assert Review.objects.get().share == pytest.approx(2 / 3)
    own = told(sit("call-taker").get("/console/own"))
    assert "Read it back." in own
    assert "67%" in own
    assert Review.objects.get().seen_at == NOW
    assert "1 score" in told(client.get("/console/quality?week=2026-03-09"))
