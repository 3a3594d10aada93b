"""What a list can be asked for, in the standard's words and in everybody's accents."""

from datetime import UTC, datetime, timedelta

import pytest

from citycall.core.actors import SYSTEM
from citycall.service_requests.actions import close
from tests.city import NOW, City
from tests.open311.cast import answer, at_point, faults, get, ids, sent

pytestmark = pytest.mark.usefixtures("noon")


def days(count: float) -> datetime:
    """So many days before now."""
    return NOW - timedelta(days=count)


@pytest.fixture
def spread(city: City) -> dict[float, int]:
    """A request from each of these many days ago."""
    return {count: sent(at=days(count)).request_id for count in (1, 2, 50, 100, 150, 200)}


def asked(spread: dict[float, int], **parameters: str) -> list[float]:
    """From how many days ago those are that a list finds, latest first."""
    by_id = {request_id: count for count, request_id in spread.items()}
    return [by_id[each] for each in ids(**parameters)]


def test_a_list_is_of_the_last_ninety_days(spread: dict[float, int]) -> None:
    assert asked(spread) == [1, 2, 50]


def test_a_beginning_alone_means_ninety_days_from_it(spread: dict[float, int]) -> None:
    assert asked(spread, start_date="2025-08-14T00:00:00Z") == [150, 200]
    assert asked(spread, start_date="2026-02-28T00:00:00Z") == [1, 2]


def test_an_end_alone_means_ninety_days_before_it(spread: dict[float, int]) -> None:
    assert asked(spread, end_date="2025-12-01T00:00:00Z") == [100, 150]


def test_both_ends_bound_the_list(spread: dict[float, int]) -> None:
    between = {"start_date": days(110).isoformat(), "end_date": days(40).isoformat()}
    assert asked(spread, **between) == [50, 100]


def test_both_ends_count_in(city: City) -> None:
    receipt = sent()
    moment = "2026-03-02T15:00:00Z"
    assert ids(start_date=moment, end_date=moment) == [receipt.request_id]


def test_more_than_ninety_days_are_refused(city: City) -> None:
    response = answer("requests.json", start_date="2025-01-01", end_date="2025-12-31")
    assert response.status_code == 400
    assert "at most 90 days" in faults(response)[400]


def test_ninety_days_are_taken(city: City) -> None:
    between = {"start_date": "2026-01-01", "end_date": "2026-03-31T23:59:59"}
    assert answer("requests.json", **between).status_code == 200


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02T14:30:00Z",
        "2026-03-02T14:30:00z",
        "2026-03-02T14:30:00+00:00",
        "2026-03-02T14:30:00 00:00",
        "2026-03-02T09:30:00-0500",
        "2026-03-02T09:30:00-05:00",
        "2026-03-02T09:30:00",
        "2026-03-02 09:30",
        "2026-03-02T09:30:00.1234567",
        "2026-03-02T14:30:00.123Z",
        "20260302T143000Z",
        "2026-03-02",
    ],
)
def test_dates_are_read_in_every_accent(city: City, text: str) -> None:
    receipt = sent(at=datetime(2026, 3, 2, 14, 45, tzinfo=UTC))
    sent(at=datetime(2026, 3, 2, 4, 59, tzinfo=UTC))
    assert ids(start_date=text) == [receipt.request_id]


def test_a_day_as_the_end_includes_it(city: City) -> None:
    first = sent(at=datetime(2026, 2, 28, 4, 59, tzinfo=UTC))
    sent(at=datetime(2026, 2, 28, 5, 0, tzinfo=UTC))
    assert ids(end_date="2026-02-27") == [first.request_id]


def test_a_whole_second_as_the_end_includes_its_fractions(city: City) -> None:
    receipt = sent(at=datetime(2026, 3, 1, 4, 59, 59, 700_000, tzinfo=UTC))
    assert ids(end_date="2026-02-28T23:59:59-05:00") == [receipt.request_id]


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-13-01", "0001-01-01T00:00:00+14:00", "1" * 500, "2026-03-02T25:00"]
)
def test_a_date_that_cannot_be_read_is_refused(city: City, text: str) -> None:
    response = answer("requests.json", start_date=text)
    assert response.status_code == 400
    assert faults(response)[400].startswith("start_date: “")


def test_all_faults_are_told_at_once(city: City) -> None:
    response = answer(
        "requests.json", start_date="x", status="fixed", bbox="1,2", page="-1", sort="up", lat="1"
    )
    told = [fault["description"].split(":")[0] for fault in response.json()]
    assert sorted(told) == ["bbox", "long", "page", "sort", "start_date", "status"]


def test_status_narrows_the_list(city: City) -> None:
    first, second = sent(), sent()
    close.cancel(second.request_id, reason="Twice.", by=SYSTEM, at=NOW)
    assert ids(status="open") == [first.request_id]
    assert ids(status="Closed") == [second.request_id]
    assert len(ids(status="open,closed")) == 2


def test_services_narrow_the_list_with_commas_and_repeated(city: City) -> None:
    hole, leak, _tree = sent(), sent("water-leak"), sent("dead-tree")
    both = {hole.request_id, leak.request_id}
    assert ids(service_code="pothole") == [hole.request_id]
    assert set(ids(service_code="pothole, water-leak")) == both
    assert set(ids(service_code=["pothole", "water-leak"])) == both


def test_an_unknown_service_has_no_requests(city: City) -> None:
    sent()
    assert ids(service_code="4fd3b656e750846c53000004") == []


def test_ids_override_everything_else(city: City) -> None:
    old, new = sent(at=days(300)), sent()
    wished = f"{old.request_id},{new.request_id},77777777,abc"
    parameters = {"status": "closed", "start_date": "nonsense", "service_code": "dead-tree"}
    assert ids(service_request_id=wished, **parameters) == [new.request_id, old.request_id]


def test_names_are_read_in_any_case_and_empty_values_are_none(city: City) -> None:
    receipt = sent()
    assert ids(STATUS="", Service_Code="pothole", start_date=" ") == [receipt.request_id]


def test_pages_follow_each_other(city: City) -> None:
    sent_ids = [sent(at=days(count)).request_id for count in (1, 2, 3)]
    first = answer("requests.json", page=0, page_size=2, api_key="")
    assert [int(row["service_request_id"]) for row in first.json()] == sent_ids[:2]
    headers = first.headers
    assert (headers["total"], headers["page"], headers["page_size"]) == ("3", "1", "2")
    assert headers["Link"].endswith('/open311/v2/requests.json?page_size=2&page=2>; rel="next"')
    last = answer("requests.json", page=2, page_size=2)
    assert [int(row["service_request_id"]) for row in last.json()] == sent_ids[2:]
    assert "Link" not in last.headers


def test_a_page_has_fifty_rows_unless_said_otherwise(city: City) -> None:
    assert answer("requests.json", page=1).headers["page_size"] == "50"
    assert answer("requests.json", page_size=9999).headers["page_size"] == "500"


def test_limit_and_offset_cut_the_list(city: City) -> None:
    sent_ids = [sent(at=days(count)).request_id for count in (1, 2, 3)]
    assert ids(limit=1, offset=1) == sent_ids[1:2]


def test_a_list_can_be_sorted(city: City) -> None:
    old, new = sent(at=days(2)), sent(at=days(1))
    close.cancel(old.request_id, reason="Twice.", by=SYSTEM, at=NOW)
    both = [old.request_id, new.request_id]
    assert ids(sort="created") == both
    assert ids(sort="-created") == both[::-1]
    assert ids(sort="updated") == both[::-1]
    assert ids(sort="-updated") == both


def test_updates_are_asked_for_however_old_the_request(city: City) -> None:
    old = sent(at=days(300))
    sent(at=days(1))
    close.cancel(old.request_id, reason="Twice.", by=SYSTEM, at=NOW)
    assert ids(updated_after="2026-03-02T15:00:00Z") == [old.request_id]
    assert old.request_id not in ids(updated_before="2026-03-02T14:00:00Z")


def test_a_box_narrows_the_list(city: City) -> None:
    inside = sent(location=at_point(-76.6, 39.3))
    sent(location=at_point(-76.52, 39.22))
    assert ids(bbox="-76.61,39.29,-76.59,39.31") == [inside.request_id]


def test_a_point_alone_means_a_square_around_it(city: City) -> None:
    # 350 m north and east of the point: in the square of 750 m, not in its inscribed circle.
    corner = sent(location=at_point(-76.6 + 350 / 86_000, 39.3 + 350 / 111_195))
    sent(location=at_point(-76.6 + 400 / 86_000, 39.3))
    assert ids(lat=39.3, long=-76.6) == [corner.request_id]


def test_a_radius_means_a_circle(city: City) -> None:
    near = sent(location=at_point(-76.6 + 300 / 86_000, 39.3))
    sent(location=at_point(-76.6 + 350 / 86_000, 39.3 + 350 / 111_195))
    assert ids(lat=39.3, long=-76.6, radius=375) == [near.request_id]


def test_pages_of_a_circle_are_full(city: City) -> None:
    for count in range(4):
        sent(location=at_point(-76.6, 39.3), at=days(count + 1))
        sent(location=at_point(-76.6 + 350 / 86_000, 39.3 + 350 / 111_195), at=days(count + 1))
    page = answer("requests.json", lat=39.3, long=-76.6, radius=375, page=2, page_size=3)
    assert (len(page.json()), page.headers["total"]) == (1, "4")


def test_words_are_searched_for(city: City) -> None:
    receipt = sent(location=at_point(-76.6, 39.3, "Herring Run Park"))
    sent()
    assert ids(q="herring park") == [receipt.request_id]
    assert ids(q="her\x00ring") == [receipt.request_id]


def test_nobody_pages_without_end(city: City) -> None:
    response = answer("requests.json", page=999_999)
    assert response.status_code == 400
    assert "narrow the list" in faults(response)[400]
    assert get("requests.json", page=200) == []
