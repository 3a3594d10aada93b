"""The queue's page: who waits, in order; taking, calling back, one's own desk."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from citycall.accounts.models import Role
from citycall.calls.actions import call_backs, flow
from citycall.calls.models import Call, CallBack, Desk
from citycall.core import clock
from citycall.core.actors import SYSTEM
from tests.calls.conftest import hire, ring  # noqa: F401

MINUTE = timedelta(minutes=1)
PHONE = "+14105550123"


@pytest.fixture
def at(monkeypatch):
    """The present moment, which stands still."""
    moment = clock.now().replace(microsecond=0)
    monkeypatch.setattr(clock, "now", lambda: moment)
    return moment


@pytest.fixture
def ada(hire, at) -> Client:  # noqa: F811
    """A call-taker, signed in."""
    actor = hire("ada", state="ready", at=at)
    client = Client()
    client.force_login(Desk.objects.get(pk=actor.id).taker)
    return client


def page(client, address="/console/queue", **query) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_those_who_wait_are_shown_in_their_order(ada, ring, at) -> None:  # noqa: F811
    ring(at=at - MINUTE, phone="+14105550102")
    ring(at=at - 5 * MINUTE, phone="+14105550101")
    asked = ring(at=at - 3 * MINUTE, phone=PHONE)
    call_backs.ask(call_id=asked.pk, phone="", by=SYSTEM, at=at - 2 * MINUTE)
    shown = re.findall(r"<bdi>(\+\d+)</bdi>", page(ada))
    assert shown == ["+14105550101", PHONE, "+14105550102"]
    assert "5:00" in page(ada)


def test_where_nobody_waits_the_page_says_so(ada) -> None:
    assert "Nobody waits" in page(ada)


def test_the_next_is_taken_and_opens_the_console(ada, ring, at) -> None:  # noqa: F811
    call = ring(at=at - MINUTE)
    answer = ada.post("/console/queue/next")
    assert answer.headers["Location"] == f"/console?call={call.pk}"
    assert Desk.objects.get().state == "busy"


def test_with_nobody_there_the_page_says_that_too(ada) -> None:
    answer = ada.post("/console/queue/next", follow=True)
    assert "Nobody waits whom you can take." in answer.content.decode()


def test_a_call_that_somebody_else_took_is_not_taken_again(ada, hire, ring, at) -> None:  # noqa: F811
    bob, call = hire("bob", state="ready"), ring(at=at)
    flow.answer(call.pk, taker_id=bob.id, by=SYSTEM, at=at)
    answer = ada.post(f"/console/queue/calls/{call.pk}/take", follow=True)
    assert "Somebody else has answered this call." in answer.content.decode()


def test_who_hung_up_is_listed_and_one_press_has_them_called_back(ada, ring, at) -> None:  # noqa: F811
    call = ring(at=at - 10 * MINUTE, phone=PHONE)
    flow.end(call.pk, by=SYSTEM, at=at - 5 * MINUTE)
    assert "Have them called back" in page(ada)
    ada.post(f"/console/queue/calls/{call.pk}/call-back")
    assert CallBack.objects.get().joined_at == at - 10 * MINUTE
    assert "Have them called back" not in page(ada)


def test_who_called_again_is_not_listed_as_missed(ada, ring, at) -> None:  # noqa: F811
    flow.end(ring(at=at - 10 * MINUTE, phone=PHONE).pk, by=SYSTEM, at=at - 5 * MINUTE)
    ring(at=at - MINUTE, phone=PHONE)
    assert "Have them called back" not in page(ada)


def test_a_call_back_is_noted_by_hand_for_a_free_time(ada, at) -> None:
    free = call_backs.free_times(at=at)[0]
    sent = {"phone": "410-555-0123", "name": "Maria", "wanted_at": free.isoformat(), "why": "Tax"}
    answer = ada.post("/console/queue/call-backs", sent, follow=True)
    assert "The call-back is noted." in answer.content.decode()
    made = CallBack.objects.get()
    assert (made.phone, made.wanted_at, made.why) == (PHONE, free, "Tax")


def test_what_is_wrong_with_it_is_said_and_nothing_typed_is_lost(ada) -> None:
    answer = ada.post("/console/queue/call-backs", {"phone": "none", "why": "Tax"})
    said = answer.content.decode()
    assert answer.status_code == 422
    assert "Please check this phone number" in said
    assert "Tax</textarea>" in said


@pytest.mark.parametrize(
    ("step", "state"), [("reached", "done"), ("not-reached", "waiting"), ("cancel", "cancelled")]
)
def test_how_a_call_back_went_is_noted(ada, at, step, state) -> None:
    made = call_backs.ask(call_id=None, phone=PHONE, by=SYSTEM, at=at)
    ada.post(f"/console/queue/call-backs/{made.pk}/{step}")
    assert CallBack.objects.get().state == state


def test_calling_back_opens_the_console(ada, at) -> None:
    made = call_backs.ask(call_id=None, phone=PHONE, by=SYSTEM, at=at)
    answer = ada.post(f"/console/queue/call-backs/{made.pk}/call")
    assert answer.headers["Location"] == f"/console?call={Call.objects.get().pk}"


def test_one_says_oneself_that_one_is_away(ada) -> None:
    ada.post("/console/queue/desk", {"state": "away"})
    assert Desk.objects.get().state == "away"
    assert "<strong>Away</strong>" in page(ada)


def test_signing_out_leaves_the_desk(ada) -> None:
    ada.post("/sign-out")
    assert Desk.objects.get().state == "off"


def test_only_the_call_centre_sees_the_queue(hire, at) -> None:  # noqa: F811
    client = Client()
    assert client.get("/console/queue").status_code == 302
    client.force_login(_dispatcher())
    assert client.get("/console/queue").status_code == 403
    assert client.post("/console/queue/next").status_code == 403
    assert client.get("/console/live").status_code == 403


def _dispatcher():
    from citycall.accounts.models import User

    user = User.objects.create_user("dora")
    user.memberships.create(role=Role.DISPATCHER)
    return user


def test_a_long_queue_is_paged_and_costs_the_same(ada, at, django_assert_max_num_queries) -> None:
    Call.objects.bulk_create(
        Call(phone=f"+1410556{n:04}", arrived_at=at, queued_at=at - n * timedelta(seconds=1))
        for n in range(120)
    )
    seen: list[str] = []
    answer = ada.get("/console/queue")
    for _page in range(3):
        with django_assert_max_num_queries(22):
            said = page(ada, answer.request["PATH_INFO"] + "?" + answer.request["QUERY_STRING"])
        seen += re.findall(r"<bdi>(\+\d+)</bdi>", said)
        if further := re.search(r'href="(/console/queue\?older=[^"]+)"', said):
            answer = ada.get(further[1])
    assert seen == [f"+1410556{n:04}" for n in reversed(range(120))]
    assert ">120<" in said


def test_the_part_that_changes_is_a_part_only(ada) -> None:
    assert "<html" not in page(ada, "/console/queue/now")
