"""Who is visited on a day, how full it is, and the date on the request's page."""

import pytest

from citycall.appointments.actions import book
from citycall.core import numbers
from citycall.core.actors import resident
from citycall.feedback import ratings
from citycall.service_requests.actions import close
from citycall.service_requests.models import Report
from tests.appointments import cast
from tests.appointments.cast import WEDNESDAY
from tests.city import NOW, City

pytestmark = pytest.mark.django_db


@pytest.fixture
def number(city: City) -> str:
    cast.offer()
    receipt = book.submit(cast.draft(), day=WEDNESDAY, by=resident(), at=NOW)
    return numbers.show(receipt.number)


def test_the_day_shows_its_stops_and_its_capacity(sit, number: str) -> None:
    page = sit("dispatcher").get("/agency/appointments", day="2026-03-04").content.decode()
    assert number in page
    assert "1200 E Monument St" in page
    assert "Rest of the city" in page
    assert "1 of 3 booked" in page
    assert "2 items" in page


def test_a_day_without_appointments_says_so(sit, number: str) -> None:
    page = sit("dispatcher").get("/agency/appointments", day="2026-03-08").content.decode()
    assert "Nobody is visited on this day" in page


def test_another_agencys_stops_are_not_shown(sit, number: str) -> None:
    page = sit("outsider").get("/agency/appointments", day="2026-03-04").content.decode()
    assert number not in page
    assert "Bulk trash" not in page


@pytest.mark.parametrize("asked", [{"day": "never"}, {"route": "x:y"}, {"day": ""}])
def test_what_cannot_be_read_is_passed_over(sit, number: str, asked: dict[str, str]) -> None:
    assert sit("dispatcher").get("/agency/appointments", **asked).status_code == 200


def test_a_cursor_that_was_altered_is_told(sit, number: str) -> None:
    answer = sit("dispatcher").get("/agency/appointments", after="x")
    assert answer.status_code == 400


@pytest.mark.usefixtures("_quiet_snapshots")
def test_the_queries_do_not_grow_with_the_stops(
    sit, number: str, django_assert_max_num_queries
) -> None:
    desk = sit("dispatcher")
    cast.offer(capacity=30)
    for _stop in range(12):
        book.submit(cast.draft(), day=WEDNESDAY, by=resident(), at=NOW)
    desk.get("/agency/appointments", day="2026-03-04")
    with django_assert_max_num_queries(12):
        desk.get("/agency/appointments", day="2026-03-04")


def test_the_request_shows_its_date_and_links_to_the_day(sit, number: str) -> None:
    page = sit("crew").page(number)
    assert "Appointment" in page
    assert "/agency/appointments?day=2026-03-04" in page


def test_staff_read_how_satisfied_the_reporter_was(sit, city: City, number: str) -> None:
    report = Report.objects.get(number=numbers.read(number))
    close.complete(
        report.service_request_id,
        outcome_code="fixed",
        explanation="Taken.",
        by=city.crew,
        at=NOW,
    )
    by = resident(reports=[report.pk])
    ratings.rate(report, satisfied=2, better="You came late.", by=by, at=NOW)
    page = sit("dispatcher").page(number)
    assert "2 of 5" in page
    assert "You came late." in page
