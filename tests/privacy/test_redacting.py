"""A passage is blackened everywhere at once, and its original kept or destroyed."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from citycall.api import staff_told
from citycall.contacts import in_words
from citycall.core.actors import SYSTEM, resident
from citycall.core.errors import NotAllowed
from citycall.core.events import BLACK
from citycall.core.models import Event
from citycall.privacy import belongings, redacting
from citycall.privacy.models import Redaction
from citycall.privacy.persons import Person
from citycall.privacy.redacting import NothingToHide
from citycall.service_requests import public, published
from citycall.service_requests.actions import close, tell_more, work
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.drafts import Receipt
from citycall.service_requests.models import Channel, Report, ServiceRequest
from citycall.work_orders.actions import orders
from citycall.work_orders.models import Step, WorkOrder
from tests import city as small_city
from tests.city import NOW, City

pytestmark = pytest.mark.django_db
WORDS = "Mr Miller of number 7 dumps his trash here. His plate is 4AB 123, call 410-555-0123."


@pytest.fixture
def receipt(city: City) -> Receipt:
    told = small_city.draft("pothole", words=WORDS, channel=Channel.OPEN311)
    made = submit(told, by=resident(), at=NOW)
    work.start(made.request_id, by=SYSTEM, at=NOW)
    close.complete(
        made.request_id,
        outcome_code="fixed",
        explanation="We spoke with mr  miller about it.",
        by=SYSTEM,
        at=NOW,
    )
    return made


@pytest.fixture
def city(db: None) -> City:
    return small_city.build()


def hide(receipt: Receipt, *passages: str, keep: bool = True) -> int:
    return redacting.hide(
        receipt.request_id, passages=passages, reason="person", keep=keep, by=SYSTEM, at=NOW
    )


def test_it_is_black_wherever_it_is_read(receipt, settings) -> None:
    settings.CITYCALL_PUBLISH_DESCRIPTIONS = True
    assert hide(receipt, "Mr Miller") == 3
    told = published.one(receipt.request_id)
    assert told is not None
    assert "Miller" not in told.words
    assert "miller" not in told.explanation
    shown = public.by_number(receipt.number, by=resident(reports=[receipt.report_id]))
    assert shown.own is not None
    assert "Miller" not in shown.own.words
    assert not any("miller" in (each.words or "").lower() for each in shown.happenings)
    assert not Event.objects.filter(words__icontains="miller").exists()


def test_other_languages_do_not_say_what_is_black(receipt) -> None:
    said = {"es": "Mr Miller no estaba."}
    event = tell_more.add_note(
        receipt.request_id,
        words="Mr Miller was out.",
        public=True,
        said=said,
        by=SYSTEM,
        at=NOW,
    )
    assert public.words_of(event, "es") == said["es"]
    assert staff_told.event(event)["data"]["said"] == said
    hide(receipt, "Mr Miller")
    event.refresh_from_db()
    assert public.words_of(event, "es") == f"{BLACK * 9} was out."
    assert "said" not in staff_told.event(event)["data"]


def test_orders_and_their_crews_words_are_black_too(receipt, city) -> None:
    order = orders.make(
        orders.Draft(
            title="Clean",
            place="Behind Mr Miller's",
            directions="Ask Mr Miller.",
            instructions="Mr Miller has the key.",
        ),
        agency_id=city.streets.pk,
        request_ids=[receipt.request_id],
        by=city.dispatcher,
        at=NOW,
    )
    WorkOrder.objects.filter(pk=order.pk).update(explanation="Mr Miller helped.")
    step = Step.objects.create(
        key="k",
        order=order,
        kind=Step.Kind.FINISH,
        at=NOW,
        received_at=NOW,
        words="Mr Miller left.",
    )
    assert hide(receipt, "Mr Miller") == 8
    order.refresh_from_db()
    texts = (order.place, order.directions, order.instructions, order.explanation)
    assert not any("Miller" in text for text in texts)
    assert order.place == f"Behind {BLACK * 9}'s"
    step.refresh_from_db()
    assert step.words == f"{BLACK * 9} left."
    assert Redaction.objects.filter(kind__in=["order", "step"]).count() == 5


def test_the_rest_stays_as_it_was(receipt) -> None:
    hide(receipt, "Mr Miller")
    report = Report.objects.get(pk=receipt.report_id)
    assert report.words == WORDS.replace("Mr Miller", BLACK * 9)


def test_the_original_is_kept_for_a_year_or_not_at_all(receipt) -> None:
    hide(receipt, "Mr Miller", keep=False)
    assert not Redaction.objects.exists()
    hide(receipt, "number 7")
    request = ServiceRequest.objects.get(pk=receipt.request_id)
    kept = redacting.originals(request, by=SYSTEM)
    assert "number 7" in kept[0].original
    with pytest.raises(NotAllowed):
        redacting.originals(request, by=resident())
    assert redacting.forget(before=NOW + timedelta(days=1)) == 1


def test_it_is_destroyed_when_its_reporter_is_erased(receipt) -> None:
    hide(receipt, "Mr Miller")
    belongings.erase(Person(email="pat@example.org"), at=NOW)
    assert not Redaction.objects.exists()


def test_events_can_be_blackened_and_never_rewritten(receipt) -> None:
    event = Event.objects.filter(words__isnull=False).first()
    assert event is not None
    assert event.words is not None
    with pytest.raises(DatabaseError), transaction.atomic():
        Event.objects.filter(pk=event.pk).update(words="x" * len(event.words))
    Event.objects.filter(pk=event.pk).update(words=BLACK * len(event.words))


def test_what_stands_nowhere_is_said(receipt) -> None:
    for nothing in ("", "x", "Somebody else"):
        with pytest.raises(NothingToHide):
            hide(receipt, nothing)


def test_only_those_who_may(receipt, city) -> None:
    with pytest.raises(NotAllowed):
        redacting.hide(
            receipt.request_id,
            passages=["Mr Miller"],
            reason="person",
            keep=True,
            by=resident(reports=[receipt.report_id]),
            at=NOW,
        )


def test_numbers_addresses_and_plates_are_found() -> None:
    assert in_words.found(WORDS) == ["4AB 123", "410-555-0123"]
    assert in_words.found("The plate broke, and the tag on 5 Main St too.") == []
    assert in_words.hide("Plate: XYZ-987.") == "Plate: [license plate hidden]."
