"""The public facts of requests through the API."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from citycall.api import conditions
from citycall.catalog.actions import save_service
from citycall.catalog.specs import ServiceSpec
from citycall.core import clock, numbers
from citycall.core.actors import SYSTEM, resident
from citycall.places.locations import Location
from citycall.places.models import LocationKind
from citycall.service_requests.actions import merge, work
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.actions.tell_more import add_note
from tests import city as small_city
from tests.city import NOW, draft

UNKNOWN = numbers.show(numbers.compose(year=2026, serial=1))


def report(service: str = "pothole", *, after_minutes: int = 0, **changes: Any) -> Any:
    if service == "water-leak":
        changes["answers"] = {"amount": "drip"}
    at = NOW + timedelta(minutes=after_minutes)
    return submit(draft(service, **changes), by=resident(), at=at)


def ids(answer: Any) -> list[int]:
    assert answer.status_code == 200, answer.content
    return [int(each["id"]) for each in answer.json()["items"]]


@pytest.fixture
def three(city) -> list[int]:
    """Three requests a minute apart, of two agencies, the first one first."""
    return [
        report().request_id,
        report("water-leak", after_minutes=1).request_id,
        report(after_minutes=2).request_id,
    ]


def test_public_requests_are_listed_latest_first(anybody, three) -> None:
    assert ids(anybody.get("/service_requests")) == three[::-1]


def test_private_ones_are_not(anybody, three) -> None:
    hidden = report("graffiti", after_minutes=3)
    assert ids(anybody.get("/service_requests")) == three[::-1]
    assert anybody.get(f"/service_requests/{hidden.request_id}").status_code == 404
    assert anybody.get(f"/service_requests/{hidden.request_id}/history").status_code == 404


def test_no_confirmation_number_is_in_a_list(anybody, city) -> None:
    number = numbers.show(report().number)
    text = anybody.get("/service_requests").content.decode()
    assert number not in text
    assert number.replace("-", "") not in text


def test_nothing_of_a_person_is_in_a_list(anybody, city) -> None:
    report(words="My name is Pat Doe.")
    text = anybody.get("/service_requests").content.decode()
    assert "Pat" not in text


@pytest.mark.parametrize("sort", ["-requested", "requested", "-updated", "updated"])
def test_pages_follow_each_other_without_gap_or_repetition(anybody, three, sort) -> None:
    seen: list[int] = []
    path = f"/service_requests?limit=1&sort={sort}"
    while path:
        answer = anybody.get(path)
        seen += ids(answer)
        following = urlsplit(answer.json()["next"] or "")
        path = (
            f"{following.path.removeprefix('/api/v1')}?{following.query}" if following.path else ""
        )
    assert seen == (three[::-1] if sort.startswith("-") else three)


@pytest.mark.parametrize("cursor", ["nonsense", "WyIyMDI2LTAxLTAxIiwgMV0", "e30"])
def test_a_cursor_that_was_not_given_is_refused(anybody, city, cursor) -> None:
    answer = anybody.get(f"/service_requests?after={cursor}")
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor")


@pytest.mark.parametrize(
    ("query", "which"),
    [
        ("service=water-leak", [1]),
        ("service=water-leak,pothole", [2, 1, 0]),
        ("agency=streets", [2, 0]),
        ("status=assigned", [0]),
        ("status=new,assigned", [2, 1, 0]),
        ("open=true", [2, 1, 0]),
        ("open=false", []),
        ("since=2026-03-02T15:01:00Z", [2, 1]),
        ("until=2026-03-02T15:01:00Z", [1, 0]),
        ("until=2026-03-02T15:01:00%2B00:00", [1, 0]),
        ("until=2026-03-02T15:01:00+00:00", [1, 0]),
        ("since=2026-03-02T10:02:00", [2]),
        ("updated_since=2026-03-02T16:00:00Z", [0]),
        ("bbox=-76.7,39.2,-76.5,39.3", [2, 1, 0]),
        ("bbox=-76.5,39.2,-76.4,39.3", []),
        ("near=-76.6,39.29&radius=10", [2, 1, 0]),
        ("near=-76.6,39.30&radius=100", []),
        ("q=monument", [2, 1, 0]),
        ("q=elsewhere", []),
    ],
)
def test_lists_are_narrowed(anybody, three, city, query, which) -> None:
    work.assign(three[0], assignee_id=None, by=city.dispatcher, at=NOW + timedelta(hours=1))
    assert ids(anybody.get(f"/service_requests?{query}")) == [three[each] for each in which]


@pytest.mark.parametrize(
    "query",
    [
        "service=dragons",
        "agency=dragons",
        "status=lost",
        "open=maybe",
        "since=yesterday",
        "bbox=1,2,3",
        "bbox=3,2,1,4",
        "near=500,500",
        "near=-76.6,39.29&bbox=-76.7,39.2,-76.5,39.3",
        "area=wards/9",
        "limit=0",
        "limit=201",
        "limit=1.5",
        "sort=random",
        "fields=number",
    ],
)
def test_what_cannot_be_asked_is_refused(anybody, city, query) -> None:
    assert anybody.get(f"/service_requests?{query}").status_code == 422


def test_one_is_told_by_its_id(anybody, three) -> None:
    told = anybody.get(f"/service_requests/{three[0]}").json()
    assert told["id"] == str(three[0])
    assert told["service"] == {"code": "pothole", "name": "Pothole"}
    assert told["agency"] == {"code": "streets", "name": "Streets"}
    assert (told["status"], told["open"], told["report_count"]) == ("new", True, 1)
    assert told["place"] == "1200 E Monument St"
    assert told["requested_at"] == "2026-03-02T15:00:00Z"
    assert told["photo"] is None


def test_fields_of_a_list_are_chosen(anybody, three) -> None:
    items = anybody.get("/service_requests?fields=id,service.code&limit=1").json()["items"]
    assert items == [{"id": str(three[2]), "service": {"code": "pothole"}}]


@pytest.mark.parametrize("name", ["0", "-1", "99999999", "x", "9" * 40, "%00", "1e3", "١"])
def test_what_is_no_id_leads_nowhere(anybody, city, name) -> None:
    assert anybody.get(f"/service_requests/{name}").status_code == 404


def test_a_number_leads_to_its_problem_with_what_happened(anybody, city) -> None:
    receipt = report()
    work.assign(receipt.request_id, assignee_id=None, by=city.dispatcher, at=NOW)
    told = anybody.get(f"/service_requests/{numbers.show(receipt.number)}").json()
    assert told["number"] == numbers.show(receipt.number)
    assert told["id"] == str(receipt.request_id)
    assert [each["kind"] for each in told["history"]] == ["submitted", "assigned"]
    assert told["agency_phone"] == "410-555-0100"


def test_a_number_of_a_private_problem_tells_the_state_only(anybody, city) -> None:
    receipt = report("graffiti")
    told = anybody.get(f"/service_requests/{receipt.number}").json()
    assert (told["status"], told["id"], told["service"]) == ("new", None, None)
    assert (told["agency"], told["place"], told["longitude"]) == ("", "", None)


def test_a_merged_number_leads_to_the_one_problem(anybody, city) -> None:
    child, parent = report(), report(after_minutes=1)
    merge.merge(child.request_id, parent_id=parent.request_id, by=city.dispatcher, at=NOW)
    told = anybody.get(f"/service_requests/{child.number}").json()
    assert (told["id"], told["report_count"]) == (str(parent.request_id), 2)
    listed = anybody.get(f"/service_requests/{child.request_id}").json()
    assert (listed["status"], listed["merged_into"]) == ("merged", str(parent.request_id))


def test_a_number_with_a_wrong_digit_is_said_to_be_one(anybody, city) -> None:
    number = report().number
    wrong = f"{number // 10}{(number + 1) % 10}"
    answer = anybody.get(f"/service_requests/{wrong}")
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_number")


def test_numbers_that_lead_nowhere_are_counted(anybody, city) -> None:
    paths = [f"/service_requests/{UNKNOWN}", f"/service_requests/{UNKNOWN}/history"] * 10
    assert {anybody.get(path).status_code for path in paths} == {404}
    answer = anybody.get(paths[0])
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_misses")
    assert int(answer.headers["Retry-After"]) > 0


def test_ids_that_lead_nowhere_are_not(anybody, city) -> None:
    answers = {anybody.get("/service_requests/777/history").status_code for _each in range(25)}
    assert answers == {404}


def test_history_tells_everyone_what_is_public(anybody, city) -> None:
    receipt = report()
    for words, public in (("Seen.", True), ("Owner is difficult.", False)):
        add_note(receipt.request_id, words=words, public=public, by=city.crew, at=NOW)
    items = anybody.get(f"/service_requests/{receipt.request_id}/history").json()["items"]
    assert [(each["kind"], each["words"]) for each in items] == [
        ("submitted", ""),
        ("note_added", "Seen."),
    ]


def test_a_place_that_is_hidden_is_hidden(anybody, city) -> None:
    spec = {**small_city.SERVICES[0], "privacy": "hidden_location"}
    save_service(spec=ServiceSpec.model_validate(spec), by=SYSTEM, at=NOW)
    here = Location(kind=LocationKind.POINT, longitude=-76.6, latitude=39.29, place="My house")
    receipt = report(location=here)
    told = anybody.get(f"/service_requests/{receipt.request_id}").json()
    assert (told["place"], told["longitude"], told["areas"]) == ("", None, [])
    assert ids(anybody.get("/service_requests?bbox=-76.7,39.2,-76.5,39.3")) == []


def test_an_unchanged_list_is_not_read_again(
    anybody, three, django_assert_num_queries, monkeypatch
) -> None:
    monkeypatch.setattr(conditions, "LOOK_EVERY_SECONDS", 3600.0)
    tag = anybody.get("/service_requests").headers["ETag"]
    with django_assert_num_queries(0):
        assert anybody.get("/service_requests", If_None_Match=tag).status_code == 304


def test_a_change_is_seen(anybody, three, city, monkeypatch) -> None:
    monkeypatch.setattr(conditions, "LOOK_EVERY_SECONDS", 0.0)
    for path in ("/service_requests", f"/service_requests/{three[0]}"):
        tag = anybody.get(path).headers["ETag"]
        assert anybody.get(path, If_None_Match=tag).status_code == 304
    work.assign(three[0], assignee_id=None, by=city.dispatcher, at=NOW)
    answer = anybody.get(path, If_None_Match=tag)
    assert (answer.status_code, answer.json()["status"]) == (200, "assigned")


def test_an_event_of_this_moment_is_not_trusted_to_be_the_last(anybody, city, monkeypatch) -> None:
    monkeypatch.setattr(conditions, "LOOK_EVERY_SECONDS", 0.0)
    submit(draft(), by=resident(), at=clock.now())
    assert conditions.last_change() is None


def test_a_list_costs_the_same_however_long(anybody, city, django_assert_max_num_queries) -> None:
    for minute in range(12):
        report(after_minutes=minute)
    with django_assert_max_num_queries(8):
        assert len(ids(anybody.get("/service_requests"))) == 12
