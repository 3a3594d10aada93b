"""Messages on this device, asked for on the page of a report."""

import pytest
from django.test import Client
from pytest_django import Settings

from citycall.contacts.models import PushSubscription
from citycall.core import numbers
from citycall.notifications import web_push
from tests.city import City
from tests.notifications.browsers import Subscriber
from tests.web.telling import report

BROWSER = Subscriber()
TOLD = {
    "endpoint": "http://127.0.0.1:9/push/1",
    "public_key": BROWSER.public_key,
    "secret": BROWSER.secret,
}


@pytest.fixture(autouse=True)
def _here(settings: Settings) -> None:
    settings.CITYCALL_ALLOWED_NETWORKS = ["127.0.0.0/8"]


@pytest.fixture
def address(client: Client, city: City) -> str:
    return f"/r/{numbers.show(report(client))}"


def test_a_device_begins_and_ends_to_take_messages(client: Client, address: str) -> None:
    began = client.post(f"{address}/messages", {"go": "on", **TOLD}).json()
    assert began == {
        "on": True,
        "said": "This device now gets the messages about your report.",
    }
    assert client.post(f"{address}/messages", TOLD).json() == {"on": True, "said": ""}
    ended = client.post(f"{address}/messages", {"go": "off", **TOLD}).json()
    assert ended["on"] is False
    assert not PushSubscription.objects.exists()


def test_the_button_is_on_the_page_of_ones_own_report_only(client: Client, address: str) -> None:
    own = client.get(address).content.decode()
    assert f'data-push-key="{web_push.public_key()}"' in own
    assert "data-push" not in Client().get(address).content.decode()


def test_a_stranger_cannot_have_the_messages(address: str) -> None:
    answer = Client().post(f"{address}/messages", {"go": "on", **TOLD})
    assert answer.status_code == 403
    assert not PushSubscription.objects.exists()


def test_what_cannot_be_used_is_said(client: Client, address: str) -> None:
    answer = client.post(f"{address}/messages", {"go": "on", **TOLD, "secret": ""})
    assert answer.status_code == 422
    assert "cannot be used" in answer.json()["said"]


def test_it_needs_the_pages_token(client: Client, address: str) -> None:
    careful = Client(enforce_csrf_checks=True)
    assert careful.post(f"{address}/messages", {"go": "on", **TOLD}).status_code == 403
