"""First contacts: the console's own numbers, by what the conversations led to."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from citycall.analytics.measures.asking import Question, answer
from citycall.analytics.measures.measure import Period
from citycall.analytics.refresh import refresh
from citycall.analytics.store import current
from citycall.calls.measures import queries
from citycall.calls.measures.actions import recount
from citycall.calls.measures.models import Cut, HalfHour
from citycall.calls.measures.queries import Step
from citycall.calls.models import Call, Touch
from citycall.calls.personal import erase
from citycall.core.actors import resident
from citycall.service_requests.actions.change_service import change_service
from citycall.service_requests.actions.merge import merge
from citycall.service_requests.actions.submit import submit
from tests import city as small_city
from tests.analytics import invented
from tests.analytics.settled import refreshed, rows
from tests.calls import naive
from tests.calls.test_counting import NOW, some_calls, some_requests

ZONE = ZoneInfo("America/New_York")
LATER = NOW + timedelta(days=2)
PHONE = "+14105550177"


@pytest.fixture
def city(transactional_db: None) -> small_city.City:
    return small_city.build()


def asked(**more: Any) -> list[dict[str, Any]]:
    with current() as facts:
        found: list[dict[str, Any]] = answer(
            Question(measure="first-contact", **more), facts
        ).to_pylist()
        return found


def contact(at: datetime, *, about: int | None = None, **more: Any) -> Call:
    told = {"phone": PHONE, "disposition": "information", "resolved": True} | more
    call = Call.objects.create(
        arrived_at=at, queued_at=at, answered_at=at, ended_at=at, wrapped_at=at, **told
    )
    if about is not None:
        Touch.objects.create(call=call, kind="followed", request_id=about, at=at)
    return call


def test_each_day_and_language_is_what_the_console_tells(city) -> None:
    some_calls(11, requests=some_requests(city))
    recount(at=LATER)
    refresh(at=LATER, whole=True)
    since, until = NOW.date() - timedelta(days=20), NOW.date()
    console = {
        line.begins.date(): (line.counts.contacts, line.counts.first_contact_rate)
        for line in queries.by_time(since, until, step=Step.DAY, zone=ZONE, at=LATER)
        if line.counts.contacts
    }
    ours = {row["period"]: (row["size"], row["value"]) for row in asked(period=Period.DAY)}
    assert len(ours) > 5
    assert ours == console
    parts = queries.by_value(since, until, cut=Cut.LANGUAGE, zone=ZONE, at=LATER)
    assert {row["language"]: (row["size"], row["value"]) for row in asked(by=["language"])} == {
        name: (counts.contacts, counts.first_contact_rate) for name, counts in parts.items()
    }


def test_by_service_it_is_what_one_counts_by_hand(city) -> None:
    calls = some_calls(12, requests=some_requests(city))
    recount(at=LATER)
    refresh(at=LATER, whole=True)
    services = {row["id"]: row["service"] for row in rows("SELECT id, service FROM requests")}
    by_hand: dict[Any, list[bool]] = defaultdict(list)
    for call in filter(naive.is_contact, calls):
        touched = Touch.objects.filter(call=call, request_id__isnull=False).order_by("id").first()
        service = services[touched.request_id or 0] if touched else None
        by_hand[service].append(naive.is_first(call, calls))
    assert {row["service"]: (row["size"], row["value"]) for row in asked(by=["service"])} == {
        service: (len(some), sum(some) / len(some)) for service, some in by_hand.items()
    }


def test_by_service_and_month_it_is_what_pandas_says(tmp_path) -> None:
    facts = invented.store(tmp_path / "store", requests=1500)
    told = facts.sql("SELECT service, arrived_month, settled FROM contacts").to_pandas()
    expected = {
        (None if key[0] != key[0] else int(key[0]), key[1]): (len(some), some.mean())
        for key, some in told.groupby(["service", "arrived_month"], dropna=False).settled
    }
    question = Question(measure="first-contact", by=["service"], period=Period.MONTH)
    found = {
        (row["service"], row["period"]): (row["size"], pytest.approx(row["value"]))
        for row in answer(question, facts).to_pylist()
    }
    assert len(expected) > 40
    assert expected == found


def test_a_later_call_takes_the_first_contact_back_in_the_facts_too(city) -> None:
    first = contact(NOW - timedelta(days=6))
    recount(at=NOW)
    refreshed(NOW)
    assert rows("SELECT id, settled FROM contacts") == [{"id": first.pk, "settled": True}]
    again = contact(NOW - timedelta(hours=2))
    recount(at=NOW)
    partly = refreshed(NOW)
    assert partly is not None
    assert not partly.whole
    assert rows("SELECT id, settled FROM contacts ORDER BY id") == [
        {"id": first.pk, "settled": False},
        {"id": again.pk, "settled": True},
    ]


def test_what_turns_out_to_be_no_contact_leaves_the_facts(city) -> None:
    call = contact(NOW - timedelta(days=1))
    recount(at=NOW)
    refreshed(NOW)
    call.disposition = "nothing"
    call.save()
    recount(at=NOW)
    refreshed(NOW)
    assert rows("SELECT id FROM contacts") == []


def test_erasing_who_called_leaves_what_was_found(city) -> None:
    """Also where the half hour is counted again afterwards, and all facts are made anew."""
    first, again = contact(NOW - timedelta(days=3)), contact(NOW - timedelta(days=1))
    recount(at=NOW)
    refreshed(NOW)
    before = rows("SELECT * FROM contacts ORDER BY id")
    assert [row["settled"] for row in before] == [False, True]
    assert erase([PHONE], at=NOW) == 2
    contact(first.arrived_at, phone="", disposition="nothing")
    recount(at=NOW)
    refresh(at=NOW, whole=True)
    assert rows("SELECT * FROM contacts ORDER BY id") == before
    half_hour = HalfHour.objects.get(cut=Cut.ALL, begins=naive.begins(first.arrived_at))
    assert (half_hour.contacts, half_hour.first_contacts) == (1, 0)
    assert again.pk == before[1]["id"]


def test_a_conversation_goes_where_its_request_goes(city) -> None:
    other, made = (
        submit(small_city.draft(), by=resident(), at=small_city.NOW).request_id for _ in range(2)
    )
    contact(NOW - timedelta(days=1), about=made)
    recount(at=NOW)
    refreshed(NOW)
    pothole = rows("SELECT service FROM requests")[0]["service"]
    [row] = asked(by=["service"])
    assert (row["service"], row["size"]) == (pothole, 1)
    merge(made, parent_id=other, by=city.dispatcher, at=NOW)
    refreshed(NOW)
    assert rows("SELECT request FROM contacts") == [{"request": other}]
    change_service(
        other, service_code="water-leak", by=city.dispatcher, at=NOW, reason="It is water."
    )
    refreshed(NOW)
    [row] = asked(by=["service"])
    assert row["service"] != pothole


def test_nothing_of_who_called_is_in_the_facts(city) -> None:
    contact(NOW - timedelta(days=1), name="Maria Doe", notes="Maria asked about taxes")
    recount(at=NOW)
    refreshed(NOW)
    [row] = rows("SELECT * FROM contacts")
    assert not any(
        said in str(value) for value in row.values() for said in (PHONE, "4105550177", "Maria")
    )
    assert row["arrived_on"] == date(2026, 3, 19)
