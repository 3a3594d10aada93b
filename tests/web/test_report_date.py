"""The step that offers dates: first free ones first, held, gone, and nothing typed is lost."""

from datetime import date, timedelta

import pytest
from django.test import Client

from citycall.appointments import queries
from citycall.appointments.actions import book, hold
from citycall.appointments.actions.seats import DateGone
from citycall.appointments.models import Appointment
from citycall.core import clock
from citycall.core.actors import resident
from citycall.service_requests.models import ServiceRequest
from citycall.web import booked_dates, pace
from tests.appointments import cast
from tests.city import City
from tests.web.telling import WHERE, choose, number_of, seen, send

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _service(city: City) -> None:
    cast.offer()
    pace.forget()


def first_free(holder: str = "") -> date:
    offer = queries.offer_at(cast.entry(), cast.draft().location, at=clock.now(), holder=holder)
    assert offer is not None
    return offer.dates[0].day


def walk(client: Client) -> None:
    choose(client, "bulk-trash")
    send(client, "where", WHERE)
    send(client, "details", {"answers.count": "2", "asked": "count", "words": "A sofa."})


def take_all(day: date) -> None:
    while True:
        try:
            book.submit(cast.draft(), day=day, by=resident(), at=clock.now())
        except DateGone:
            return


def test_the_dates_come_after_the_details(client: Client) -> None:
    walk(client)
    page = client.get("/report/date").content.decode()
    assert "When shall we come?" in page
    assert page.count('type="radio"') == booked_dates.FIRST
    assert "later date" in page
    assert client.get("/report/date?all=1").content.decode().count('type="radio"') > 6


def test_other_services_have_no_such_step(client: Client) -> None:
    choose(client, "pothole")
    assert client.get("/report/date").status_code == 302


def test_nearby_pick_ups_are_not_offered_as_the_same_problem(client: Client) -> None:
    book.submit(cast.draft(), day=first_free(), by=resident(), at=clock.now())
    walk(client)
    assert client.get("/report/known").status_code == 302
    assert client.session["telling"]["done"][-1] == "details"


def test_a_chosen_date_is_held_and_booked(client: Client) -> None:
    walk(client)
    day = first_free()
    send(client, "date", {"day": day.isoformat()})
    assert Appointment.objects.get().state == "held"
    send(client, "contact", {"email": "pat@example.org"})
    review = client.get("/report/review")
    assert "When we come" in review.content.decode()
    answer = client.post("/report/review", seen(review))
    row = Appointment.objects.get()
    assert (row.state, row.day) == ("booked", day)
    page = client.get(answer["Location"]).content.decode()
    assert "The crew comes: " in page
    assert "Move or cancel the date" in page


def test_without_a_choice_it_asks_again(client: Client) -> None:
    walk(client)
    answer = send(client, "date", {"day": ""})
    assert answer.status_code == 422
    assert "Please choose a date." in answer.content.decode()


@pytest.mark.parametrize("day", ["2020-01-01", "soon", "9999-99-99"])
def test_what_is_no_free_date_is_refused(client: Client, day: str) -> None:
    walk(client)
    assert send(client, "date", {"day": day}).status_code == 422


def test_a_date_that_went_meanwhile_says_so_and_the_others_are_offered(client: Client) -> None:
    walk(client)
    day = first_free()
    take_all(day)
    answer = send(client, "date", {"day": day.isoformat()})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "has been taken in the meantime" in page
    assert f'value="{day.isoformat()}"' not in page
    assert client.session["telling"]["words"] == "A sofa."


def test_a_date_lost_before_sending_keeps_everything(client: Client) -> None:
    walk(client)
    day = first_free()
    send(client, "date", {"day": day.isoformat()})
    send(client, "contact", {"email": "pat@example.org"})
    review = client.get("/report/review")
    Appointment.objects.update(held_until=clock.now() - timedelta(minutes=1))
    take_all(day)
    answer = client.post("/report/review", seen(review))
    assert answer["Location"] == "/report/date"
    assert "has been taken in the meantime" in client.get("/report/date").content.decode()
    told = client.session["telling"]
    assert (told["words"], told["email"]) == ("A sofa.", "pat@example.org")
    send(client, "date", {"day": first_free().isoformat()})
    answer = client.post("/report/review", seen(client.get("/report/review")))
    assert number_of(answer)


def test_where_no_date_is_free_the_report_is_taken_all_the_same(client: Client) -> None:
    cast.offer(capacity=1, days_ahead=1, weekdays=["sunday"])
    walk(client)
    page = client.get("/report/date").content.decode()
    assert "No date is free at present." in page
    send(client, "date", {})
    send(client, "contact", {"email": "pat@example.org"})
    answer = client.post("/report/review", seen(client.get("/report/review")))
    assert "Choose a date" in client.get(answer["Location"]).content.decode()
    assert ServiceRequest.objects.count() == 1


def test_discarding_the_report_frees_the_date(client: Client) -> None:
    walk(client)
    send(client, "date", {"day": first_free().isoformat()})
    client.post("/report/discard")
    assert not Appointment.objects.exists()


def test_dates_cannot_be_held_without_end(client: Client) -> None:
    walk(client)
    days = [first_free().isoformat()]
    for _time in range(60):
        send(client, "date", {"day": days[0]})
    assert send(client, "date", {"day": days[0]}).status_code == 429


def test_holding_is_not_booking(client: Client) -> None:
    hold.hold(cast.entry(), cast.draft().location, day=first_free(), holder="ann", at=clock.now())
    assert not ServiceRequest.objects.exists()
