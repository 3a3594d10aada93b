"""The pages of the measures: what a number means, what it was, and what is behind it."""

import csv
import io
import json
from datetime import timedelta

import pyarrow.parquet as pq
import pytest
from django.test.utils import CaptureQueriesContext

from citycall.analytics.measures.book import MEASURES
from citycall.calls.measures.actions import recount
from citycall.calls.models import Call
from citycall.core import phrases
from citycall.core.actors import SYSTEM
from tests.citistat.conftest import NOW

MOST_QUERIES = 12


def test_every_measure_says_what_it_means(sit, report, gathered) -> None:
    report()
    gathered()
    analyst = sit("analyst")
    index = analyst.get("/citistat/measures").content.decode()
    for measure in MEASURES.values():
        assert str(measure.title) in index
        page = analyst.get(f"/citistat/measures/{measure.name}")
        assert page.status_code == 200, measure.name
        assert str(measure.title) in page.content.decode()


def test_a_number_is_the_count_of_the_requests_behind_it(sit, report, gathered) -> None:
    numbers = [report(days_ago=days) for days in (3, 8, 9)]
    report("water-leak", days_ago=4)
    gathered()
    analyst = sit("analyst")
    pothole = "service_group=Streets"
    page = analyst.get(f"/citistat/measures/received?{pothole}&since=2026-01-01&until=2026-04-01")
    assert "<strong>3</strong>" in page.content.decode()
    behind = analyst.get(
        f"/citistat/measures/received/requests?{pothole}&since=2026-01-01&until=2026-04-01"
    ).content.decode()
    assert all(number in behind for number in numbers)
    assert behind.count('<th scope="row">') == 3


def test_every_list_behind_a_number_has_its_pages(sit, report, gathered, monkeypatch) -> None:
    monkeypatch.setattr("citycall.analytics.measures.listing.SIZE", 2)
    numbers = {report() for _ in range(5)}
    gathered()
    analyst = sit("analyst")
    seen: list[str] = []
    query = ""
    for _page in range(3):
        page = analyst.get(f"/citistat/measures/open/requests{query}")
        seen += [row.number for row in page.context["rows"]]
        query = f"?before={page.context['before']}"
    assert set(seen) == numbers
    assert len(seen) == 5
    assert page.context["before"] is None


def test_by_something_each_part_is_told_with_its_name(sit, report, gathered) -> None:
    report()
    report("water-leak")
    gathered()
    page = sit("analyst").get("/citistat/measures/received?by=service")
    parts = {part.name: part.value for part in page.context["shown"].parts}
    assert parts == {"Pothole": "1", "Water leak": "1"}


@pytest.mark.parametrize("wanted", ["csv", "json", "parquet"])
def test_a_view_can_be_taken_along(sit, report, gathered, wanted: str) -> None:
    report()
    gathered()
    file = sit("analyst").get(f"/citistat/measures/received?by=service&format={wanted}")
    assert file.status_code == 200
    assert f"received.{wanted}" in file["Content-Disposition"]
    if wanted == "csv":
        rows = list(csv.DictReader(io.StringIO(file.content.decode())))
    elif wanted == "json":
        rows = json.loads(file.content)["rows"]
    else:
        rows = pq.read_table(io.BytesIO(file.content)).to_pylist()
    assert [(row["service_name"], int(row["value"])) for row in rows] == [("Pothole", 1)]


def test_an_agency_s_manager_is_told_of_that_agency_only(sit, report, gathered) -> None:
    report()
    report("water-leak")
    gathered()
    page = sit("manager").get("/citistat/measures/received?by=agency")
    assert len(page.context["shown"].parts) == 1
    other = sit("manager").get("/citistat/measures/received?agency=999999")
    assert other.status_code == 422
    assert other.context["shown"].total == "1"


@pytest.mark.parametrize(
    "query",
    [
        "since=soon",
        "period=fortnight",
        "by=weather",
        "service=0",
        "since=2026-03-02&until=2026-03-01",
    ],
)
def test_what_is_not_understood_is_said_and_kept(sit, report, gathered, query: str) -> None:
    report()
    gathered()
    page = sit("analyst").get(f"/citistat/measures/received?{query}")
    assert page.status_code == 422
    assert 'role="alert"' in page.content.decode()
    if query.startswith("since=soon"):
        assert 'value="soon"' in page.content.decode()


def test_those_without_a_part_in_it_see_no_numbers(sit, report, gathered) -> None:
    gathered()
    assert sit("call-taker").get("/citistat/measures/received").status_code == 403
    assert sit("call-taker").get("/citistat").status_code == 403


def test_an_unknown_measure_is_not_found(sit, gathered) -> None:
    gathered()
    assert sit("analyst").get("/citistat/measures/happiness").status_code == 404


def test_before_the_first_refresh_it_is_said(sit) -> None:
    page = sit("analyst").get("/citistat/measures/received")
    assert page.status_code == 503
    assert "gathered for the first time" in page.content.decode()
    assert "gathered for the first time" in sit("analyst").get("/citistat").content.decode()


def test_the_queries_of_a_page_do_not_grow(
    sit, report, gathered, django_assert_max_num_queries
) -> None:
    for _ in range(4):
        report()
    gathered()
    analyst = sit("analyst")
    analyst.get("/citistat/measures/received?by=service")
    for page in ("", "/requests"):
        with django_assert_max_num_queries(MOST_QUERIES) as told:
            analyst.get(f"/citistat/measures/received{page}?by=service")
        assert isinstance(told, CaptureQueriesContext)


def test_what_is_open_counts_what_came_before_too(sit, report, gathered) -> None:
    report(days_ago=200)
    report(days_ago=2)
    gathered()
    since = (NOW - timedelta(days=30)).date().isoformat()
    page = sit("analyst").get(f"/citistat/measures/open?since={since}&until=2026-03-02")
    assert [moment.value for moment in page.context["shown"].moments][:2] == ["2", "1"]


@pytest.mark.parametrize(
    "query",
    ["until=0001-01-01", "until=9999-12-31", "since=0001-01-01&period=month", "service=999"],
)
def test_a_file_or_a_list_of_what_was_not_understood_is_refused(
    sit, report, gathered, query: str
) -> None:
    report()
    gathered()
    analyst = sit("analyst")
    assert analyst.get(f"/citistat/measures/received?{query}&format=csv").status_code == 422
    assert analyst.get(f"/citistat/measures/received/requests?{query}").status_code == 422


def test_a_period_that_the_question_cuts_is_not_judged(sit, report, gathered) -> None:
    report(days_ago=12)
    gathered()
    page = sit("analyst").get("/citistat/measures/received?since=2026-02-18&until=2026-03-02")
    by_day = {moment.first.isoformat(): moment for moment in page.context["shown"].moments}
    assert by_day["2026-02-16"].unfinished
    assert not by_day["2026-02-23"].unfinished


def conversation() -> None:
    """Somebody who called four days ago, and was helped."""
    at = NOW - timedelta(days=4)
    Call.objects.create(
        phone="+14105550101", arrived_at=at, queued_at=at, answered_at=at, ended_at=at,
        wrapped_at=at, disposition="information", resolved=True,
    )  # fmt: skip
    recount(at=NOW)


def test_of_conversations_there_is_no_list(sit, report, gathered) -> None:
    report()
    conversation()
    gathered()
    analyst = sit("analyst")
    days = "since=2026-02-01&until=2026-03-09"
    page = analyst.get(f"/citistat/measures/first-contact?{days}&by=channel")
    said = page.content.decode()
    assert page.context["shown"].total == "100.0%"
    assert [part.name for part in page.context["shown"].parts] == ["Phone"]
    assert "1 conversation" in said
    assert "/measures/first-contact/requests" not in said
    listed = analyst.get(f"/citistat/measures/first-contact/requests?{days}")
    assert listed.status_code == 200
    assert "there is no list of those" in listed.content.decode()


def test_what_a_number_rests_on_is_called_by_its_name(sit, report, gathered) -> None:
    report()
    gathered()
    analyst = sit("analyst")
    for name, words in (("received", "1 request<"), ("reports", "1 report<")):
        page = analyst.get(f"/citistat/measures/{name}?since=2026-02-01&until=2026-03-09")
        assert words in page.content.decode()


def test_the_week_tells_of_repeats_satisfaction_and_first_contacts(sit, report, gathered) -> None:
    report()
    gathered()
    told = {row.measure.name for row in sit("analyst").get("/citistat").context["weekly"]}
    assert {"repeats", "satisfaction", "first-contact"} <= told


def test_a_measure_offers_only_the_agencies_that_one_may_see(sit, report, gathered, city) -> None:
    report()
    gathered()
    offered = {
        name: [
            option.value
            for choices in sit(name).get("/citistat/measures/received").context["narrowing"]
            if choices.name == "agency"
            for option in choices.options
        ]
        for name in ("analyst", "outsider")
    }
    assert str(city.streets.pk) in offered["analyst"]
    assert offered["outsider"] == [str(city.water.pk)]


@pytest.mark.parametrize("end", ["", "/requests", "?format=csv"])
def test_whoever_asks_of_others_is_told_so_and_gets_no_number(
    sit, report, gathered, city, end: str
) -> None:
    report()
    gathered()
    address, _mark, query = f"/citistat/measures/received{end}".partition("?")
    page = sit("outsider").get(f"{address}?agency={city.streets.pk}&{query}")
    assert page.status_code == 200
    assert "agencies whose numbers you may not see" in page.content.decode()
    assert "shown" not in page.context
    assert "/citistat/ask?" not in page.content.decode()


def test_names_that_look_like_formulas_are_harmless_in_a_file(sit, report, gathered, city) -> None:
    city.services["pothole"].__class__.objects.filter(code="pothole").update(name="=1+1")
    report()
    gathered()
    client = sit("analyst")
    file = client.get("/citistat/measures/received?by=service&format=csv").content.decode()
    assert {row["service_name"] for row in csv.DictReader(io.StringIO(file))} == {"'=1+1"}
    told = client.get("/citistat/measures/received?by=service&format=json").json()
    assert {row["service_name"] for row in told["rows"]} == {"=1+1"}


def test_pages_say_names_in_the_readers_language_and_files_those_of_record(
    sit, report, gathered
) -> None:
    phrases.write({"Pothole": "Bache"}, language="es", by=SYSTEM, at=NOW)
    report()
    gathered()
    client = sit("analyst")
    address = "/citistat/measures/received?by=service"
    page = client.get(address, HTTP_ACCEPT_LANGUAGE="es")
    assert [part.name for part in page.context["shown"].parts] == ["Bache"]
    assert client.get(address).context["shown"].parts[0].name == "Pothole"
    file = client.get(f"{address}&format=csv", HTTP_ACCEPT_LANGUAGE="es").content.decode()
    assert {row["service_name"] for row in csv.DictReader(io.StringIO(file))} == {"Pothole"}
