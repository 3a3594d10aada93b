"""The worker: jobs run, none is lost when it is stopped, killed or loses the database."""

import signal
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from procrastinate.contrib.django import app as jobs
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker
from procrastinate.tasks import Task

from citycall.core import clock
from citycall.core.actors import Actor, ActorKind
from citycall.core.errors import NotAllowed, NotFound
from citycall.operations import dead_jobs, worker
from citycall.operations.worker import UnknownQueue, known_queues, run_worker
from tests.notifications.worker_process import (
    empty_jobs,
    execute,
    hear,
    wait_until,
    worker_process,
)

pytestmark = pytest.mark.django_db(transaction=True)

ADMINISTRATOR = Actor(kind=ActorKind.STAFF, id=1, memberships=frozenset({("administrator", None)}))
SUPERVISOR = Actor(kind=ActorKind.STAFF, id=2, memberships=frozenset({("supervisor", None)}))
Define = Callable[..., "Task[..., Any, ...]"]


@pytest.fixture(autouse=True)
def _no_jobs() -> Iterator[None]:
    yield
    empty_jobs()


@pytest.fixture
def define() -> Iterator[Define]:
    """Make a function a task for the length of the test."""
    known_queues()  # Imports all tasks, so that they are kept below.
    known = dict(jobs.tasks)

    def make(function: Callable[..., Any], **options: Any) -> Task[..., Any, ...]:
        register: Any = jobs.task(name=f"test.{function.__name__}", queue="test", **options)
        task: Task[..., Any, ...] = register(function)
        return task

    yield make
    jobs.tasks.clear()
    jobs.tasks.update(known)


def _states(name: str) -> list[str]:
    found = ProcrastinateJob.objects.filter(task_name=f"test.{name}").order_by("id")
    return list(found.values_list("status", flat=True))


def _run() -> None:
    run_worker(concurrency=2, until_idle=True)


# Running jobs.


def test_jobs_are_run_and_what_they_defer_too(define: Define) -> None:
    done: list[int] = []

    def count(left: int) -> None:
        done.append(left)
        if left:
            task.defer(left=left - 1)

    task = define(count)
    task.defer(left=3)
    _run()
    assert done == [3, 2, 1, 0]
    assert _states("count") == ["succeeded"] * 4


def test_what_a_job_defers_is_rolled_back_with_its_transaction(define: Define) -> None:
    def follow() -> None:
        raise AssertionError("This was rolled back.")

    def lead() -> None:
        with transaction.atomic():
            following.defer()
            transaction.set_rollback(True)

    following = define(follow)
    define(lead).defer()
    _run()
    assert _states("lead") == ["succeeded"]
    assert _states("follow") == []


def test_what_a_job_defers_waits_for_its_transaction(define: Define) -> None:
    seen: list[bool] = []

    def follow() -> None:
        seen.append(Session.objects.filter(pk="made by lead").exists())

    def lead() -> None:
        with transaction.atomic():
            following.defer()
            time.sleep(0.2)
            Session.objects.create(pk="made by lead", expire_date=clock.now())

    following = define(follow)
    define(lead).defer()
    _run()
    assert seen == [True]


def test_a_worker_serves_every_queue_that_there_is(define: Define) -> None:
    def nothing() -> None:
        pass

    task = define(nothing)
    queues = known_queues()
    assert {"reactions", "mail", "housekeeping"} <= queues
    for queue in queues:
        task.configure(queue=queue).defer()
    _run()
    assert _states("nothing") == ["succeeded"] * len(queues)


def test_a_worker_for_some_queues_leaves_the_others(define: Define) -> None:
    def nothing() -> None:
        pass

    task = define(nothing)
    task.configure(queue="mail").defer()
    task.configure(queue="reactions").defer()
    run_worker(concurrency=1, queues=["mail"], until_idle=True)
    assert _states("nothing") == ["succeeded", "todo"]


def test_a_queue_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UnknownQueue, match="no queue mial"):
        run_worker(concurrency=1, queues=["mial"], until_idle=True)


def test_no_database_connection_is_left_behind(define: Define) -> None:
    def ask() -> None:
        Session.objects.count()

    task = define(ask)
    for _number in range(4):
        task.defer()
    before = _connections()
    _run()
    wait_until(lambda: _connections() == before)


def _connections() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


# Workers as processes: stopped, killed, cut off.


# A task that takes two seconds and one that takes none.
TASKS = """
import time
from procrastinate.contrib.django import app as jobs
@jobs.task(name="test.slow", queue="test")
def slow():
    print("slow began", flush=True)
    time.sleep(2)
@jobs.task(name="test.quick", queue="test")
def quick():
    pass
"""


def _defer(name: str) -> None:
    jobs.configure_task(f"test.{name}", queue="test").defer()


def test_asked_to_end_a_worker_finishes_what_it_has_begun() -> None:
    with worker_process(before=TASKS) as process:
        _defer("slow")
        hear(process, "slow began")
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert _states("slow") == ["succeeded"]
    assert not ProcrastinateWorker.objects.exists()


def test_an_idle_worker_ends_at_once_when_asked() -> None:
    with worker_process(before=TASKS) as process:
        wait_until(ProcrastinateWorker.objects.exists)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0


def test_the_job_of_a_killed_worker_is_run_by_the_next() -> None:
    with worker_process(before=TASKS, silent_after_seconds=1.0) as process:
        _defer("slow")
        hear(process, "slow began")
        process.kill()
        process.wait()
    assert _states("slow") == ["doing"]
    time.sleep(1.2)
    with worker_process(before=TASKS, silent_after_seconds=1.0):
        wait_until(lambda: _states("slow") == ["succeeded"])
    assert ProcrastinateJob.objects.get(task_name="test.slow").attempts == 2


def test_a_worker_survives_the_loss_of_its_database_connections() -> None:
    with worker_process(before=TASKS, silent_after_seconds=1.0) as process:
        _defer("quick")
        wait_until(lambda: _states("quick") == ["succeeded"])
        execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        _defer("quick")
        wait_until(lambda: _states("quick") == ["succeeded"] * 2)
        assert process.poll() is None


def test_a_worker_without_database_waits_for_it_and_ends_when_asked() -> None:
    with worker_process(database="postgresql://nobody@127.0.0.1:8348/none") as process:
        assert process.stderr is not None
        assert any("The worker has no database" in line for line in process.stderr)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


# Housekeeping.


def _pretend_dead_worker(task: Task[..., Any, ...], *, attempts: int = 0) -> None:
    """A job that a worker was running when it died, five minutes ago."""
    task.defer()
    execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '5 min')")
    execute(
        "UPDATE procrastinate_jobs SET status = 'doing', attempts = %s,"
        " worker_id = (SELECT max(id) FROM procrastinate_workers) WHERE task_name = %s",
        [attempts, task.name],
    )


def test_the_periodic_task_returns_stalled_jobs(define: Define) -> None:
    def nothing() -> None:
        pass

    task = define(nothing)
    jobs.configure_task(worker.STALLED_TASK).defer(timestamp=0)
    _pretend_dead_worker(task)
    _run()
    assert _states("nothing") == ["succeeded"]


def test_a_job_that_ends_each_of_its_workers_is_failed_and_seen(define: Define) -> None:
    def deadly() -> None:
        raise AssertionError("This job is not run any more.")

    _pretend_dead_worker(define(deadly), attempts=worker.MOST_DEATHS)
    _run()
    assert _states("deadly") == ["failed"]
    assert [job.task_name for job in dead_jobs.dead_jobs(ADMINISTRATOR).rows] == ["test.deadly"]


def test_the_job_of_a_living_worker_is_left_alone(define: Define) -> None:
    def nothing() -> None:
        pass

    _pretend_dead_worker(define(nothing))
    execute("UPDATE procrastinate_workers SET last_heartbeat = now()")
    _run()
    assert _states("nothing") == ["doing"]


@pytest.mark.parametrize(("state", "left"), [("succeeded", []), ("failed", ["failed"])])
def test_only_jobs_that_succeeded_long_ago_are_forgotten(
    define: Define, state: str, left: list[str]
) -> None:
    def nothing() -> None:
        pass

    task = define(nothing)
    for _number in range(2):
        task.defer()
    execute("UPDATE procrastinate_jobs SET status = 'doing'")
    execute(f"UPDATE procrastinate_jobs SET status = '{state}'")
    execute(
        "UPDATE procrastinate_events SET at = now() - interval '4 days'"
        " WHERE job_id = (SELECT min(id) FROM procrastinate_jobs)"
    )
    jobs.configure_task(worker.OLD_JOBS_TASK).defer(timestamp=0)
    _run()
    assert _states("nothing") == [*left, state]


def test_expired_sessions_are_removed() -> None:
    now = clock.now()
    Session.objects.create(pk="old", expire_date=now - timedelta(minutes=1))
    Session.objects.create(pk="new", expire_date=now + timedelta(minutes=1))
    jobs.configure_task(worker.SESSIONS_TASK).defer(timestamp=0)
    _run()
    assert list(Session.objects.values_list("pk", flat=True)) == ["new"]


# Dead jobs.


@pytest.fixture
def dead_job(define: Define) -> ProcrastinateJob:
    """A job that failed and would succeed now."""
    ready: list[bool] = []

    def mend() -> None:
        if not ready:
            ready.append(True)
            raise ZeroDivisionError

    define(mend).defer()
    _run()
    found: ProcrastinateJob = ProcrastinateJob.objects.get(task_name="test.mend")
    return found


def test_a_dead_job_is_seen_and_runs_again(dead_job: ProcrastinateJob) -> None:
    (seen,) = dead_jobs.dead_jobs(ADMINISTRATOR).rows
    assert seen.pk == dead_job.pk
    dead_jobs.retry(dead_job.pk, by=ADMINISTRATOR, at=clock.now())
    _run()
    assert _states("mend") == ["succeeded"]
    assert dead_jobs.dead_jobs(ADMINISTRATOR).rows == []


def test_dead_jobs_are_paged_latest_first(define: Define) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    task = define(fail)
    made = [task.defer() for _number in range(5)]
    _run()
    first = dead_jobs.dead_jobs(ADMINISTRATOR, size=3)
    second = dead_jobs.dead_jobs(ADMINISTRATOR, size=3, older_than=first.older)
    assert len(first.rows) == 3
    assert sorted(job.pk for job in (*first.rows, *second.rows)) == made
    assert second.older == ""


def test_a_job_that_has_not_failed_is_not_run_again(dead_job: ProcrastinateJob) -> None:
    dead_jobs.retry(dead_job.pk, by=ADMINISTRATOR, at=clock.now())
    with pytest.raises(dead_jobs.NotDead):
        dead_jobs.retry(dead_job.pk, by=ADMINISTRATOR, at=clock.now())


def test_there_must_be_such_a_job() -> None:
    with pytest.raises(NotFound):
        dead_jobs.retry(4711, by=ADMINISTRATOR, at=clock.now())


def test_only_administrators_see_and_run_dead_jobs(dead_job: ProcrastinateJob) -> None:
    with pytest.raises(NotAllowed):
        dead_jobs.dead_jobs(SUPERVISOR)
    with pytest.raises(NotAllowed):
        dead_jobs.retry(dead_job.pk, by=SUPERVISOR, at=clock.now())
