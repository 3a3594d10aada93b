"""The feed of updates that other systems follow."""

from datetime import timedelta

import pytest

from citycall.core.actors import SYSTEM
from citycall.service_requests.actions import close, work
from citycall.service_requests.actions.tell_more import add_note
from tests.city import NOW, City
from tests.open311.cast import answer, faults, get, sent, xml

pytestmark = pytest.mark.usefixtures("noon")

FEED = "servicerequestupdates"


def minutes(count: int):
    return NOW + timedelta(minutes=count)


@pytest.fixture(autouse=True)
def _later(monkeypatch: pytest.MonkeyPatch, noon: None) -> None:
    from citycall.core import clock

    monkeypatch.setattr(clock, "now", lambda: minutes(600))


def test_each_step_is_an_update(city: City) -> None:
    receipt = sent()
    work.start(receipt.request_id, by=city.dispatcher, at=minutes(1))
    close.complete(
        receipt.request_id,
        outcome_code="fixed",
        explanation="Filled.",
        by=city.dispatcher,
        at=minutes(2),
    )
    started, completed = get(f"{FEED}.json")
    assert started["status"] == "in_progress"
    assert started["service_request_id"] == str(receipt.request_id)
    assert started["updated_datetime"] == "2026-03-02T15:01:00Z"
    assert started["description"] is None
    assert completed["status"] == "closed"
    assert completed["description"] == "Filled."
    assert completed["external_status_code"] == "fixed"
    assert isinstance(completed["update_id"], str)


def test_work_that_ends_without_a_repair_is_not_told_as_one(city: City) -> None:
    receipt = sent()
    close.complete(
        receipt.request_id,
        outcome_code="not-found",
        explanation="Nothing there.",
        by=city.dispatcher,
        at=minutes(2),
    )
    assert get(f"{FEED}.json")[-1]["status"] == "no_further_action"


def test_a_note_keeps_the_status(city: City) -> None:
    receipt = sent()
    work.start(receipt.request_id, by=city.dispatcher, at=minutes(1))
    add_note(receipt.request_id, words="Tomorrow.", public=True, by=city.dispatcher, at=minutes(2))
    note = get(f"{FEED}.json")[-1]
    assert (note["status"], note["description"]) == ("in_progress", "Tomorrow.")


def test_only_the_window_asked_for_is_told(city: City) -> None:
    receipt = sent()
    work.start(receipt.request_id, by=city.dispatcher, at=minutes(1))
    close.cancel(receipt.request_id, reason="Twice.", by=SYSTEM, at=minutes(3))
    start = {"start_date": "2026-03-02T15:02:00Z"}
    assert [each["status"] for each in get(f"{FEED}.json", **start)] == ["cancelled"]
    end = {"end_date": "2026-03-02T15:01:00Z"}
    assert [each["status"] for each in get(f"{FEED}.json", **end)] == ["in_progress"]


def test_what_private_services_do_is_not_told(city: City) -> None:
    receipt = sent("graffiti")
    work.start(receipt.request_id, by=city.dispatcher, at=minutes(1))
    assert get(f"{FEED}.json") == []


def test_internal_notes_and_the_words_of_residents_are_not_told(city: City) -> None:
    receipt = sent()
    add_note(receipt.request_id, words="Beware.", public=False, by=city.dispatcher, at=minutes(1))
    assert get(f"{FEED}.json") == []


def test_pages_lead_to_the_end_and_lose_nothing(city: City) -> None:
    hidden = sent("graffiti")
    work.start(hidden.request_id, by=city.dispatcher, at=minutes(1))
    for _each in range(3):
        work.start(sent().request_id, by=city.dispatcher, at=minutes(1))
    address, seen = f"{FEED}.json?page_size=2", []
    for _page in range(5):
        response = answer(address)
        seen += [each["update_id"] for each in response.json()]
        if "Link" not in response.headers:
            break
        address = response.headers["Link"].split(">")[0].partition("/open311/v2/")[2]
    assert len(seen) == len(set(seen)) == 3


def test_updates_in_xml(city: City) -> None:
    receipt = sent()
    work.start(receipt.request_id, by=city.dispatcher, at=minutes(1))
    root = xml(f"{FEED}.xml")
    assert [root.tag, root[0].tag] == ["service_request_updates", "request_update"]
    assert root[0].findtext("status") == "in_progress"


def test_more_than_ninety_days_are_refused(city: City) -> None:
    response = answer(f"{FEED}.json", start_date="2025-01-01", end_date="2026-01-01")
    assert "at most 90 days" in faults(response)[400]
