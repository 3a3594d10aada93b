"""Every order shows each request once, there and back."""

from datetime import timedelta

import pytest

from citycall.service_requests.models import ServiceRequest
from citycall.workbench import orders, queue
from citycall.workbench.filters import Asked
from tests.city import NOW
from tests.workbench.conftest import row

LATER = NOW + timedelta(hours=1)
DAY = timedelta(days=1)
# Due, age, priority, reports and longitude; with ties in each.
ROWS = (
    (None, 0, 3, 1, -76.600),
    (LATER, 1, 3, 2, -76.601),
    (LATER, 1, 2, 2, -76.601),
    (LATER + DAY, 2, 1, 1, -76.602),
    (None, 0, 1, 9, -76.599),
    (LATER - DAY, 5, 3, 1, -76.600),
    (LATER, 3, 3, 2, -76.600),
)
CODES = [sign + code for code in orders.ORDERS for sign in ("", "-")]


@pytest.fixture
def seven(report) -> list[ServiceRequest]:
    made = []
    for n, (due_at, days, priority, reports, longitude) in enumerate(ROWS):
        pk = row(report("pothole" if n % 2 else "graffiti")).pk
        ServiceRequest.objects.filter(pk=pk).update(
            due_at=due_at,
            requested_at=NOW - days * DAY,
            priority=priority,
            report_count=reports,
            longitude=longitude,
        )
        made.append(ServiceRequest.objects.get(pk=pk))
    return made


def key(each: ServiceRequest, code: str) -> tuple[object, ...]:
    due = (each.due_at is None, each.due_at or NOW)
    return {
        "due": (*due, each.pk),
        "age": (each.requested_at, each.pk),
        "priority": (each.priority, *due, each.pk),
        "reports": (-each.report_count, *due, each.pk),
        "distance": (round(abs((each.longitude or 0.0) + 76.6), 6), each.pk),
    }[code]


@pytest.mark.parametrize("size", [1, 2, 3, 7])
@pytest.mark.parametrize("code", CODES)
def test_paging_shows_every_request_once_there_and_back(city, seven, code: str, size: int) -> None:
    asked = Asked(sort=code, point=(-76.6, 39.29))
    ordered = sorted(seven, key=lambda each: key(each, code.lstrip("-")))
    expected = [each.pk for each in (reversed(ordered) if code.startswith("-") else ordered)]
    seen: list[int] = []
    after, page = "", None
    while page is None or after:
        page = queue.page(city.dispatcher, asked, at=LATER, after=after, size=size)
        seen += [each.pk for each in page.rows]
        after = page.older
    assert seen == expected
    back = [each.pk for each in page.rows]
    while page.newer:
        page = queue.page(city.dispatcher, asked, at=LATER, before=page.newer, size=size)
        back = [each.pk for each in page.rows] + back
    assert back == expected


def test_without_a_place_nothing_is_sorted_by_distance(city) -> None:
    assert Asked(sort="distance").order == "due"
    assert Asked(show="near", point=(-76.6, 39.29)).order == "distance"


def test_what_has_ended_comes_latest_first(city) -> None:
    assert Asked(show="closed").order == "-age"


def test_a_cursor_of_another_order_is_told(sit, report) -> None:
    report()
    page = sit("dispatcher").get("/agency", older="WyJ4Il0", sort="age")
    assert page.status_code == 400
