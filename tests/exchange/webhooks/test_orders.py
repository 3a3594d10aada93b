"""Work orders: told to who asked for them by name and may read them, without anybody's words."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from citycall.accounts.actions import issue_key
from citycall.accounts.queries import actor_of_key
from citycall.core.actors import SYSTEM, Actor
from citycall.core.errors import Faults
from citycall.core.models import Event
from citycall.exchange.models import WebhookDelivery
from citycall.exchange.policies import WEBHOOKS_SCOPE
from citycall.exchange.webhooks import actions, delivery, orders
from citycall.places.locations import Location
from citycall.places.models import LocationKind
from citycall.reactions import react
from citycall.service_requests.policies import WORK_SCOPE
from citycall.work_orders.actions import crews, fieldwork, plan
from citycall.work_orders.actions import orders as work
from citycall.work_orders.actions.crews import CrewDraft
from citycall.work_orders.actions.orders import Draft
from citycall.work_orders.events import SUBJECT, Kind
from citycall.work_orders.models import Step, WorkOrder
from citycall.work_orders.rules import Finished
from tests.city import NOW, City
from tests.exchange.receiver import Receiver
from tests.exchange.webhooks.conftest import reported

PUBLIC = "https://93.184.215.14/hook"
LATER = NOW + timedelta(hours=1)
TODAY = date(2026, 3, 2)


def make(city: City, *request_ids: int, **changes: Any) -> WorkOrder:
    draft = Draft(**{"title": "Fill the hole", **changes})
    ids, by = request_ids, city.dispatcher
    return work.make(draft, agency_id=city.streets.pk, request_ids=ids, by=by, at=NOW)


def webhook(*kinds: str, by: Actor = SYSTEM, url: str = PUBLIC, **wishes: Any) -> int:
    made, _secret = actions.save_webhook(name="Work", url=url, kinds=kinds, by=by, at=NOW, **wishes)
    return made.pk


def program(agency_id: int | None, *scopes: str) -> Actor:
    given = (WEBHOOKS_SCOPE, *scopes)
    _key, secret = issue_key(name="Work", scopes=given, agency_id=agency_id, by=SYSTEM, at=NOW)
    return actor_of_key(secret)


def latest() -> Event:
    return Event.objects.filter(subject_kind=SUBJECT).latest("id")


def told() -> set[int]:
    return set(WebhookDelivery.objects.values_list("webhook_id", flat=True))


def facts(order: WorkOrder) -> dict[str, Any]:
    known = orders.facts_of(order.pk)
    assert known is not None
    found: dict[str, Any] = json.loads(orders.body(latest(), known))
    return found


def test_an_order_s_life_is_told_in_its_order(city: City) -> None:
    order = make(city, reported().subject_id)
    crew = crews.save(
        CrewDraft(name="North", member_ids=[city.crew.id or 0]),
        agency_id=city.streets.pk, by=city.dispatcher, at=NOW,
    )  # fmt: skip
    plan.plan(order.pk, crew_id=crew.pk, day=TODAY, by=city.dispatcher, at=NOW)
    done = Finished(outcome="fixed", explanation="Filled.")
    for kind, key, finished in ((Step.Kind.START, "a", Finished()), (Step.Kind.FINISH, "b", done)):
        step = fieldwork.Told(key=key, order_id=order.pk, kind=kind, at=LATER, finished=finished)
        fieldwork.take(step, by=city.crew, at=LATER)
    rows = Event.objects.filter(subject_kind=SUBJECT, subject_id=order.pk).order_by("id")
    assert [row.kind for row in rows] == [Kind.MADE, Kind.PLANNED, Kind.STARTED, Kind.DONE]
    body = facts(order)
    assert (body["kind"], body["facts"]) == ("order_done", {"done_at": LATER.isoformat()})
    assert body["work_order"]["state"] == "done"
    assert body["work_order"]["explanation"] == "Filled."


def test_what_is_planned_is_told_with_crew_place_and_requests(city: City) -> None:
    request_id = reported().subject_id
    order = make(city, request_id, materials=[{"name": "Asphalt", "amount": 1, "unit": "t"}])
    body = facts(order)["work_order"]
    assert body["service_requests"] == [str(request_id)]
    assert (body["place"], body["longitude"]) == ("1200 E Monument St", -76.6)
    assert (body["agency"], body["state"], body["crew"]) == ("streets", "open", None)
    assert body["materials"][0]["name"] == "Asphalt"


@pytest.mark.parametrize(
    ("change", "kind"),
    [("cancel", "order_called_off"), ("again", "order_taken_up"), ("off", "order_taken_off")],
)
def test_what_is_called_off_is_told(city: City, change: str, kind: str) -> None:
    order, at = make(city), {"by": city.dispatcher, "at": LATER}
    if change == "off":
        crew = crews.save(CrewDraft(name="N"), agency_id=city.streets.pk, **at)  # type: ignore[arg-type]
        plan.plan(order.pk, crew_id=crew.pk, day=TODAY, **at)  # type: ignore[arg-type]
        plan.take_off(order.pk, **at)  # type: ignore[arg-type]
    else:
        work.cancel(order.pk, **at)  # type: ignore[arg-type]
    if change == "again":
        work.take_up_again(order.pk, **at)  # type: ignore[arg-type]
    assert latest().kind == kind


def test_only_who_names_the_kind_is_told_and_each_once(city: City) -> None:
    everything, asked = webhook(), webhook("order_made")
    webhook("order_done")
    make(city)
    for _twice in range(2):
        react(latest())
    assert told() == {asked}
    assert everything not in told()
    assert WebhookDelivery.objects.count() == 1


def test_a_key_hears_of_its_own_agency_s_orders_only(city: City) -> None:
    theirs = webhook("order_made", by=program(city.streets.pk, WORK_SCOPE))
    webhook("order_made", by=program(city.water.pk, WORK_SCOPE))
    make(city)
    react(latest())
    assert told() == {theirs}


def test_a_key_that_may_read_no_orders_cannot_ask_for_them(city: City) -> None:
    by = program(city.streets.pk)
    with pytest.raises(Faults, match="may work on requests"):
        webhook("order_made", by=by)
    known = webhook("started", by=by)
    with pytest.raises(Faults, match="may work on requests"):
        actions.change_webhook(known, kinds=["order_done"], by=by, at=LATER)


def test_only_the_services_that_were_asked_for(city: City) -> None:
    potholes = webhook("order_made", services=["pothole"])
    webhook("order_made", services=["water-leak"])
    make(city, reported().subject_id)
    react(latest())
    assert told() == {potholes}


def test_an_order_about_a_private_request_is_not_told(city: City) -> None:
    webhook("order_made")
    make(city, reported().subject_id, reported("graffiti").subject_id)
    react(latest())
    assert told() == set()


def test_neither_directions_nor_contacts_leave(city: City) -> None:
    where = Location(
        kind=LocationKind.ADDRESS, longitude=-76.6, latitude=39.29, place="1200 E Monument St",
        directions="Behind Pat Doe's garage",
    )  # fmt: skip
    request_id = reported(location=where).subject_id
    order = make(city, request_id, instructions="Call 410-555-0123 first.")
    written = json.dumps(facts(order))
    assert "garage" not in written
    assert "0123" not in written


def test_a_place_in_a_resident_s_words_stays_however_it_was_changed(city: City) -> None:
    where = Location(kind=LocationKind.WORDS, place="Pat Doe's garage")
    order = make(city, reported(location=where).subject_id, reported().subject_id)
    WorkOrder.objects.filter(pk=order.pk).update(place="At Pat Doe's garage, behind it")
    assert facts(order)["work_order"]["place"] == ""


def test_it_is_delivered_signed_as_others_are(city: City, receiver: Receiver) -> None:
    webhook("order_made", url=receiver.url)
    order = make(city)
    react(latest())
    owed = WebhookDelivery.objects.get()
    assert delivery.send(owed.pk, at=LATER) == WebhookDelivery.State.SENT
    (came,) = receiver.came
    assert came.headers["citycall-event"] == "order_made"
    assert json.loads(came.body)["work_order"]["id"] == str(order.pk)
