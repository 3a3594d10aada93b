"""Webhooks are made, changed and ended here; what they were told can be seen and sent again."""

import html
import re
from collections.abc import Callable, Iterator

import pytest
import shapely
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from citycall.core.actors import SYSTEM
from citycall.core.models import Event
from citycall.exchange.models import Webhook, WebhookDelivery
from citycall.exchange.webhooks import actions, delivery, orders, payload, signing
from citycall.manage import webhook_forms as pages
from citycall.manage import webhooks as _registered  # noqa: F401  (registered by its import)
from citycall.places.models import Area, AreaLayer
from citycall.places.queries import AREAS
from citycall.service_requests.actions.submit import submit
from tests.city import NOW, City, draft
from tests.exchange.receiver import Receiver, receiving

LIST = "admin:exchange_webhook_changelist"
DELIVERIES = "admin:exchange_webhookdelivery_changelist"


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    settings.CITYCALL_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    with receiving() as made:
        yield made


@pytest.fixture
def webhook(city: City, receiver: Receiver) -> Webhook:
    return actions.save_webhook(name="Map", url=receiver.url, by=SYSTEM, at=NOW)[0]


@pytest.fixture
def told(webhook: Webhook, city: City) -> WebhookDelivery:
    """A report was told to it."""
    submit(draft(), by=city.resident, at=NOW)
    actions.owe(Event.objects.latest("id"))
    owed = WebhookDelivery.objects.get()
    delivery.send(owed.pk, at=NOW)
    return owed


def text_of(answer) -> str:
    return html.unescape(answer.content.decode())


def page_of(webhook: Webhook, what: str = "change") -> str:
    return reverse(f"admin:exchange_webhook_{what}", args=[webhook.pk])


def press(admin: Client, name: str, action: str, *ids: int) -> str:
    chosen = {"action": action, "_selected_action": list(ids)}
    return text_of(admin.post(reverse(name), chosen, follow=True))


def secret_in(answer) -> str:
    found = re.search(r"whsec_[\w-]+", text_of(answer))
    assert found is not None, text_of(answer)
    assert "no-store" in answer["Cache-Control"]
    return found[0]


def test_a_webhook_is_made_and_its_secret_shown_once(
    admin: Client, city: City, receiver: Receiver
) -> None:
    form = {"name": "Map", "url": receiver.url, "kinds": ["closed"], "services": ["pothole"]}
    secret = secret_in(admin.post(reverse("admin:exchange_webhook_add"), form))
    made = Webhook.objects.get()
    assert signing.secret(made) == secret
    assert (made.kinds, made.services) == (["closed"], [city.services["pothole"].pk])
    for path in (page_of(made), reverse(LIST), "/admin/"):
        assert secret not in text_of(admin.get(path))


def test_areas_are_chosen_by_name(admin: Client, city: City, receiver: Receiver) -> None:
    layer = AreaLayer.objects.create(code="districts", name="Districts", kind="partition")
    shape = shapely.to_wkb(shapely.box(-76.7, 39.2, -76.5, 39.4))
    area = Area.objects.create(layer=layer, code="1", name="Harbor East", shape=shape)
    AREAS.bump()
    assert "Harbor East" in text_of(admin.get(reverse("admin:exchange_webhook_add")))
    form = {"name": "Map", "url": receiver.url, "areas": ["districts/1"]}
    secret_in(admin.post(reverse("admin:exchange_webhook_add"), form))
    assert Webhook.objects.get().areas == [area.pk]


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("url", "http://10.0.0.1/", "does not call"),
        ("url", "ftp://a.example", "begins with https://"),
        ("name", "", "This field is required."),
        ("services", ["graffiti"], "not one of the available choices"),
    ],
)
def test_a_fault_is_said_at_its_field(
    admin: Client, city: City, receiver: Receiver, field: str, value: object, says: str
) -> None:
    form = {"name": "Map", "url": receiver.url, field: value}
    answer = admin.post(reverse("admin:exchange_webhook_add"), form)
    assert answer.status_code == 200
    assert says in text_of(answer)
    assert not Webhook.objects.exists()


def test_a_webhook_is_changed(admin: Client, webhook: Webhook, receiver: Receiver) -> None:
    assert 'value="Map"' in text_of(admin.get(page_of(webhook)))
    form = {"name": "New", "url": receiver.url, "kinds": ["closed", "started"]}
    assert admin.post(page_of(webhook), form).status_code == 302
    webhook.refresh_from_db()
    assert (webhook.name, webhook.kinds) == ("New", ["closed", "started"])


def test_a_new_secret_is_shown_once(admin: Client, webhook: Webhook) -> None:
    secret = secret_in(admin.post(page_of(webhook, "rotate")))
    webhook.refresh_from_db()
    assert (webhook.generation, signing.secret(webhook)) == (2, secret)


def test_a_test_is_sent_and_its_end_told(
    admin: Client, webhook: Webhook, receiver: Receiver
) -> None:
    said = text_of(admin.post(page_of(webhook, "test"), follow=True))
    assert "The receiver took the test: status 200" in said
    assert receiver.came[0].headers["citycall-event"] == "ping"
    receiver.answers(404)
    said = text_of(admin.post(page_of(webhook, "test"), follow=True))
    assert "The receiver did not take the test: status 404" in said


def test_an_ended_webhook_can_only_be_looked_at(
    admin: Client, webhook: Webhook, receiver: Receiver
) -> None:
    assert "Ended: Map" in press(admin, LIST, "end", webhook.pk)
    page = text_of(admin.get(page_of(webhook)))
    assert "Send a test" not in page
    assert "the whole city" in page
    form = {"name": "New", "url": receiver.url}
    assert admin.post(page_of(webhook), form).status_code == 403
    said = text_of(admin.post(page_of(webhook, "test"), follow=True))
    assert "This webhook has ended." in said


def test_its_history_are_its_changes(admin: Client, webhook: Webhook) -> None:
    path = reverse("admin:exchange_webhook_history", args=[webhook.pk])
    answer = admin.get(path, follow=True)
    assert f"subject_code={webhook.pk}" in answer.redirect_chain[0][0]
    assert f"webhook {webhook.pk}" in text_of(answer)


def test_a_delivery_is_shown_with_its_tries(admin: Client, told: WebhookDelivery) -> None:
    listed = text_of(admin.get(reverse(DELIVERIES)))
    assert "A problem was reported" in listed
    page = text_of(admin.get(reverse("admin:exchange_webhookdelivery_change", args=[told.pk])))
    assert signing.delivery_id(told) in page
    assert "<td>200</td>" in page
    assert "thank you" in page


def test_what_a_receiver_answered_is_text_and_not_markup(
    admin: Client, told: WebhookDelivery, receiver: Receiver
) -> None:
    WebhookDelivery.objects.update(
        tries=[{"at": "-", "status": 1, "problem": "", "milliseconds": 1, "answer": "<b>x</b>"}]
    )
    path = reverse("admin:exchange_webhookdelivery_change", args=[told.pk])
    assert b"&lt;b&gt;x&lt;/b&gt;" in admin.get(path).content


def test_a_delivery_is_sent_again(admin: Client, told: WebhookDelivery, receiver: Receiver) -> None:
    assert "Is sent again: " in press(admin, DELIVERIES, "send_again", told.pk)
    delivery.send(told.pk, at=NOW)
    assert len(receiver.came) == 2


def test_nobody_else_comes_here(as_: Callable[[str], Client], told: WebhookDelivery) -> None:
    for path in (reverse(LIST), reverse(DELIVERIES), page_of(told.webhook)):
        assert as_("manager").get(path).status_code in {302, 403}
    for what in ("rotate", "test"):
        assert as_("manager").post(page_of(told.webhook, what)).status_code in {302, 403}
    told.webhook.refresh_from_db()
    assert told.webhook.generation == 1


def test_every_kind_that_is_told_has_a_name(city: City) -> None:
    assert set(pages.KINDS) == set(payload.KINDS)
    assert set(pages.ORDER_KINDS) == set(orders.KINDS)
