"""From the city's requests to what a resident is told to expect."""

from datetime import datetime, timedelta

import pytest

from citycall.catalog.queries import catalog
from citycall.core.actors import SYSTEM, resident
from citycall.durations import actions, queries
from citycall.durations.models import Duration
from citycall.service_requests.actions import close
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.models import ServiceRequest
from tests import city as small_city
from tests.city import NOW, City, draft

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(db: None) -> City:
    return small_city.build()


def reported(days: float, *, done: bool = True) -> int:
    """A pothole that was filled after so many days, or has been open for so many."""
    receipt = submit(draft(), by=resident(), at=NOW - timedelta(days=days))
    if done:
        close.complete(
            receipt.request_id, outcome_code="fixed", explanation="Filled.", by=SYSTEM, at=NOW
        )
    return receipt.request_id


def expected(at: datetime = NOW, *, requested_at: datetime = NOW) -> queries.Expectation | None:
    service = catalog().service("pothole")
    return queries.expected(service_id=service.id, area_ids=(), requested_at=requested_at, at=at)


def test_half_and_eight_of_ten_are_told_with_the_number_of_examples(city: City) -> None:
    for days in range(1, 11):
        reported(days)
    actions.compute(at=NOW)
    found = expected()
    assert found is not None
    assert (found.half_at, found.most_at) == (NOW + timedelta(days=5), NOW + timedelta(days=8))
    assert (found.done, found.waiting, found.few) == (10, 0, True)


def test_hardly_any_examples_say_nothing(city: City) -> None:
    for days in range(1, 5):
        reported(days)
    actions.compute(at=NOW)
    assert expected() is None


def test_what_still_waits_makes_it_longer(city: City) -> None:
    for days in range(1, 11):
        reported(days)
        reported(days, done=False)
    actions.compute(at=NOW)
    found = expected()
    assert found is not None
    assert found.half_at is not None
    assert found.half_at > NOW + timedelta(days=5)
    assert found.most_at is None or found.most_at > NOW + timedelta(days=8)


def test_who_has_waited_long_is_told_of_those_who_did(city: City) -> None:
    for days in range(1, 21):
        reported(days)
    actions.compute(at=NOW)
    found = expected(requested_at=NOW - timedelta(days=6))
    assert found is not None
    assert found.waited_longer
    assert found.half_at == NOW + timedelta(days=7)


def test_where_hardly_any_waited_as_long_no_date_is_told(city: City) -> None:
    for days in range(1, 11):
        reported(days)
    actions.compute(at=NOW)
    found = expected(requested_at=NOW - timedelta(days=9))
    assert found is not None
    assert (found.half_at, found.most_at, found.alike, found.few) == (None, None, 1, True)


def test_cancelled_ones_are_no_quick_ends(city: City) -> None:
    for days in range(1, 11):
        reported(days)
    for _time in range(20):
        request_id = reported(3, done=False)
        close.cancel(request_id, reason="Sent as a test.", by=SYSTEM, at=NOW)
    actions.compute(at=NOW)
    row = Duration.objects.get(service_id=catalog().service("pothole").id, area_id=0)
    assert (row.done, row.waiting) == (10, 20)


def test_reopened_ones_are_open_again(city: City) -> None:
    for days in range(1, 11):
        reported(days)
    again = ServiceRequest.objects.order_by("id")[0]
    close.reopen(again.pk, reason="Back.", by=SYSTEM, at=NOW)
    actions.compute(at=NOW)
    row = Duration.objects.get(area_id=0)
    assert (row.done, row.waiting) == (9, 1)


def test_computing_anew_replaces_the_old(city: City) -> None:
    for days in range(1, 11):
        reported(days)
    assert actions.compute(at=NOW) == 1
    assert actions.compute(at=NOW) == 1
    assert actions.compute(at=NOW + timedelta(days=400)) == 0
