"""Followers hear of what is new: what everyone may know, once, and not too often."""

import re
from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import DjangoAssertNumQueries

from citycall.catalog.actions import save_service
from citycall.catalog.specs import ServiceSpec
from citycall.contacts import actions as contacts
from citycall.core import clock
from citycall.core.actors import SYSTEM, resident
from citycall.core.models import Event
from citycall.follows import actions, links, telling
from citycall.follows.actions import Wanted
from citycall.follows.models import Follow, News, Often
from citycall.notifications.failures import TryAgainLater
from citycall.places.locations import Location
from citycall.places.models import LocationKind
from citycall.reactions import react
from citycall.service_requests.actions.change_service import change_service
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.events import Kind
from tests.city import SERVICES, City, draft

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 17, 0, tzinfo=clock.city_zone())
HERE = (-76.6, 39.29)
AROUND = Wanted(point=HERE, within_m=500)


def follow(
    wanted: Wanted = AROUND, *, often: Often = Often.AT_ONCE, email: str = "sam@example.org"
) -> Follow:
    actions.ask(wanted, email=email, often=often, language="en", proven=True, at=NOON)
    return Follow.objects.latest("pk")


def reported(service: str = "pothole", point: tuple[float, float] = HERE) -> int:
    place = Location(
        kind=LocationKind.ADDRESS,
        longitude=point[0],
        latitude=point[1],
        place="1200 E Monument St",
    )
    receipt = submit(draft(service, location=place), by=resident(), at=NOON)
    return receipt.request_id


def told(each: Follow, *, at: datetime = NOON) -> int:
    return telling.tell(each.pk, at=at)


def owed(*, at: datetime) -> int:
    return telling.owe(at=at)


def test_a_submitted_request_is_noted_by_its_event(city: City) -> None:
    each = follow()
    request = reported()
    event = Event.objects.get(kind=Kind.SUBMITTED, subject_id=request)
    react(event)
    react(event)
    assert [n.request_id for n in each.news.all()] == [request]


@pytest.mark.parametrize(
    ("wanted", "service", "point", "expected"),
    [
        (AROUND, "pothole", HERE, 1),
        (AROUND, "pothole", (-76.6, 39.2949), 0),
        (Wanted(point=HERE, within_m=1000), "pothole", (-76.6, 39.2949), 1),
        # In the corner of the box, but outside of the circle.
        (AROUND, "pothole", (-76.6046, 39.2936), 0),
        (Wanted(point=HERE, group="Streets"), "pothole", HERE, 1),
        (Wanted(point=HERE, group="Water"), "pothole", HERE, 0),
        (Wanted(service="pothole"), "pothole", (-76.9, 39.9), 1),
        (Wanted(service="something-else"), "pothole", HERE, 0),
        (AROUND, "graffiti", HERE, 0),
    ],
)
def test_who_is_concerned(
    city: City, wanted: Wanted, service: str, point: tuple[float, float], expected: int
) -> None:
    follow(wanted)
    assert telling.note(reported(service, point)) == expected


def test_a_request_whose_place_is_hidden_is_near_nobody(city: City) -> None:
    follow()
    follow(Wanted(service="pothole"), email="kim@example.org")
    hidden = {**SERVICES[0], "privacy": "hidden_location"}
    save_service(spec=ServiceSpec.model_validate(hidden), by=SYSTEM, at=NOON)
    assert telling.note(reported()) == 1
    kim = Follow.objects.latest("pk")
    told(kim)
    assert "Monument" not in str(mail.outbox[-1].body)


def test_the_unconfirmed_hear_nothing(city: City) -> None:
    actions.ask(
        AROUND, email="sam@example.org", often=Often.DAILY, language="en", proven=False, at=NOON
    )
    assert telling.note(reported()) == 0
    assert told(Follow.objects.get()) == 0


def test_the_message_tells_public_facts_and_how_to_end_it(city: City) -> None:
    each = follow()
    request = reported()
    telling.note(request)
    assert told(each) == 1
    (message,) = mail.outbox
    assert message.to == ["sam@example.org"]
    assert "Pothole" in message.body
    assert f"/nearby/{request}" in message.body
    end = links.end_address(each.pk)
    assert end in message.body
    assert message.extra_headers["List-Unsubscribe"] == f"<{end}>"
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert isinstance(message, mail.EmailMultiAlternatives)
    page = str(message.alternatives[0][0])
    for secret in ("pat@example.org", "deep hole", "Pat Doe"):
        assert secret not in message.body + page


def test_the_same_news_is_told_once(city: City) -> None:
    each = follow()
    telling.note(reported())
    assert told(each) == 1
    assert told(each) == 0
    assert len(mail.outbox) == 1


def test_news_that_became_private_is_left_out(city: City) -> None:
    each = follow()
    telling.note(reported())
    private = {**SERVICES[0], "privacy": "private"}
    save_service(spec=ServiceSpec.model_validate(private), by=SYSTEM, at=NOON)
    assert told(each) == 0
    assert mail.outbox == []
    assert not News.objects.exists()


def test_a_long_list_is_cut_and_counted(city: City) -> None:
    each = follow()
    for _each in range(23):
        telling.note(reported())
    assert told(each) == 23
    (message,) = mail.outbox
    assert str(message.body).count("/nearby/") == 20
    assert "And 3 more requests." in message.body
    assert message.subject.startswith("23 new requests")


def test_somebody_told_at_once_hears_at_most_every_half_hour(city: City) -> None:
    each = follow()
    telling.note(reported())
    assert owed(at=NOON) == 1
    told(each)
    telling.note(reported())
    assert owed(at=NOON + timedelta(minutes=29)) == 0
    assert owed(at=NOON + timedelta(minutes=30)) == 1


def test_somebody_told_daily_hears_after_seven_in_the_morning(city: City) -> None:
    each = follow(often=Often.DAILY)
    telling.note(reported())
    early = NOON.replace(hour=6, minute=59) + timedelta(days=1)
    assert [owed(at=NOON.replace(hour=23)), owed(at=early)] == [0, 0]
    assert owed(at=early + timedelta(minutes=1)) == 1
    told(each, at=early + timedelta(minutes=2))
    telling.note(reported())
    assert owed(at=early.replace(hour=23)) == 0
    assert owed(at=early.replace(hour=7) + timedelta(days=1)) == 1


def test_a_message_is_owed_once_until_it_is_sent_or_two_hours_old(city: City) -> None:
    follow()
    telling.note(reported())
    assert [owed(at=NOON + timedelta(minutes=m)) for m in (0, 5, 120, 121)] == [1, 0, 0, 1]
    jobs = ProcrastinateJob.objects.filter(task_name=telling.TELL_TASK)
    assert jobs.count() == 2


def test_without_news_nothing_is_owed(city: City) -> None:
    follow()
    assert owed(at=NOON) == 0


def test_when_the_mail_server_is_away_the_news_is_kept(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    each = follow()
    telling.note(reported())

    def away(*_arguments: object) -> int:
        raise OSError("connection refused")

    with monkeypatch.context() as broken:
        broken.setattr(EmailBackend, "send_messages", away)
        with pytest.raises(TryAgainLater):
            told(each)
    assert told(each) == 1


def test_a_message_sent_again_has_the_same_id(city: City) -> None:
    each = follow()
    telling.note(reported())
    kept = list(News.objects.values("follow_id", "request_id", "pk"))
    told(each)
    for row in kept:
        News.objects.create(**row)
    told(each)
    first, second = (m.extra_headers["Message-ID"] for m in mail.outbox)
    assert first == second
    assert re.fullmatch(r"<message-[0-9a-f]{16}@localhost>", first)


def test_an_erased_address_hears_nothing(city: City) -> None:
    each = follow()
    telling.note(reported())
    contacts.erase([each.contact_id], report_ids=[], at=NOON)
    assert told(each) == 0
    assert mail.outbox == []


def test_noting_takes_as_many_queries_for_many_as_for_few(
    city: City, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(30):
        follow(email=f"a{n}@example.org")
    request = reported()
    with django_assert_max_num_queries(5):
        assert telling.note(request) == 30


def test_what_was_moved_to_a_service_that_hides_its_place_is_told_to_nobody(city: City) -> None:
    each = follow()
    hidden = {**SERVICES[0], "code": "needle", "name": "Needles", "privacy": "hidden_location"}
    save_service(spec=ServiceSpec.model_validate(hidden), by=SYSTEM, at=NOON)
    request_id = reported()
    telling.note(request_id)
    change_service(request_id, service_code="needle", reason="It is.", by=city.dispatcher, at=NOON)
    assert told(each) == 0
    assert mail.outbox == []
