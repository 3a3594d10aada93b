"""Real calls: SIPp's callers and desks through kamailio's queue, told over HTTP to a real site."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo

from bench import stage, telephone
from citycall.calls.models import Call, CallBack, Desk, Ending, State
from citycall.calls.news import CHANNEL
from citycall.calls.switch.models import Kind, SwitchEvent
from tests.telephony import cast

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(telephone.missing() != [], reason="needs kamailio and sipp"),
]
DESKS = 3
ALL = (Kind.NEW, Kind.QUEUED, Kind.OFFERED, Kind.ANSWERED, Kind.ENDED)


class Site:
    """The site as it is served, which can be killed and started again."""

    def __init__(self, home: Path) -> None:
        known = connection.settings_dict
        parts = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
        there = {name: str(known[key]) for name, key in parts.items() if known.get(key)}
        self.database = make_conninfo("", dbname=known["NAME"], **there)
        self.port = stage.free_port()
        self.child = stage.web(
            stage.Stage(url=self.database), port=self.port, CITYCALL_HOME=str(home)
        )

    def start(self) -> None:
        """Start it again."""
        self.child.start()
        stage.wait_for(self.port)


@pytest.fixture
def site(transactional_db: None, tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path)
    yield site
    site.child.stop()


@pytest.fixture
def exchange(site: Site, tmp_path: Path) -> Iterator[telephone.Exchange]:
    for number in range(DESKS):
        cast.taker(f"{telephone.DESK}{number}")
    with telephone.exchange(
        folder=tmp_path,
        tell=f"http://127.0.0.1:{site.port}/telephony/events",
        key=cast.key(),
        desks=DESKS,
    ) as made:
        yield made


def callers(count: int, *, talk_ms: int, first: int = 0) -> list[telephone.Caller]:
    """Callers from numbers one after the other."""
    return [
        telephone.Caller(number=f"+1410555{first + n:04d}", talk_ms=talk_ms) for n in range(count)
    ]


def until(so: Callable[[], bool], *, seconds: float = 45) -> None:
    """Wait until it is so."""
    deadline = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def told_of(call: Call) -> list[str]:
    """The kinds of a call's events, in the order in which they arrived."""
    return list(call.switch_events.order_by("id").values_list("kind", flat=True))


def test_every_call_is_told_in_order_and_rings_at_a_desk(
    site: Site, exchange: telephone.Exchange
) -> None:
    with psycopg.connect(site.database, autocommit=True) as listener:
        listener.execute(f"LISTEN {CHANNEL}")
        patient = exchange.call(callers(9, talk_ms=1_200), a_second=20, name="patient")
        until(lambda: exchange.state()["waiting"] >= 5)
        hasty = exchange.call(
            callers(2, talk_ms=700, first=100), a_second=20, patience_ms=300, name="hasty"
        )
        wise = exchange.call(
            callers(1, talk_ms=700, first=200),
            a_second=20,
            patience_ms=200,
            call_back=True,
            name="wise",
        )
        assert [each.wait(30) for each in (patient, hasty, wise)] == [0, 0, 0]
        exchange.wait_until_told(seconds=45)
        heard = {note.payload for note in listener.notifies(timeout=0.5)}
    assert {f"desk:{desk.pk}" for desk in Desk.objects.all()} | {"queue"} <= heard
    assert not SwitchEvent.objects.filter(applied_at__isnull=True).exists()

    answered = Call.objects.filter(phone__lt="+14105550100")
    assert answered.count() == 9
    for call in answered:
        assert told_of(call) == [*ALL]
        assert call.state is State.WRAPPING
        assert call.taker is not None
        times = (call.arrived_at, call.queued_at, call.offered_at, call.answered_at, call.ended_at)
        happened = [time for time in times if time is not None]
        assert len(happened) == len(times)
        assert happened == sorted(happened)
        assert call.talk_seconds(call.arrived_at) == pytest.approx(1.2, abs=0.6)
    by_place = [call.pk for call in answered.order_by("queued_at")]
    assert by_place == [call.pk for call in answered.order_by("offered_at")]

    gone = Call.objects.filter(phone__gte="+14105550100", phone__lt="+14105550200")
    assert {(call.state, call.ending) for call in gone} == {(State.OVER, Ending.LEFT)}
    asked = CallBack.objects.get()
    assert asked.phone == "+14105550200"
    assert asked.call is not None
    assert (asked.joined_at, asked.call.ending) == (asked.call.queued_at, Ending.CALL_BACK)


def test_what_happens_while_the_site_is_away_is_told_later(
    site: Site, exchange: telephone.Exchange
) -> None:
    calling = exchange.call(callers(12, talk_ms=400), a_second=10, name="many")
    until(lambda: Call.objects.count() >= 2)
    site.child.kill()
    time.sleep(1.5)
    assert exchange.state()["unsent"] > 0
    site.start()
    assert calling.wait(30) == 0
    exchange.wait_until_told(seconds=45)
    assert Call.objects.count() == 12
    assert all(told_of(call) == [*ALL] for call in Call.objects.all())
    assert {call.state for call in Call.objects.all()} == {State.WRAPPING}


def test_who_waited_in_an_exchange_that_broke_does_not_wait_here_for_ever(
    site: Site, exchange: telephone.Exchange
) -> None:
    exchange.call(callers(6, talk_ms=20_000), a_second=20, name="unlucky")
    until(lambda: exchange.state()["waiting"] == DESKS)
    until(lambda: Call.objects.filter(answered_at__isnull=False).count() == DESKS)
    exchange.wait_until_told(seconds=45)
    exchange.kill()
    exchange.start()
    until(lambda: Call.objects.filter(ending=Ending.FAILED).count() == 3)
    until(lambda: Call.objects.filter(ended_at__isnull=True).count() == 0)
    talked = Call.objects.filter(answered_at__isnull=False)
    assert {call.state for call in talked} == {State.WRAPPING}
    assert all(call.talk_seconds(call.arrived_at) > 3 for call in talked)
