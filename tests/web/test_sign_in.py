"""The staff's door: one sentence for every failure, slow for guessers, twelve hours long."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from citycall.accounts.models import User
from citycall.accounts.sign_in import client_address
from tests.city import City

PASSWORD = "correct horse battery"
SENTENCE = "This user name and password do not belong together."


def try_to(client: Client, name: str = "dispatcher", password: str = PASSWORD, **more: str):
    return client.post("/sign-in", {"username": name, "password": password, **more})


def test_staff_sign_in_and_go_where_they_wanted(client: Client, city: City) -> None:
    assert try_to(client, next="/agency?team=paving")["Location"] == "/agency?team=paving"


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "javascript:x"])
def test_they_are_never_sent_to_another_site(client: Client, city: City, elsewhere: str) -> None:
    assert "evil" not in try_to(client, next=elsewhere)["Location"]
    assert "javascript" not in try_to(Client(), next=elsewhere)["Location"]


@pytest.mark.parametrize("name", ["dispatcher", "nobody", "retired"])
def test_every_failure_says_the_same(client: Client, city: City, name: str) -> None:
    User.objects.create_user("retired", password=PASSWORD, is_active=False)
    wrong = PASSWORD if name == "retired" else "wrong"
    answer = try_to(client, name, wrong)
    assert answer.status_code == 422
    assert SENTENCE in answer.content.decode()


def test_the_session_gets_a_new_key_and_twelve_hours(client: Client, city: City) -> None:
    client.post("/report", {"service": "pothole"})
    before = client.session.session_key
    try_to(client)
    assert client.session.session_key != before
    left = client.session.get_expiry_date() - timezone.now()
    assert timedelta(hours=11, minutes=59) < left <= timedelta(hours=12)


def test_after_ten_failures_a_name_has_to_wait(client: Client, city: City) -> None:
    for _try in range(10):
        try_to(client, "Dispatcher", "wrong")
    answer = try_to(client)
    assert answer.status_code == 429
    assert "Please wait ten minutes" in answer.content.decode()
    assert try_to(client, "crew").status_code == 302


def test_after_thirty_failures_an_address_has_to_wait(client: Client, city: City) -> None:
    for person in range(30):
        try_to(client, f"person-{person}", "wrong")
    assert try_to(client).status_code == 429
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert try_to(elsewhere).status_code == 302


def test_signing_out_is_by_a_form_only(client: Client, city: City) -> None:
    try_to(client)
    assert client.get("/sign-out").status_code == 405
    answer = client.post("/sign-out", follow=True)
    assert answer.redirect_chain == [("/sign-in", 302)]
    assert "You are signed out." in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_who_is_signed_in_is_not_asked_again(client: Client, city: City) -> None:
    try_to(client)
    assert client.get("/sign-in").status_code == 302


@pytest.mark.parametrize(
    ("proxies", "told", "address"),
    [
        (0, "198.51.100.1", "192.0.2.7"),
        (1, "198.51.100.1, 198.51.100.2", "198.51.100.2"),
        (2, "198.51.100.1, 198.51.100.2", "198.51.100.1"),
        (2, "198.51.100.1", "192.0.2.7"),
    ],
)
def test_only_the_citys_own_proxies_are_believed(
    rf: pytest.FixtureRequest, settings: Settings, proxies: int, told: str, address: str
) -> None:
    settings.CITYCALL_PROXIES = proxies
    request = rf.get("/", REMOTE_ADDR="192.0.2.7", HTTP_X_FORWARDED_FOR=told)  # type: ignore[attr-defined]
    assert client_address(request) == address


def test_an_ipv6_network_counts_as_one(rf: pytest.FixtureRequest) -> None:
    request = rf.get("/", REMOTE_ADDR="2001:db8:1:2:aaaa::1")  # type: ignore[attr-defined]
    assert client_address(request) == "2001:db8:1:2::/64"
