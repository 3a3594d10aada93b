"""Sending what is owed: signed, tried again, given up, once more, never into private networks."""

import gzip
import json
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from citycall.accounts.actions import revoke_key
from citycall.accounts.models import ApiKey
from citycall.catalog.actions import save_service
from citycall.catalog.queries import service_spec
from citycall.catalog.specs import Privacy
from citycall.core.actors import SYSTEM, Actor
from citycall.core.errors import NotFound
from citycall.core.models import Event, Revision
from citycall.exchange.models import Webhook, WebhookDelivery
from citycall.exchange.webhooks import actions, calling, delivery, queries, signing
from citycall.exchange.webhooks.calling import Try
from citycall.exchange.webhooks.delivery import ReceiverBusy, TryAgainLater, send, wait_after
from tests.city import NOW, City
from tests.exchange import receiver as receivers
from tests.exchange.receiver import Handler, Receiver
from tests.exchange.webhooks.conftest import Hook

State = WebhookDelivery.State


@pytest.fixture
def owed(hook: Hook, event: Event) -> WebhookDelivery:
    actions.owe(event)
    return WebhookDelivery.objects.get()


def tried(owed: WebhookDelivery, *, at: Any = NOW) -> WebhookDelivery:
    """The delivery after one more try, whatever comes of it."""
    with suppress(TryAgainLater):
        send(owed.pk, at=at)
    return WebhookDelivery.objects.get(pk=owed.pk)


def failed_for_good(owed: WebhookDelivery) -> int:
    """How many tries it takes until it is given up."""
    for number in range(1, 30):
        if tried(owed).state == State.FAILED:
            return number
    raise AssertionError("it is never given up")


def test_it_arrives_signed(hook: Hook, owed: WebhookDelivery, receiver: Receiver) -> None:
    assert send(owed.pk, at=NOW) == State.SENT
    (came,) = receiver.came
    body = json.loads(came.body)
    assert (came.method, came.headers["content-type"]) == ("POST", "application/json")
    assert came.headers["citycall-event"] == body["kind"] == "submitted"
    assert signing.verify(
        secrets=[hook.secret], header=came.headers["citycall-signature"], body=came.body, now=NOW
    )
    kept = WebhookDelivery.objects.get()
    assert (kept.state, kept.sent_at, kept.attempts) == (State.SENT, NOW, 1)


def test_what_was_taken_is_not_sent_again(owed: WebhookDelivery, receiver: Receiver) -> None:
    send(owed.pk, at=NOW)
    assert send(owed.pk, at=NOW) == State.SENT
    assert len(receiver.came) == 1


def test_after_a_rotation_both_secrets_verify(
    hook: Hook, owed: WebhookDelivery, receiver: Receiver
) -> None:
    new = actions.rotate_secret(hook.id, by=SYSTEM, at=NOW)
    send(owed.pk, at=NOW)
    (came,) = receiver.came
    for secret in (hook.secret, new):
        signature = came.headers["citycall-signature"]
        assert signing.verify(secrets=[secret], header=signature, body=came.body, now=NOW)


@pytest.mark.parametrize("status", [500, 503, 429, 408])
def test_a_receiver_that_cannot_now_is_tried_for_a_day(
    owed: WebhookDelivery, receiver: Receiver, status: int
) -> None:
    receiver.answers(status, b"not now")
    assert failed_for_good(owed) == 9
    assert timedelta(hours=20) < timedelta(seconds=sum(delivery.WAITS)) < timedelta(hours=28)


@pytest.mark.parametrize("status", [301, 400, 401, 404, 422])
def test_a_receiver_that_refuses_is_tried_less_often(
    owed: WebhookDelivery, receiver: Receiver, status: int
) -> None:
    receiver.answers(status, Location="http://127.0.0.1/")
    assert failed_for_good(owed) == 4
    assert Webhook.objects.get().ended_at is None


def test_every_try_is_the_same_delivery_signed_anew(
    hook: Hook, owed: WebhookDelivery, receiver: Receiver
) -> None:
    receiver.answers(500)
    tried(owed)
    later = NOW + timedelta(hours=1)
    tried(owed, at=later)
    first, second = receiver.came
    assert first.headers["citycall-delivery"] == second.headers["citycall-delivery"]
    signature = second.headers["citycall-signature"]
    assert signing.verify(secrets=[hook.secret], header=signature, body=second.body, now=later)


def test_each_try_is_on_record(hook: Hook, owed: WebhookDelivery, receiver: Receiver) -> None:
    receiver.answers(500, f"I was sent {hook.secret}".encode() + b"x" * 9_000)
    kept = tried(owed).tries[0]
    assert (kept["at"], kept["status"], kept["problem"]) == (NOW.isoformat(), 500, "status 500")
    assert kept["answer"].startswith("I was sent [secret]xxx")
    assert len(kept["answer"]) == 500
    assert kept["milliseconds"] >= 0


def test_a_receiver_that_repeats_the_signature_does_not_get_it_kept(
    owed: WebhookDelivery, receiver: Receiver
) -> None:
    receiver.answering = lambda handler: handler.say(
        500, handler.headers["CityCall-Signature"].encode()
    )
    kept = tried(owed).tries[0]["answer"]
    assert receiver.came[0].headers["citycall-signature"][15:] not in kept
    assert "[secret]" in kept


def test_the_last_ten_tries_are_kept(owed: WebhookDelivery, receiver: Receiver) -> None:
    receiver.answers(500)
    failed_for_good(owed)
    actions.resend(owed.pk, by=SYSTEM, at=NOW)
    for _time in range(5):
        kept = tried(owed, at=NOW + timedelta(days=2))
    assert len(kept.tries) == 10
    assert kept.tries[-1]["at"] == (NOW + timedelta(days=2)).isoformat()


def test_gone_ends_the_webhook(hook: Hook, owed: WebhookDelivery, receiver: Receiver) -> None:
    receiver.answers(410)
    assert tried(owed).state == State.FAILED
    assert Webhook.objects.get().ended_at == NOW
    assert queries.wanting("submitted") == []
    assert "410" in Revision.objects.filter(subject_kind="webhook").latest("id").note


def test_an_ended_webhook_is_sent_nothing(
    hook: Hook, owed: WebhookDelivery, receiver: Receiver
) -> None:
    actions.end_webhook(hook.id, by=SYSTEM, at=NOW)
    kept = tried(owed)
    assert (kept.state, kept.tries[-1]["problem"]) == (State.FAILED, "the webhook has ended")
    assert receiver.came == []


def test_a_revoked_key_s_webhook_ends(
    city: City, event: Event, receiver: Receiver, program: Callable[..., Actor]
) -> None:
    mine = program("Mine")
    actions.save_webhook(name="Map", url=receiver.url, by=mine, at=NOW)
    actions.owe(event)
    revoke_key(ApiKey.objects.get(name=mine.name), by=SYSTEM, at=NOW)
    assert tried(WebhookDelivery.objects.get()).state == State.FAILED
    assert Webhook.objects.get().ended_at == NOW
    assert receiver.came == []


def test_what_became_private_meanwhile_is_not_sent(
    city: City, owed: WebhookDelivery, receiver: Receiver
) -> None:
    spec = service_spec(city.services["pothole"]).model_copy(update={"privacy": Privacy.PRIVATE})
    save_service(spec=spec, by=SYSTEM, at=NOW)
    assert tried(owed).state == State.FAILED
    assert receiver.came == []


def test_a_slow_receiver_is_not_waited_for(
    owed: WebhookDelivery, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "SECONDS", 0.3)
    receiver.answering = receivers.silent
    assert tried(owed).tries[0]["problem"] == "slow"


def test_a_good_answer_that_does_not_end_is_taken(
    owed: WebhookDelivery, receiver: Receiver
) -> None:
    receiver.answering = receivers.endless
    assert tried(owed).state == State.SENT


def test_an_answer_that_cannot_be_kept_as_text_is_kept_as_far_as_it_can(
    owed: WebhookDelivery, receiver: Receiver
) -> None:
    receiver.answers(500, b"\x00\xff\xfe bad")
    assert tried(owed).tries[0]["answer"].endswith(" bad")
    receiver.answers(500, gzip.compress(b"words"), Content_Encoding="gzip")
    assert tried(owed).tries[1]["answer"] == "words"


class TestPrivateNetworks:
    def test_an_address_that_is_not_allowed_any_more_is_not_called(
        self, owed: WebhookDelivery, receiver: Receiver, settings: Settings
    ) -> None:
        settings.CITYCALL_ALLOWED_NETWORKS = []
        assert tried(owed).tries[0]["problem"] == "address not allowed"
        assert receiver.connections == 0

    def test_a_name_that_leads_inside_later_is_not_called(
        self,
        event: Event,
        receiver: Receiver,
        settings: Settings,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        settings.CITYCALL_ALLOWED_NETWORKS = []
        address = ["93.184.215.14"]

        def look_up(host: str, port: int, **_rest: object) -> list[object]:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address[0], port))]

        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        url = f"http://rebind.example:{receiver.port}/"
        actions.save_webhook(name="Map", url=url, by=SYSTEM, at=NOW)
        actions.owe(event)
        address[0] = "127.0.0.1"
        kept = tried(WebhookDelivery.objects.get())
        assert kept.tries[0]["problem"] == "address not allowed"
        assert receiver.connections == 0


class TestWaits:
    def a_try(self, status: int | None, rest: float | None = None) -> Try:
        return Try(at=NOW, status=status, problem="-", milliseconds=1, rest_seconds=rest)

    @given(st.integers(1, 8), st.sampled_from([None, 500, 502, 503, 429]))
    def test_each_is_longer_than_the_one_before(self, attempts: int, status: int | None) -> None:
        waits = [wait_after(self.a_try(status), attempts=n) for n in (attempts, attempts + 1)]
        assert waits[0] is not None
        assert waits[1] is None or waits[1] > waits[0]

    @pytest.mark.parametrize("status", [429, 503])
    def test_a_receiver_is_left_alone_as_long_as_it_asks(self, status: int) -> None:
        assert wait_after(self.a_try(status, 1_234.0), attempts=1) == 1_234
        assert wait_after(self.a_try(status, 1.0), attempts=1) == 10
        assert wait_after(self.a_try(status, 1e9), attempts=1) == 86_400

    def test_other_answers_do_not_ask_for_rest(self) -> None:
        assert wait_after(self.a_try(500, 1_234.0), attempts=1) == 10

    @pytest.mark.parametrize(
        ("text", "seconds"),
        [
            ("120", 120), ("soon", None), ("-5", None), ("9" * 400, 999_999_999),
            (format_datetime(NOW + timedelta(minutes=5)), 300),
            (format_datetime(NOW - timedelta(minutes=5)), 0),
        ],
    )  # fmt: skip
    def test_retry_after_is_read_as_seconds_and_as_a_date(
        self, hook: Hook, receiver: Receiver, text: str, seconds: float | None
    ) -> None:
        receiver.answers(503, Retry_After=text)
        assert actions.test_webhook(hook.id, by=SYSTEM, at=NOW).rest_seconds == seconds


class TestSendingOnceMore:
    def test_what_was_given_up_is_sent(self, owed: WebhookDelivery, receiver: Receiver) -> None:
        receiver.answers(404)
        failed_for_good(owed)
        receiver.answers(200)
        again = actions.resend(owed.pk, by=SYSTEM, at=NOW)
        assert (again.state, again.attempts) == (State.PENDING, 0)
        assert tried(owed).state == State.SENT
        assert len({came.headers["citycall-delivery"] for came in receiver.came}) == 1

    def test_what_was_taken_is_sent_too(self, owed: WebhookDelivery, receiver: Receiver) -> None:
        tried(owed)
        actions.resend(owed.pk, by=SYSTEM, at=NOW)
        tried(owed)
        assert len(receiver.came) == 2

    def test_nobody_else_s(self, owed: WebhookDelivery, program: Callable[..., Actor]) -> None:
        with pytest.raises(NotFound):
            actions.resend(owed.pk, by=program("Other"), at=NOW)

    def test_not_to_an_ended_webhook(self, hook: Hook, owed: WebhookDelivery) -> None:
        actions.end_webhook(hook.id, by=SYSTEM, at=NOW)
        with pytest.raises(actions.WebhookEnded):
            actions.resend(owed.pk, by=SYSTEM, at=NOW)


class TestSeveralAtOnce:
    def test_a_busy_receiver_is_not_called_by_the_same_process_again(
        self, hook: Hook, owed: WebhookDelivery, receiver: Receiver
    ) -> None:
        with delivery._line_to(hook.id), pytest.raises(ReceiverBusy):
            send(owed.pk, at=NOW)
        assert receiver.came == []
        assert WebhookDelivery.objects.get().attempts == 0

    @pytest.mark.django_db(transaction=True)
    def test_two_workers_send_one_delivery_once(
        self, owed: WebhookDelivery, receiver: Receiver
    ) -> None:
        let_go = threading.Event()

        def answer(handler: Handler) -> None:
            let_go.wait(10)
            handler.say(200)

        def work() -> None:
            send(owed.pk, at=NOW)
            connection.close()

        receiver.answering = answer
        other = threading.Thread(target=work)
        other.start()
        receiver.wait_for(1)
        assert send(owed.pk, at=NOW) is None
        with pytest.raises(actions.UnderWay):
            actions.resend(owed.pk, by=SYSTEM, at=NOW)
        let_go.set()
        other.join(10)
        assert len(receiver.came) == 1
        assert WebhookDelivery.objects.get().state == State.SENT
