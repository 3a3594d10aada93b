"""Tell me about new requests: from map or service, by confirmed mail, ended in one tap."""

import pytest
from django.core import mail
from django.test import Client

from citycall.core import clock
from citycall.follows import jobs, links
from citycall.follows.models import Follow
from citycall.privacy.persons import Person
from citycall.web import visits
from tests.city import City

SAM = "sam@example.org"
HERE = {"lon": "-76.600000", "lat": "39.290000", "within": "500"}


@pytest.fixture(autouse=True)
def _city(city: City) -> None: ...


def asked(client: Client, **changes: str) -> str:
    form = {**HERE, "email": SAM, "often": "daily", **changes}
    return client.post("/follow", form, follow=True).content.decode()


def prove(client: Client, email: str = SAM) -> None:
    request = client.get("/me").wsgi_request
    visits.prove_person(request, Person(email=email), at=clock.now())
    request.session.save()
    client.cookies["sessionid"] = str(request.session.session_key)


def test_the_map_and_the_service_lead_there(client: Client) -> None:
    page = client.get("/nearby", {**HERE, "group": "Streets"}).content.decode()
    assert "/follow?lon=-76.600000&amp;lat=39.290000&amp;within=500&amp;group=Streets" in page
    assert "/follow?service=pothole" in client.get("/services/pothole").content.decode()
    assert "/follow?service" not in client.get("/services/graffiti").content.decode()


def test_it_says_what_will_be_followed(client: Client) -> None:
    page = client.get("/follow", {"service": "pothole"}).content.decode()
    assert "New requests about Pothole, anywhere in the city" in page


def test_asking_sends_a_question_and_begins_nothing(client: Client) -> None:
    page = asked(client)
    assert "A message is on its way to sam@example.org" in page
    assert "What is known around here?" in page
    assert Follow.objects.get().confirmed_at is None


def test_who_follows_already_is_answered_the_same(client: Client) -> None:
    asked(client)
    Follow.objects.update(confirmed_at=clock.now())
    assert "A message is on its way to sam@example.org" in asked(client)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"email": "sam at example"}, "Please check this e-mail address"),
        ({"email": ""}, "Please enter your e-mail address"),
        ({"often": "hourly"}, "Please choose how often"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    client: Client, changes: dict[str, str], sentence: str
) -> None:
    page = asked(client, **changes)
    assert sentence in page
    assert f'value="{changes.get("email", SAM)}"' in page or not changes.get("email", SAM)
    assert not Follow.objects.exists()


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"service": "graffiti"}, 422),
        ({"service": "no-such"}, 404),
        ({}, 422),
        ({**HERE, "within": "9"}, 422),
        ({**HERE, "within": "²"}, 422),
        ({**HERE, "group": "x\x00"}, 422),
        ({"lon": "x", "lat": "y"}, 400),
    ],
)
def test_what_cannot_be_followed_is_said(
    client: Client, query: dict[str, str], status: int
) -> None:
    assert client.get("/follow", query).status_code == status


def test_the_link_in_the_question_begins_it_with_one_button(client: Client) -> None:
    asked(client)
    follow = Follow.objects.get()
    jobs.ask_to_confirm_follow(follow.pk)
    body = str(mail.outbox[-1].body)
    link = next(line for line in body.splitlines() if "/follow/confirm" in line)
    assert "Yes, tell me" in client.get(link).content.decode()
    follow.refresh_from_db()
    assert follow.confirmed_at is None
    page = client.post("/follow/confirm", {"key": link.partition("key=")[2]}).content.decode()
    assert "You will be told" in page
    follow.refresh_from_db()
    assert follow.confirmed_at


def test_a_mail_program_ends_it_by_itself() -> None:
    asked(Client())
    address = links.end_address(Follow.objects.get().pk)
    path = address[address.index("/follow") :]
    robot = Client(enforce_csrf_checks=True)
    assert "End them" in robot.get(path).content.decode()
    assert Follow.objects.exists()
    answer = robot.post(path, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert not Follow.objects.exists()
    assert "have ended" in robot.get(path).content.decode()


@pytest.mark.parametrize("path", ["/follow/confirm", "/follow/end"])
def test_a_link_that_leads_nowhere_says_so(client: Client, path: str) -> None:
    for answer in (client.get(path), client.post(path, {"key": "1.abc"})):
        assert answer.status_code == 404
        assert "This link leads nowhere" in answer.content.decode()


def test_who_proved_their_address_follows_at_once_and_ends_it_in_their_list(
    client: Client,
) -> None:
    prove(client)
    page = asked(client, email="somebody-else@example.org")
    assert "You will be told" in page
    assert "New requests within 500 meters of" in page
    follow = Follow.objects.select_related("contact").get()
    assert follow.contact.email == SAM
    page = client.post(f"/me/follows/{follow.pk}/end", follow=True).content.decode()
    assert "You will not be told of it any more" in page
    assert not Follow.objects.exists()


def test_nobody_ends_what_another_follows(client: Client) -> None:
    asked(client)
    prove(client, "kim@example.org")
    client.post(f"/me/follows/{Follow.objects.get().pk}/end")
    assert Follow.objects.exists()


def test_erasing_ends_what_is_followed(client: Client) -> None:
    asked(client)
    prove(client)
    client.post("/me/erase")
    assert not Follow.objects.exists()
