"""From an event to a mailbox by a real worker and a real mail server, through every mishap."""

import asyncio
import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import transaction
from procrastinate.contrib.django import app as jobs
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings

from citycall.core import clock
from citycall.core import events as core_events
from citycall.core.actors import SYSTEM
from citycall.core.events import REACT_QUEUE
from citycall.core.models import Event
from citycall.notifications import queries
from citycall.notifications.actions import DELIVER_QUEUE
from citycall.notifications.models import Delivery
from citycall.operations import dead_jobs
from citycall.operations.worker import run_worker
from citycall.service_requests.events import SUBJECT, Kind
from tests.notifications import mail_server
from tests.notifications.mail_server import MailServer, running
from tests.notifications.small_city import NOW, make_report, make_request
from tests.notifications.worker_process import (
    empty_jobs,
    execute,
    wait_until,
    worker_process,
)

pytestmark = pytest.mark.django_db(transaction=True)

State = Delivery.State


@pytest.fixture(autouse=True)
def _no_jobs() -> Iterator[None]:
    yield
    empty_jobs()


@pytest.fixture
def event() -> Event:
    """Ana's report has just been taken."""
    request = make_request()
    report = make_report(request, email="ana@example.org")
    with transaction.atomic():
        return core_events.record(
            kind=Kind.SUBMITTED.value,
            subject_kind=SUBJECT,
            subject_id=request.pk,
            by=SYSTEM,
            at=NOW,
            data={"report": report.pk, "due_at": None},
        )


def _run() -> None:
    # Not what is due by the clock on the wall, such as the night's open data.
    run_worker(concurrency=2, queues=[REACT_QUEUE, DELIVER_QUEUE], until_idle=True)


def _job(task: str = "citycall.deliver") -> ProcrastinateJob:
    found: ProcrastinateJob = ProcrastinateJob.objects.get(task_name=task)
    return found


def _let_time_pass() -> None:
    execute("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'")


def test_the_letter_arrives(event: Event, server: MailServer) -> None:
    _run()
    (letter,) = server.letters
    assert letter.recipients == ["ana@example.org"]
    assert "26-48392-01755" in letter.part("plain")
    assert "26-48392-01755" in letter.part("html")
    assert Delivery.objects.get().state == State.SENT
    assert (_job("citycall.react").status, _job().status) == ("succeeded", "succeeded")


def test_an_event_handled_twice_sends_one_letter(event: Event, server: MailServer) -> None:
    for _time in range(2):
        jobs.configure_task("citycall.react", queue="reactions").defer(event_id=event.pk)
    _run()
    assert len(server.letters) == 1


def test_refused_for_now_it_is_sent_after_a_pause(event: Event, server: MailServer) -> None:
    server.answers_to_recipients.append("451 4.7.1 Greylisted")
    before = clock.now()
    _run()
    assert server.letters == []
    job = _job()
    assert job.status == "todo"
    assert job.scheduled_at is not None
    assert 5 < (job.scheduled_at - before).total_seconds() < 20
    _let_time_pass()
    _run()
    assert len(server.letters) == 1
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts) == (State.SENT, 2)


def test_each_pause_is_longer_than_the_one_before(event: Event, settings: Settings) -> None:
    mail_server.use(settings)
    pauses = []
    for _time in range(4):
        before = clock.now()
        _run()
        scheduled = _job().scheduled_at
        assert scheduled is not None
        pauses.append((scheduled - before).total_seconds())
        _let_time_pass()
    # Each pause is six times the one before; the start of the worker is in what is measured.
    assert all(later > 3 * earlier for earlier, later in itertools.pairwise(pauses))


def test_a_refused_address_is_not_tried_again_and_can_be_seen(
    event: Event, server: MailServer
) -> None:
    server.answers_to_recipients.append("550 5.1.1 user unknown")
    _run()
    assert _job().status == "succeeded"
    (failed,) = queries.failed(SYSTEM).rows
    assert "user unknown" in failed.problem


def test_when_no_server_comes_back_the_job_is_dead_seen_and_run_again(
    event: Event, settings: Settings
) -> None:
    mail_server.use(settings)
    for _time in range(7):
        _run()
        _let_time_pass()
    (dead,) = dead_jobs.dead_jobs(SYSTEM).rows
    assert dead.task_name == "citycall.deliver"
    owed = Delivery.objects.get()
    assert (owed.state, owed.attempts) == (State.PENDING, 7)
    assert "could not be used" in owed.problem
    dead_jobs.retry(dead.pk, by=SYSTEM, at=clock.now())
    with running(MailServer()) as server:
        _run()
    assert len(server.letters) == 1
    assert dead_jobs.dead_jobs(SYSTEM).rows == []


class _SlowServer(MailServer):
    """Takes so long over the first message that its sender can be killed meanwhile."""

    asked = 0

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.asked += 1
        if self.asked == 1:
            await asyncio.sleep(30)
        return await super().handle_DATA(server, session, envelope)


def test_a_letter_whose_sender_was_killed_is_sent_by_the_next_worker(event: Event) -> None:
    before = f"""
from django.conf import settings
settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
settings.EMAIL_HOST, settings.EMAIL_PORT = "{mail_server.HOST}", {mail_server.PORT}
"""
    options: dict[str, Any] = {"before": before, "silent_after_seconds": 1.0}
    slow = _SlowServer()
    with running(slow):
        with worker_process(**options) as process:
            wait_until(lambda: slow.asked == 1)
            process.kill()
            process.wait()
        assert _job().status == "doing"
        execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'")
        with worker_process(**options):
            wait_until(lambda: _job().status == "succeeded")
    assert len(slow.letters) == 1
    assert Delivery.objects.get().state == State.SENT
