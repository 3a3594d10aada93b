"""Workers that are killed in the middle of a batch: the next goes on, and does nothing twice."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from citycall.batches.actions import deciding, running
from citycall.batches.models import Batch, BatchItem
from citycall.core.events import REACT_TASK
from citycall.core.models import Event
from citycall.service_requests.models import ServiceRequest
from tests.batches.conftest import FIXED, LATER, confirmed, worked
from tests.city import City
from tests.notifications.worker_process import empty_jobs, hear, wait_until, worker_process

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.django_db(transaction=True),
]
Holes = Callable[..., list[int]]
Begun = Callable[[int], Batch]
NEVER = LATER + timedelta(days=30_000)
# So few at once that a kill falls between two of very many transactions, or into one of them.
FEW_AT_ONCE = """
from citycall.batches.actions import running
running.AT_ONCE = 5
"""
# The second of its transactions stands still when all is written but the items.
STANDS_STILL = """
import time
from citycall.batches.actions import running
running.AT_ONCE = 5
write, seen = running._write, []
def stand_still(*args, **more):
    seen.append(args)
    if len(seen) == 2:
        print("in the middle", flush=True)
        time.sleep(600)
    write(*args, **more)
running._write = stand_still
"""


@pytest.fixture(autouse=True)
def _no_jobs() -> Iterator[None]:
    yield
    empty_jobs()


@pytest.fixture
def begun(city: City, holes: Holes) -> Callable[[int], Batch]:
    """So many requests to be completed; a second person has agreed."""

    def confirm(count: int) -> Batch:
        asked = confirmed(holes(count), "complete", FIXED, by=city.dispatcher)
        # What came in is of no interest here, and would only be worked beside the batch.
        ProcrastinateJob.objects.filter(task_name=REACT_TASK).update(scheduled_at=NEVER)
        return deciding.approve(asked.pk, by=city.manager, at=LATER)

    return confirm


def _dealt_with(batch: Batch) -> int:
    batch.refresh_from_db()
    undoing = batch.state in {"undoing", "undone"}
    return batch.taken_back + batch.kept if undoing else batch.changed + batch.refused


def _killed_when(batch: Batch, so_many: int) -> None:
    """A worker begins, or goes on, and is killed when so many requests are dealt with."""
    with worker_process(before=FEW_AT_ONCE, silent_after_seconds=1.0) as process:
        wait_until(lambda: _dealt_with(batch) >= so_many, seconds=60)
        process.kill()
        process.wait()


def _to_the_end(batch: Batch, state: str) -> None:
    with worker_process(silent_after_seconds=1.0):
        wait_until(lambda: _dealt_with(batch) == batch.count and batch.state == state, seconds=60)


def _each_once(batch: Batch, kind: str) -> None:
    events = Event.objects.filter(kind=kind)
    assert events.count() == batch.count
    assert events.values("subject_id").distinct().count() == batch.count
    waiting = [
        job.args["event_id"] for job in ProcrastinateJob.objects.filter(task_name=REACT_TASK)
    ]
    ours = set(events.values_list("pk", flat=True))
    assert sorted(each for each in waiting if each in ours) == sorted(ours)


def test_killed_again_and_again_each_is_done_once(begun: Begun) -> None:
    batch = begun(600)
    for so_many in (50, 200, 400):
        _killed_when(batch, so_many)
        assert batch.state == "running"
        assert batch.changed < batch.count
    _to_the_end(batch, "done")
    assert (batch.changed, batch.refused) == (600, 0)
    assert ServiceRequest.objects.filter(status="completed").count() == 600
    assert BatchItem.objects.filter(batch=batch, state="changed").count() == 600
    _each_once(batch, "completed")


def test_killed_in_the_midst_of_a_transaction_nothing_of_it_stays(begun: Begun) -> None:
    batch = begun(21)
    with worker_process(before=STANDS_STILL, silent_after_seconds=1.0) as process:
        hear(process, "in the middle")
        process.kill()
        process.wait()
    assert _dealt_with(batch) == 5
    assert Event.objects.filter(kind="completed").count() == 5
    _to_the_end(batch, "done")
    _each_once(batch, "completed")


def test_killed_while_it_is_taken_back(begun: Begun, city: City) -> None:
    batch = worked(begun(150))
    running.undo(batch.pk, by=city.dispatcher, at=LATER + timedelta(minutes=2))
    _killed_when(batch, 20)
    assert batch.state == "undoing"
    _to_the_end(batch, "undone")
    assert (batch.taken_back, batch.kept) == (150, 0)
    assert ServiceRequest.objects.filter(status="new").count() == 150
    _each_once(batch, "taken_back")
