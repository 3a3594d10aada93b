"""From a report to a receiver by real workers, through every mishap."""

from collections.abc import Iterator
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings

from citycall.core import clock
from citycall.core.actors import SYSTEM
from citycall.core.models import Event
from citycall.exchange.models import WebhookDelivery
from citycall.exchange.webhooks import actions, jobs, signing
from citycall.operations.worker import run_worker
from tests.city import NOW
from tests.exchange import receiver as receivers
from tests.exchange.receiver import Receiver, receiving
from tests.exchange.webhooks.conftest import Hook, reported
from tests.notifications.worker_process import (
    empty_jobs,
    execute,
    wait_until,
    worker_process,
)

pytestmark = pytest.mark.django_db(transaction=True)

State = WebhookDelivery.State
# What the settings name for every worker, once they do.
WORKER = f"""
from django.conf import settings
settings.CITYCALL_ALLOWED_NETWORKS = ["127.0.0.0/8"]
import {jobs.__name__}
"""
PATIENT = """
from citycall.exchange.webhooks import calling
calling.SECONDS = 60.0
"""
OPTIONS: dict[str, Any] = {
    "before": WORKER,
    "queues": [actions.TELL_QUEUE],
    "silent_after_seconds": 1.0,
}


@pytest.fixture(autouse=True)
def _no_jobs() -> Iterator[None]:
    yield
    empty_jobs()


def _run() -> None:
    run_worker(concurrency=2, queues=[actions.TELL_QUEUE], until_idle=True)


def _job() -> ProcrastinateJob:
    found: ProcrastinateJob = ProcrastinateJob.objects.get(task_name=actions.TELL_TASK)
    return found


def _let_time_pass() -> None:
    execute("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'")


def test_it_arrives_and_verifies(hook: Hook, event: Event, receiver: Receiver) -> None:
    actions.owe(event)
    _run()
    (came,) = receiver.came
    assert signing.verify(
        secrets=[hook.secret],
        header=came.headers["citycall-signature"],
        body=came.body,
        now=clock.now(),
    )
    assert (_job().status, WebhookDelivery.objects.get().state) == ("succeeded", State.SENT)


def test_a_receiver_that_is_down_gets_it_after_a_pause(
    hook: Hook, event: Event, receiver: Receiver
) -> None:
    receiver.answers(503, Retry_After="40")
    actions.owe(event)
    before = clock.now()
    _run()
    job = _job()
    assert job.status == "todo"
    assert job.scheduled_at is not None
    assert 39 < (job.scheduled_at - before).total_seconds() < 50
    receiver.answers(200)
    _let_time_pass()
    _run()
    assert WebhookDelivery.objects.get().state == State.SENT


def test_what_is_given_up_leaves_no_dead_job(hook: Hook, event: Event, receiver: Receiver) -> None:
    receiver.answers(404)
    actions.owe(event)
    for _time in range(4):
        _run()
        _let_time_pass()
    assert (_job().status, WebhookDelivery.objects.get().state) == ("succeeded", State.FAILED)


@pytest.mark.slow
def test_a_slow_receiver_does_not_hold_up_another(
    event: Event, receiver: Receiver, settings: Settings
) -> None:
    with receiving() as slow:
        slow.answering = receivers.silent
        actions.save_webhook(name="Slow", url=slow.url, by=SYSTEM, at=NOW)
        actions.save_webhook(name="Quick", url=receiver.url, by=SYSTEM, at=NOW)
        for each in [event, *(reported() for _number in range(4))]:
            actions.owe(each)
        with worker_process(**{**OPTIONS, "before": WORKER + PATIENT}):
            receiver.wait_for(5)
        assert len(slow.came) == 1


def test_a_delivery_whose_sender_was_killed_is_sent_by_the_next_worker(
    hook: Hook, event: Event, receiver: Receiver
) -> None:
    receiver.answering = receivers.silent
    actions.owe(event)
    # Of today, since the second worker keeps house as well.
    WebhookDelivery.objects.update(created_at=clock.now())
    with worker_process(**OPTIONS) as process:
        receiver.wait_for(1)
        process.kill()
        process.wait()
    assert _job().status == "doing"
    receiver.answers(200)
    execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'")
    with worker_process(**{**OPTIONS, "queues": None}):
        wait_until(lambda: WebhookDelivery.objects.get().state == State.SENT, seconds=60)
    first, second = receiver.came
    assert first.headers["citycall-delivery"] == second.headers["citycall-delivery"]


@pytest.mark.slow
def test_two_workers_send_each_delivery_once(hook: Hook, event: Event, receiver: Receiver) -> None:
    for each in [event, *(reported() for _number in range(9))]:
        actions.owe(each)
    # A second job for each, as a repeated request to send again would leave.
    for delivery in WebhookDelivery.objects.all():
        actions.resend(delivery.pk, by=SYSTEM, at=NOW)
    with worker_process(**OPTIONS), worker_process(**OPTIONS):
        wait_until(
            lambda: (
                not ProcrastinateJob.objects.filter(task_name=actions.TELL_TASK)
                .exclude(status="succeeded")
                .exists()
            )
        )
    marks = [came.headers["citycall-delivery"] for came in receiver.came]
    assert len(marks) == len(set(marks)) == 10
