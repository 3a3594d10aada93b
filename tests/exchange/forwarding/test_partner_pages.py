"""What administrators see of partners, and the buttons that they have."""

import html

import pytest
from django.test import Client
from django.urls import reverse

import citycall.manage.partners  # noqa: F401  (its pages are registered by this)
from citycall.accounts.models import User
from citycall.exchange.models import Forward

from .conftest import Exchange
from .partner_server import answers

pytestmark = pytest.mark.django_db
PARTNERS = "admin:exchange_partner_changelist"
FORWARDS = "admin:exchange_forward_changelist"


@pytest.fixture
def admin(county: Exchange) -> Client:
    client = Client()
    client.force_login(User.objects.get(username="administrator"))
    return client


def press(admin: Client, name: str, action: str, *ids: int) -> str:
    chosen = {"action": action, "_selected_action": list(ids)}
    return html.unescape(admin.post(reverse(name), chosen, follow=True).content.decode())


def refused(county: Exchange) -> Forward:
    county.server.faults = [answers(400, '[{"code": 400, "description": "Bad address"}]')]
    county.report()
    county.send()
    return county.forward()


def test_what_was_refused_is_seen_and_tried_again(admin: Client, county: Exchange) -> None:
    row = refused(county)
    assert "Bad address" in admin.get(reverse(FORWARDS)).content.decode()
    assert "Tried again: " in press(admin, FORWARDS, "try_again", row.pk)
    county.send()
    assert county.forward().state == "sent"


def test_what_was_taken_cannot_be_sent_again(admin: Client, county: Exchange) -> None:
    row = county.passed_on()
    assert "The partner has taken this" in press(admin, FORWARDS, "try_again", row.pk)


def test_a_partner_is_ended_and_its_changes_are_shown(admin: Client, county: Exchange) -> None:
    assert "Ended: The County" in press(admin, PARTNERS, "end", county.partner.pk)
    assert not county.county().active
    history = reverse("admin:exchange_partner_history", args=[county.partner.pk])
    assert admin.get(history).status_code == 302


def test_all_of_a_partner_is_tried_again(admin: Client, county: Exchange) -> None:
    refused(county)
    assert "Tried again: " in press(admin, PARTNERS, "try_again", county.partner.pk)
    assert county.forward().state == "pending"


@pytest.mark.parametrize("name", [PARTNERS, FORWARDS, "admin:exchange_forwardedevent_changelist"])
def test_only_administrators_see_them(county: Exchange, name: str) -> None:
    client = Client()
    client.force_login(User.objects.get(username="manager"))
    assert client.get(reverse(name)).status_code in {302, 403}


def test_each_page_is_shown(admin: Client, county: Exchange) -> None:
    row = county.passed_on()
    for page, key in (("partner", county.partner.pk), ("forward", row.pk)):
        answer = admin.get(reverse(f"admin:exchange_{page}_change", args=[key]))
        assert answer.status_code == 200
