"""What changes is told to open pages: at commit, to those who may know, while they may."""

import threading
import time
from collections.abc import Iterable
from typing import cast

import pytest
from django.db import connection, transaction
from django.http import StreamingHttpResponse
from django.test import Client

from citycall.accounts.models import User
from citycall.calls import live, news
from citycall.calls.actions import flow
from citycall.calls.models import Call
from citycall.core.actors import SYSTEM, resident
from citycall.core.errors import NotAllowed
from tests.calls.conftest import hire, ring  # noqa: F401
from tests.city import NOW

PATIENCE_S = 10


@pytest.fixture
def hub():
    """A listener of this test alone, whose thread ends with it."""
    made = live.Hub()
    yield made
    for stream in list(made._streams):
        stream.close()
    for thread in threading.enumerate():
        if thread.name == "live":
            thread.join(PATIENCE_S)


def heard(stream: live.Stream, topic: str) -> bool:
    """Whether this is told within some seconds, whatever else is told before."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if topic in stream.wait(1):
            return True
    return False


@pytest.mark.django_db(transaction=True)
def test_a_call_that_waits_is_told_once_it_is_committed(hub) -> None:
    stream = hub.open(by=SYSTEM)
    assert heard(stream, live.EVERYTHING)
    with transaction.atomic():
        call = Call.objects.create(arrived_at=NOW)
        flow.wait(call.pk, by=SYSTEM, at=NOW)
        assert stream.wait(0.3) == []
    assert sorted(stream.wait(PATIENCE_S)) == [f"call:{call.pk}", "queue"]


@pytest.mark.django_db(transaction=True)
def test_what_failed_is_not_told(hub) -> None:
    stream = hub.open(by=SYSTEM)
    assert heard(stream, live.EVERYTHING)
    with transaction.atomic():
        news.tell("call:1")
        transaction.set_rollback(True)
    news.tell("call:2")
    assert stream.wait(PATIENCE_S) == ["call:2"]


@pytest.mark.django_db(transaction=True)
def test_a_listener_that_was_cut_off_comes_back_and_says_so(hub) -> None:
    stream = hub.open(by=SYSTEM)
    assert heard(stream, live.EVERYTHING)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'citycall live' AND datname = current_database()"
        )
    assert heard(stream, live.EVERYTHING)
    news.tell("queue")
    assert heard(stream, "queue")


@pytest.mark.django_db(transaction=True)
def test_the_listener_ends_with_the_last_page_and_begins_with_the_next(hub) -> None:
    first = hub.open(by=SYSTEM)
    assert heard(first, live.EVERYTHING)
    first.close()
    second = hub.open(by=SYSTEM)
    news.tell("queue")
    assert second.wait(PATIENCE_S)


def test_there_are_so_many_streams_and_no_more(db, settings, hub, monkeypatch) -> None:
    monkeypatch.setattr(live.Hub, "_listen", lambda self, target: None)
    settings.CITYCALL_STREAMS = 1
    one = hub.open(by=SYSTEM)
    with pytest.raises(live.TooManyStreams):
        hub.open(by=SYSTEM)
    one.close()
    assert hub.open(by=SYSTEM)


def test_only_who_works_in_the_call_centre_listens(db, hub) -> None:
    with pytest.raises(NotAllowed):
        hub.open(by=resident())


def test_the_page_beyond_the_last_stream_is_told_to_ask(hire, settings) -> None:  # noqa: F811
    settings.CITYCALL_STREAMS = 0
    actor = hire("ada", state="ready")
    client = Client()
    client.force_login(_user(actor.id))
    answer = client.get("/console/live")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")


def test_a_stream_begins_ends_and_gives_its_place_back(hire, hub, monkeypatch) -> None:  # noqa: F811
    monkeypatch.setattr(live.Hub, "_listen", lambda self, target: None)
    monkeypatch.setattr("citycall.console.views.live.HUB", hub)
    monkeypatch.setattr("citycall.console.views.live._LASTS_S", (0.0, 0.0))
    client = Client()
    client.force_login(_user(hire("ada").id))
    answer = client.get("/console/live")
    assert answer.headers["Content-Type"] == "text/event-stream"
    assert hub.count == 1
    sent = cast("Iterable[bytes]", cast("StreamingHttpResponse", answer).streaming_content)
    assert b"".join(sent) == b"retry: 1000\n\n"
    answer.close()
    assert hub.count == 0


def test_somebody_who_is_not_signed_in_is_sent_to_the_sign_in(db) -> None:
    assert Client().get("/console/live").status_code == 302


def _user(user_id: int | None) -> User:
    return User.objects.get(pk=user_id or 0)
