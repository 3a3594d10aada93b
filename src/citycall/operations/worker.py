"""The worker process: runs jobs until told to stop, and returns what a killed one left behind."""

import asyncio
import logging
import signal
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import psycopg
from django.core.management import call_command
from django.db import connections
from procrastinate import JobContext, PsycopgConnector
from procrastinate.app import WorkerOptions
from procrastinate.connector import BaseConnector
from procrastinate.contrib.django import app as jobs
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job, Status

from citycall.core import clock
from citycall.operations.home import OperationsError

logger = logging.getLogger(__name__)

QUEUE = "housekeeping"
STALLED_TASK = "citycall.return_stalled_jobs"
OLD_JOBS_TASK = "citycall.remove_old_jobs"
SESSIONS_TASK = "citycall.remove_expired_sessions"

# A worker that has not written its heartbeat for so long is dead; it writes three times as often.
SILENT_AFTER_SECONDS = 30.0
# A job that was running each of so many times when its worker died is what kills them.
MOST_DEATHS = 5
KEEP_DONE_JOBS = timedelta(days=3)
_FIRST_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 30.0


class UnknownQueue(OperationsError):
    """A queue was named that no task puts jobs into."""


class WorkerConnector(PsycopgConnector):
    """The worker's own pool, but Django's connection for the jobs that a job defers.

    With the pool for both, as Procrastinate's own worker has it, an event recorded by a job and
    the job that reacts to it would not commit together.
    """

    def get_sync_connector(self) -> BaseConnector:
        return DjangoConnector(alias="default")


def run_worker(
    *,
    concurrency: int,
    queues: Sequence[str] | None = None,
    until_idle: bool = False,
    silent_after_seconds: float = SILENT_AFTER_SECONDS,
) -> None:
    """Run jobs of these queues (all of them for none), ``concurrency`` at a time.

    Returns when SIGTERM or SIGINT arrives and the running jobs have ended, or, with
    ``until_idle``, when no job is due. Without the database it waits for it; ``until_idle``
    raises instead. Raises ``UnknownQueue``. ``silent_after_seconds`` without a heartbeat mean
    that a worker is dead.
    """
    unknown = set(queues or ()) - known_queues()
    if unknown:
        raise UnknownQueue(
            f"There is no queue {', '.join(sorted(unknown))}: choose from"
            f" {', '.join(sorted(known_queues()))}."
        )
    worker = _Worker(
        concurrency=concurrency,
        queues=queues,
        until_idle=until_idle,
        silent_after_seconds=silent_after_seconds,
    )
    asyncio.run(worker.run())


def known_queues() -> frozenset[str]:
    """The queues that some task puts its jobs into."""
    jobs.perform_import_paths()  # type: ignore[no-untyped-call]
    return frozenset(task.queue for task in jobs.tasks.values())


class _Worker:
    """Procrastinate's worker, begun again whenever the database went away."""

    def __init__(
        self,
        *,
        concurrency: int,
        queues: Sequence[str] | None,
        until_idle: bool,
        silent_after_seconds: float,
    ) -> None:
        self.concurrency = concurrency
        self.queues = queues
        self.until_idle = until_idle
        self.silent_after_seconds = silent_after_seconds

    async def run(self) -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, stop.set)
        # As many threads as jobs at a time, since each keeps a database connection.
        with ThreadPoolExecutor(self.concurrency, thread_name_prefix="job") as threads:
            loop.set_default_executor(threads)
            try:
                await self._run_until(stop)
            finally:
                await _close_connections(threads, self.concurrency)

    async def _run_until(self, stop: asyncio.Event) -> None:
        pause = _FIRST_PAUSE_SECONDS
        while not stop.is_set():
            began = asyncio.get_running_loop().time()
            try:
                await self._run_once(stop)
                if self.until_idle:
                    return
            except (ConnectorException, psycopg.Error) as error:
                if self.until_idle:
                    raise
                logger.warning("The worker has no database: %s", error.__cause__ or error)
            if asyncio.get_running_loop().time() - began > _LONGEST_PAUSE_SECONDS:
                pause = _FIRST_PAUSE_SECONDS
            if not stop.is_set():
                logger.warning("The worker begins again in %.0f seconds.", pause)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    async def _run_once(self, stop: asyncio.Event) -> None:
        """Run jobs until told to stop; returns early when the worker had to give up."""
        working = asyncio.create_task(self._open_and_work())
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        # Procrastinate takes this as the wish to end after the jobs that are running.
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working

    async def _open_and_work(self) -> None:
        connector = WorkerConnector(
            kwargs=connector_params(), min_size=1, max_size=self.concurrency + 2, timeout=10
        )
        with jobs.replace_connector(connector):
            async with jobs.open_async():
                await return_stalled(silent_after_seconds=self.silent_after_seconds)
                await self._work()

    async def _work(self) -> None:
        options: WorkerOptions = {
            "concurrency": self.concurrency,
            "wait": not self.until_idle,
            "listen_notify": not self.until_idle,
            "install_signal_handlers": False,
            "update_heartbeat_interval": self.silent_after_seconds / 3,
            "stalled_worker_timeout": self.silent_after_seconds,
            "additional_context": {"silent_after_seconds": self.silent_after_seconds},
        }
        if self.queues is not None:
            options["queues"] = list(self.queues)
        await jobs.run_worker_async(**options)
        # The last jobs may have deferred others after the worker had looked for more.
        while self.until_idle and await self._jobs_are_due():
            await jobs.run_worker_async(**options)

    async def _jobs_are_due(self) -> bool:
        now = clock.now()
        return any(
            (job.scheduled_at is None or job.scheduled_at <= now)
            and (self.queues is None or job.queue in self.queues)
            for job in await jobs.job_manager.list_jobs_async(status=Status.TODO.value)
        )


async def _close_connections(threads: ThreadPoolExecutor, count: int) -> None:
    """Close each thread's database connection; the barrier gives every thread one turn."""
    turn = threading.Barrier(count)

    def close() -> None:
        with suppress(threading.BrokenBarrierError):
            turn.wait(timeout=5)
        connections.close_all()

    loop = asyncio.get_running_loop()
    await asyncio.gather(*(loop.run_in_executor(threads, close) for _ in range(count)))


async def return_stalled(*, silent_after_seconds: float = SILENT_AFTER_SECONDS) -> int:
    """Put the jobs of dead workers back into their queues; returns how many.

    A job whose workers have died again and again is failed instead, so that it stands among the
    dead jobs and lets the others run.
    """
    returned = 0
    for job in await jobs.job_manager.get_stalled_jobs(
        seconds_since_heartbeat=silent_after_seconds
    ):
        # Another worker may have been quicker: then it is not in the state to be returned.
        with suppress(ConnectorException):
            await _return(job)
            returned += 1
    return returned


async def _return(job: Job) -> None:
    if job.attempts >= MOST_DEATHS:
        logger.error("Job %s %s has ended too many workers; it is failed.", job.id, job.task_name)
        await jobs.job_manager.finish_job(job, status=Status.FAILED, delete_job=False)
    else:
        logger.warning("Job %s %s of a dead worker is returned.", job.id, job.task_name)
        await jobs.job_manager.retry_job(job)


@jobs.periodic(cron="* * * * *")
@jobs.task(name=STALLED_TASK, queue=QUEUE, queueing_lock=STALLED_TASK, pass_context=True)
async def return_stalled_jobs(context: JobContext, timestamp: int) -> None:
    """Every minute: return what killed workers left behind."""
    seconds = context.additional_context.get("silent_after_seconds", SILENT_AFTER_SECONDS)
    await return_stalled(silent_after_seconds=seconds)


@jobs.periodic(cron="7 * * * *")
@jobs.task(name=OLD_JOBS_TASK, queue=QUEUE, queueing_lock=OLD_JOBS_TASK)
async def remove_old_jobs(timestamp: int) -> None:
    """Every hour: forget jobs that succeeded days ago; failed ones stay until run again."""
    hours = int(KEEP_DONE_JOBS.total_seconds() // 3600)
    await jobs.job_manager.delete_old_jobs(nb_hours=hours, include_cancelled=True)


# Hourly, because a missed hour of the night would be missed again on a computer that is off then.
@jobs.periodic(cron="27 * * * *")
@jobs.task(name=SESSIONS_TASK, queue=QUEUE, queueing_lock=SESSIONS_TASK)
def remove_expired_sessions(timestamp: int) -> None:
    """Every hour: remove the sessions of people who signed out by staying away."""
    call_command("clearsessions")
