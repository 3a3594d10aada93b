"""Doing a batch and taking it back, some requests in each transaction.

A transaction has the changed requests, their events and jobs, and the batch's items together: who
is killed in the middle goes on where the last of them ended, and nothing is done twice.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app as jobs

from citycall.accounts.models import User
from citycall.accounts.queries import actor_of
from citycall.batches import policies, reasons
from citycall.batches.models import Batch, BatchItem, BatchStep, State
from citycall.core.actors import Actor
from citycall.core.errors import Conflict, NotAllowed
from citycall.service_requests.actions import many, take_back
from citycall.service_requests.actions.many import Asked, ManyStep, Tried

TASK: Final = "citycall.run_batch"
QUEUE: Final = "batches"
# Somebody waits for it; and what it leaves behind, a job for each request, can wait.
_BEFORE_OTHERS: Final = 10
# So few that nobody who has one of them open waits for long.
AT_ONCE: Final = 250
# So long before the messages go, what is taken back is stored before any of them is written.
_SURELY_BEFORE: Final = timedelta(seconds=30)
# What was said cannot be unsaid.
_FOR_GOOD: Final = frozenset({BatchStep.MESSAGE, BatchStep.NOTE, BatchStep.EXPORT})


class NotUndoable(Conflict):
    """The batch is not done, or the time for taking it back has passed."""

    code = "not_undoable"


def begin(batch: Batch, *, at: datetime) -> None:
    """Let the worker do a confirmed batch; what only reads is done with that."""
    if batch.step == BatchStep.EXPORT:
        batch.state, batch.started_at, batch.finished_at = State.DONE, at, at
        batch.save(update_fields=["state", "started_at", "finished_at"])
        return
    batch.state, batch.started_at = State.RUNNING, at
    if writes(batch):
        batch.tells_at = at + timedelta(minutes=settings.CITYCALL_BATCH_MESSAGES_WAIT_MINUTES)
    batch.save(update_fields=["state", "started_at", "tells_at"])
    _defer(batch)


def writes(batch: Batch) -> bool:
    """Whether the people who reported are written to about it."""
    return batch.step in {step.value for step in many.WRITES_TO_RESIDENTS}


def _defer(batch: Batch) -> None:
    task = jobs.configure_task(TASK, queue=QUEUE, priority=_BEFORE_OTHERS, lock=f"batch:{batch.pk}")
    task.defer(batch_id=batch.pk)


def is_for_good(batch: Batch) -> bool:
    """Whether it can never be taken back."""
    return batch.step in _FOR_GOOD


def undo_until(batch: Batch) -> datetime | None:
    """Until when the batch can be taken back; none where it never can."""
    if batch.started_at is None or batch.step in _FOR_GOOD:
        return None
    return batch.started_at + timedelta(hours=settings.CITYCALL_BATCH_UNDO_HOURS)


def can_undo(batch: Batch, *, by: Actor, at: datetime) -> bool:
    """Whether the actor can take the batch back now."""
    until = undo_until(batch)
    done = batch.state in {State.DONE, State.PARTLY} and batch.changed > 0
    return done and until is not None and at < until and policies.may_see(by, batch)


@transaction.atomic
def undo(batch_id: int, *, by: Actor, at: datetime) -> Batch:
    """Let the worker take back what was done, wherever nothing has happened since."""
    batch = Batch.objects.select_for_update().get(pk=batch_id)
    if not policies.may_see(by, batch):
        raise NotAllowed(_("You do not have permission to do this."))
    if not can_undo(batch, by=by, at=at):
        raise NotUndoable(_("This cannot be taken back any more."))
    batch.state, batch.undone_by_id, batch.undo_at, batch.reached = State.UNDOING, by.id, at, 0
    batch.save(update_fields=["state", "undone_by_id", "undo_at", "reached"])
    _defer(batch)
    return batch


@transaction.atomic
def go_on(batch_id: int, *, at: datetime) -> bool:
    """Deal with the next requests of a batch; false where none was left."""
    batch = Batch.objects.select_for_update().get(pk=batch_id)
    if batch.state not in {State.RUNNING, State.UNDOING}:
        return False
    doing = batch.state == State.RUNNING
    wanted = BatchItem.State.TO_DO if doing else BatchItem.State.CHANGED
    rows = batch.items.filter(request_id__gt=batch.reached, state=wanted)
    items = list(rows.order_by("request_id")[:AT_ONCE])
    if not items:
        _end(batch, at=at)
        return False
    (_do if doing else _undo)(batch, items, at=at)
    batch.reached = items[-1].request_id
    batch.save(update_fields=["reached", "changed", "refused", "taken_back", "kept"])
    return True


def _end(batch: Batch, *, at: datetime) -> None:
    if batch.state == State.UNDOING:
        batch.state, batch.undone_at = State.UNDONE, at
    else:
        batch.state = State.PARTLY if batch.refused else State.DONE
        batch.finished_at = at
    batch.save(update_fields=["state", "undone_at", "finished_at"])


def asked(batch: Batch, items: Sequence[BatchItem]) -> Asked:
    """The batch's step for these of its requests."""
    seen = {item.request_id: item.seen for item in items}
    return Asked(step=ManyStep(batch.step), values=batch.values, seen=seen)


def _do(batch: Batch, items: Sequence[BatchItem], *, at: datetime) -> None:
    mark: dict[str, Any] = {"batch": batch.pk}
    if batch.tells_at:
        mark["tells_at"] = batch.tells_at.isoformat()
    if batch.second_id:
        mark["approved_by"] = str(User.objects.get(pk=batch.second_id))
    by = actor_of(User.objects.get(pk=batch.made_by_id))
    tried = many.take(asked(batch, items), by=by, at=at, mark=mark, react_at=batch.tells_at)
    _write(batch, tried, changed=BatchItem.State.CHANGED, left=BatchItem.State.REFUSED, at=at)
    left = sum(1 for each in tried if each.why)
    batch.changed += len(tried) - left
    batch.refused += left


def _undo(batch: Batch, items: Sequence[BatchItem], *, at: datetime) -> None:
    done = {
        item.request_id: take_back.Done(before=item.before or {}, changed_at=item.changed_at)
        for item in items
        if item.changed_at is not None
    }
    # Before its messages go, nobody is written to; afterwards they are told of the mistake.
    in_time = batch.tells_at is None or at < batch.tells_at - _SURELY_BEFORE
    undone_by = User.objects.get(pk=batch.undone_by_id or 0)
    tried = take_back.take_back(
        done,
        step=ManyStep(batch.step),
        values=batch.values,
        by=actor_of(undone_by),
        at=at,
        mark={"batch": batch.pk, **({"untold": True} if in_time else {})},
        react_at=batch.tells_at if in_time else None,
    )
    _write(batch, tried, changed=BatchItem.State.TAKEN_BACK, left=BatchItem.State.KEPT, at=at)
    left = sum(1 for each in tried if each.why)
    batch.taken_back += len(tried) - left
    batch.kept += left


_WRITE: Final = """
UPDATE batches_batchitem AS item
SET state = kept.state, why = kept.why, before = COALESCE(kept.before, item.before),
    changed_at = CASE WHEN kept.state = 'changed' THEN %(at)s ELSE item.changed_at END
FROM jsonb_to_recordset(%(rows)s::jsonb) AS kept (id bigint, state text, why text, before jsonb)
WHERE item.batch_id = %(batch)s AND item.request_id = kept.id
"""


def _write(
    batch: Batch,
    tried: Sequence[Tried],
    *,
    changed: BatchItem.State,
    left: BatchItem.State,
    at: datetime,
) -> None:
    """Keep what became of each request, in one statement."""
    rows = [
        {
            "id": each.request.pk,
            "state": (left if each.why else changed).value,
            "why": reasons.code_of(each.why, each.request) if each.why else "",
            "before": each.before or None,
        }
        for each in tried
    ]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, {"at": at, "rows": json.dumps(rows), "batch": batch.pk})
