"""Which events are owed to whom: once, public ones only, and what was asked for only."""

import pytest
import shapely
from django.db import connection
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from citycall.core.actors import SYSTEM
from citycall.core.models import Event
from citycall.exchange.models import WebhookDelivery
from citycall.exchange.webhooks import actions, queries
from citycall.places.models import Area, AreaLayer
from citycall.places.queries import AREAS
from citycall.service_requests.actions.change_service import change_service
from citycall.service_requests.actions.tell_more import add_note
from citycall.service_requests.actions.work import start
from citycall.service_requests.events import Kind
from citycall.service_requests.models import ServiceRequest
from tests.city import NOW, City
from tests.exchange.webhooks.conftest import Hook, reported

PUBLIC = "https://93.184.215.14/hook"


def jobs() -> list[int]:
    found = ProcrastinateJob.objects.filter(task_name=actions.TELL_TASK).order_by("id")
    return [each.args["delivery_id"] for each in found]


def webhook(**wishes: object) -> int:
    made, _secret = actions.save_webhook(name="Map", url=PUBLIC, by=SYSTEM, at=NOW, **wishes)  # type: ignore[arg-type]
    return made.pk


def told() -> set[int]:
    return set(WebhookDelivery.objects.values_list("webhook_id", flat=True))


def latest() -> Event:
    return Event.objects.latest("id")


def test_row_and_job_are_made_together_and_once(hook: Hook, event: Event) -> None:
    actions.owe(event)
    actions.owe(event)
    assert jobs() == [WebhookDelivery.objects.get().pk]


def test_without_webhooks_an_event_costs_nothing(city: City, event: Event) -> None:
    queries.WANTED.get()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        actions.owe(event)
    assert len(asked) == 0


def test_events_for_reporters_and_staff_are_owed_to_nobody(city: City, hook: Hook) -> None:
    request = ServiceRequest.objects.get(pk=reported().subject_id)
    add_note(request.pk, words="She is deaf.", public=False, by=city.crew, at=NOW)
    assert latest().visibility == "internal"
    actions.owe(latest())
    assert told() == set()


def test_nothing_of_a_private_service_is_owed(hook: Hook) -> None:
    actions.owe(reported("graffiti"))
    assert told() == set()


def test_only_the_kinds_that_were_asked_for(city: City, event: Event) -> None:
    started, every = webhook(kinds=["started"]), webhook()
    actions.owe(event)
    assert told() == {every}
    start(event.subject_id, by=city.crew, at=NOW)
    actions.owe(latest())
    assert told() == {started, every}


def test_only_the_services_that_were_asked_for(city: City, event: Event) -> None:
    potholes, _leaks = webhook(services=["pothole"]), webhook(services=["water-leak"])
    actions.owe(event)
    assert told() == {potholes}


@pytest.mark.usefixtures("city")
def test_only_the_areas_that_were_asked_for() -> None:
    layer = AreaLayer.objects.create(code="districts", name="Districts", kind="partition")
    for code, west in (("1", -76.7), ("2", -76.5)):
        shape = shapely.to_wkb(shapely.box(west, 39.2, west + 0.2, 39.4))
        Area.objects.create(layer=layer, code=code, name=code, shape=shape)
    AREAS.bump()
    first, _second = webhook(areas=[("districts", "1")]), webhook(areas=[("districts", "2")])
    actions.owe(reported())
    assert told() == {first}


def test_an_ended_webhook_is_owed_nothing(hook: Hook, event: Event) -> None:
    actions.end_webhook(hook.id, by=SYSTEM, at=NOW)
    actions.owe(event)
    assert told() == set()


def test_a_new_webhook_is_known_at_once(city: City, event: Event) -> None:
    assert queries.wanting("submitted") == []
    made = webhook()
    actions.owe(event)
    assert told() == {made}


def test_who_is_told_of_the_former_service_hears_that_it_moved(city: City, event: Event) -> None:
    hooks = [webhook(services=[code]) for code in ("pothole", "something-else", "water-leak")]
    change_service(
        event.subject_id, service_code="something-else", reason="Unclear.", by=SYSTEM, at=NOW
    )
    moved = Event.objects.get(kind=Kind.SERVICE_CHANGED)
    actions.owe(moved)
    assert told() == set(hooks[:2])
