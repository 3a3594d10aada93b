"""Webhooks managed by the key that made them."""

from typing import Any

import pytest

from citycall.exchange.policies import WEBHOOKS_SCOPE
from tests.api.conftest import key_of

HOOK = {
    "name": "Dashboard",
    "url": "http://127.0.0.1:9/hook",
    "kinds": ["completed"],
    "services": ["pothole"],
}


@pytest.fixture(autouse=True)
def _may_be_here(settings) -> None:
    settings.CITYCALL_ALLOWED_NETWORKS = ["127.0.0.0/8"]


def test_a_webhook_is_made_and_its_secret_is_shown_once(subscriber) -> None:
    made = subscriber.post("/webhooks", HOOK)
    assert made.status_code == 201
    told = made.json()
    assert told["secret"]
    assert made.headers["Location"] == f"/api/v1/webhooks/{told['id']}"
    seen = subscriber.get(f"/webhooks/{told['id']}").json()
    assert "secret" not in seen
    assert (seen["name"], seen["services"], seen["areas"]) == ("Dashboard", ["pothole"], [])


def test_another_key_neither_sees_nor_changes_it(subscriber, city) -> None:
    name = subscriber.post("/webhooks", HOOK).json()["id"]
    other = key_of([WEBHOOKS_SCOPE])
    assert other.get("/webhooks").json()["items"] == []
    for method, path in (
        ("GET", ""),
        ("DELETE", ""),
        ("PATCH", ""),
        ("POST", "/secret"),
        ("POST", "/test"),
        ("GET", "/deliveries"),
    ):
        body: Any = {} if method == "PATCH" else None
        assert other.send(method, f"/webhooks/{name}{path}", body).status_code == 404


def test_what_is_given_is_changed_and_the_rest_stays(subscriber) -> None:
    name = subscriber.post("/webhooks", HOOK).json()["id"]
    told = subscriber.send("PATCH", f"/webhooks/{name}", {"kinds": ["closed"]}).json()
    assert (told["kinds"], told["services"]) == (["closed"], ["pothole"])


def test_it_ends_and_can_still_be_seen(subscriber) -> None:
    name = subscriber.post("/webhooks", HOOK).json()["id"]
    assert subscriber.send("DELETE", f"/webhooks/{name}").json()["ended_at"]
    assert subscriber.get(f"/webhooks/{name}").json()["ended_at"]
    again = subscriber.send("PATCH", f"/webhooks/{name}", {"kinds": []})
    assert (again.status_code, again.json()["code"]) == (409, "webhook_ended")


def test_a_secret_is_changed(subscriber) -> None:
    made = subscriber.post("/webhooks", HOOK).json()
    new = subscriber.post(f"/webhooks/{made['id']}/secret").json()["secret"]
    assert new != made["secret"]


def test_private_networks_are_refused(subscriber, settings) -> None:
    settings.CITYCALL_ALLOWED_NETWORKS = []
    assert subscriber.post("/webhooks", HOOK).status_code == 422


@pytest.mark.parametrize(
    ("field", "value"),
    [("kinds", ["lost"]), ("services", ["dragons"]), ("areas", ["wards/9"])],
)
def test_what_there_is_not_is_refused(subscriber, field, value) -> None:
    answer = subscriber.post("/webhooks", {**HOOK, field: value})
    assert (answer.status_code, list(answer.json()["faults"])) == (422, [field])


def test_a_test_tells_what_came_of_it(subscriber) -> None:
    name = subscriber.post("/webhooks", HOOK).json()["id"]
    told = subscriber.post(f"/webhooks/{name}/test").json()
    assert told["status"] is None
    assert told["problem"]


def test_deliveries_are_seen_and_sent_again(subscriber, city) -> None:
    from citycall.core.actors import resident
    from citycall.core.models import Event
    from citycall.exchange.webhooks.actions import owe
    from citycall.service_requests.actions.submit import submit
    from tests.city import NOW, draft

    name = subscriber.post("/webhooks", {**HOOK, "kinds": []}).json()["id"]
    submit(draft(), by=resident(), at=NOW)
    owe(Event.objects.get(kind="submitted"))
    items = subscriber.get(f"/webhooks/{name}/deliveries").json()["items"]
    assert [(each["kind"], each["state"]) for each in items] == [("submitted", "pending")]
    again = f"/webhooks/{name}/deliveries/{items[0]['id']}/resend"
    assert subscriber.post(again).status_code == 202
    assert subscriber.post(again.replace(f"/{name}/", "/999/", 1)).status_code == 404
