"""What reporters are written about their dates."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from citycall.appointments.actions import book, change, remind
from citycall.appointments.models import Appointment
from citycall.core.models import Event
from citycall.reactions import react
from citycall.service_requests.actions import close
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.drafts import Receipt
from citycall.service_requests.events import Kind
from tests.appointments import cast
from tests.appointments.cast import THURSDAY, WEDNESDAY, draft, reporter
from tests.city import NOW, City
from tests.notifications import mail_server
from tests.notifications.mail_server import MailServer
from tests.notifications.post import Post

pytestmark = pytest.mark.django_db
PAT = "pat@example.org"


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServer]:
    mail_server.use(settings)
    with mail_server.running(MailServer()) as running:
        yield running


@pytest.fixture
def post(server: MailServer) -> Post:
    return Post(server)


@pytest.fixture
def pat(city: City) -> Receipt:
    return book.submit(draft(), day=WEDNESDAY, by=city.resident, at=NOW)


def test_the_receipt_has_the_date_and_how_to_change_it(pat: Receipt, post: Post) -> None:
    letters = post()
    text = letters[PAT].part("plain")
    assert "comes on Wednesday, March 4 (6 a.m. to 6 p.m.)." in text
    assert "Until Tuesday, March 3 at noon you can move or cancel" in text
    assert "/book/" in text
    # One letter, not one for the report and one for the date.
    assert Event.objects.count() == 2


def test_a_report_without_a_date_is_asked_to_choose_one(city: City, post: Post) -> None:
    submit(draft(), by=city.resident, at=NOW)
    text = post()[PAT].part("plain")
    assert "For this service you choose a date." in text
    assert "/book/" in text


def test_a_date_booked_later_is_confirmed(city: City, post: Post) -> None:
    receipt = submit(draft(), by=city.resident, at=NOW)
    post.skip()
    book.book(receipt.request_id, day=WEDNESDAY, by=reporter(receipt), at=NOW)
    assert "Your date is booked." in post()[PAT].part("plain")


def test_a_moved_date_is_told_beside_the_old_one(pat: Receipt, post: Post) -> None:
    post.skip()
    change.move(pat.request_id, day=THURSDAY, by=reporter(pat), at=NOW)
    text = post()[PAT].part("plain")
    assert "now comes on Thursday, March 5 (6 a.m. to 6 p.m.), not on Wednesday" in text


def test_a_date_that_the_city_cancels_asks_for_another(
    city: City, pat: Receipt, post: Post
) -> None:
    post.skip()
    change.cancel(pat.request_id, by=city.dispatcher, at=NOW, words="The truck is broken.")
    text = post()[PAT].part("plain")
    assert "does not come on Wednesday, March 4" in text
    assert "The truck is broken." in text
    assert "Please choose another date" in text


def test_who_cancels_gets_one_letter(pat: Receipt, post: Post) -> None:
    post.skip()
    change.cancel(pat.request_id, by=reporter(pat), at=NOW)
    letters = post()
    assert "withdrawn with it" in letters[PAT].part("plain")


def test_the_day_before_is_told(pat: Receipt, post: Post) -> None:
    post.skip()
    remind.remind_due(at=cast.at("2026-03-03 09:00"))
    text = post()[PAT].part("plain")
    assert "Tomorrow Streets comes to you: Wednesday, March 4 (6 a.m. to 6 p.m.)." in text


@pytest.mark.parametrize("way", ["cancel", "refer"])
def test_an_end_gives_the_date_back(city: City, pat: Receipt, way: str) -> None:
    if way == "cancel":
        close.cancel(pat.request_id, reason="Gone.", by=city.dispatcher, at=NOW)
    else:
        close.refer(pat.request_id, referred_to="The county", by=city.dispatcher, at=NOW)
    for _time in range(2):
        react(Event.objects.filter(kind__in=[Kind.CANCELLED, Kind.REFERRED]).get())
    assert Appointment.objects.get().state == "cancelled"
