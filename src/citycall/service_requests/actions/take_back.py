"""Taking back what was done to many requests, where nothing has happened to them since.

Nothing is removed from a request's history: that the step was taken back is told beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from citycall.core.actors import Actor
from citycall.core.errors import DomainError
from citycall.core.permissions import require
from citycall.service_requests import policies
from citycall.service_requests.actions import merge, tag
from citycall.service_requests.actions.change import Changed, Told
from citycall.service_requests.actions.many import ManyStep, Tried, Values, tags_of
from citycall.service_requests.actions.many_kept import Tellings, lock_all, restore, write
from citycall.service_requests.actions.work import new_date
from citycall.service_requests.events import Kind
from citycall.service_requests.models import ServiceRequest
from citycall.service_requests.rules import Step

TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a step changed of one request, and when."""

    before: Mapping[str, Any]
    changed_at: datetime


def take_back(
    done: Mapping[int, Done],
    *,
    step: ManyStep,
    values: Values,
    by: Actor,
    at: datetime,
    mark: Mapping[str, Any],
    react_at: datetime | None = None,
) -> list[Tried]:
    """Give each request back what it was, unless somebody has done anything to it since.

    Tags go back to what they were, unless they are not those that the step left any more.
    ``values`` are what the step was told, and ``mark`` goes into every event's facts. Must run
    inside a transaction.
    """
    rows = lock_all(_with_parents(done, step))
    tellings = Tellings(hide=lambda _request, words: words, unseen=step is ManyStep.TAG)
    tried = []
    for pk, each in sorted(done.items()):
        row = rows[pk]
        try:
            if step is ManyStep.TAG:
                _untag(row, each, tellings, values=values, by=by)
            else:
                _check(row, each, step=step, by=by)
                _undo(row, each, rows, tellings, step=step)
        except DomainError as error:
            tried.append(Tried(request=row, before={}, why=error))
        else:
            tried.append(Tried(request=row, before={}, why=None))
    write(tellings, by=by, at=at, mark=mark, react_at=react_at)
    return tried


def _with_parents(done: Mapping[int, Done], step: ManyStep) -> set[int]:
    if step is not ManyStep.MERGE:
        return set(done)
    merged = ServiceRequest.objects.filter(pk__in=done, merged_into__isnull=False)
    return {*done, *merged.values_list("merged_into_id", flat=True).distinct()}


def _check(row: ServiceRequest, done: Done, *, step: ManyStep, by: Actor) -> None:
    # What was passed on is another agency's now: it is taken back by whom it was taken from.
    agency_id = done.before.get("agency_id", row.agency_id)
    undoing = Step.UNMERGE if step is ManyStep.MERGE else Step(step.value)
    require(policies.PERMISSIONS, undoing.value, by=by, agency_id=agency_id)
    if row.updated_at != done.changed_at:
        raise _changed()


def _changed() -> Changed:
    return Changed(_("Somebody else has just changed this request. Please look again."))


def _untag(
    row: ServiceRequest, done: Done, tellings: Tellings, *, values: Values, by: Actor
) -> None:
    require(policies.PERMISSIONS, "note", by=by, agency_id=row.agency_id)
    before = done.before["tags"]
    if row.tags != tag.after_tagging(before, **tags_of(values)):
        raise _changed()
    told = tag.retagged(row, before)
    tellings.add(row, [told] if told else [])


def _undo(
    row: ServiceRequest,
    done: Done,
    rows: Mapping[int, ServiceRequest],
    tellings: Tellings,
    *,
    step: ManyStep,
) -> None:
    if step is ManyStep.MERGE:
        assert row.merged_into_id is not None
        parent = rows[row.merged_into_id]
        of_child, of_parent = merge.parted(row, parent)
        tellings.add(row, [of_child])
        tellings.add(parent, [of_parent])
        return
    due_before = row.due_at
    restore(row, done.before)
    told = Told(kind=Kind.TAKEN_BACK, data={"step": step.value})
    tellings.add(row, [told, *new_date(row, due_before, why=TAKEN_BACK)])
