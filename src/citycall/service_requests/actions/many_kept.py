"""Many changed requests saved in one statement, and what happened to them in another."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import connection

from citycall.core import events as core_events
from citycall.core.actors import Actor
from citycall.core.events import Happened
from citycall.service_requests.actions.change import Hide, Told, data_of, public_words
from citycall.service_requests.events import SUBJECT
from citycall.service_requests.models import ServiceRequest

# The columns that steps change, with their types in the database.
_COLUMNS: Final[Mapping[str, str]] = {
    "status": "text",
    "status_before_merge": "text",
    "merged_into_id": "bigint",
    "agency_id": "bigint",
    "team_id": "bigint",
    "assignee_id": "bigint",
    "rule_id": "bigint",
    "report_count": "int",
    "due_at": "timestamptz",
    "paused_at": "timestamptz",
    "completed_at": "timestamptz",
    "verify_until": "timestamptz",
    "hold_reason": "text",
    "outcome_id": "bigint",
    "explanation": "text",
    "verification": "text",
    "tags": "text[]",
}
_MOMENTS: Final = frozenset(name for name, kind in _COLUMNS.items() if kind == "timestamptz")


def state(request: ServiceRequest) -> dict[str, Any]:
    """What steps may change of a request, as it can be kept in JSON."""
    values = request.__dict__
    return {
        name: values[name].isoformat() if name in _MOMENTS and values[name] else values[name]
        for name in _COLUMNS
    }


def restore(request: ServiceRequest, before: Mapping[str, Any]) -> None:
    """Give the request back what ``state`` told of it."""
    for name, value in before.items():
        moment = name in _MOMENTS and value
        setattr(request, name, datetime.fromisoformat(value) if moment else value)


def lock_all(request_ids: Collection[int]) -> dict[int, ServiceRequest]:
    """These requests, held until the transaction ends; taken in the order of their ids."""
    if not connection.in_atomic_block:
        raise RuntimeError("Requests are changed inside a transaction.")
    rows = ServiceRequest.objects.filter(pk__in=request_ids).order_by("pk")
    return {row.pk: row for row in rows.defer("mercator").select_for_update()}


@dataclass(slots=True)
class Tellings:
    """What is to be told of which requests, and so which of them changed.

    ``unseen`` changes are staff's own: neither ``updated_at`` nor the events tell of a new state.
    """

    hide: Hide
    unseen: bool = False
    rows: dict[int, ServiceRequest] = field(default_factory=dict)
    told: list[tuple[ServiceRequest, Told, bool]] = field(default_factory=list)

    def add(self, request: ServiceRequest, told: Sequence[Told]) -> None:
        """Tell this of a request, which is saved with it."""
        self.rows[request.pk] = request
        self.told += [
            (request, each, nth == 0 and not self.unseen) for nth, each in enumerate(told)
        ]


def write(
    tellings: Tellings,
    *,
    by: Actor,
    at: datetime,
    mark: Mapping[str, Any],
    react_at: datetime | None,
) -> None:
    """Save every request that is told of, and append the events with their jobs."""
    if not tellings.rows:
        return
    _save(tellings.rows.values(), at=None if tellings.unseen else at)
    happened = [
        Happened(
            kind=told.kind.value,
            subject_id=request.pk,
            visibility=told.visibility,
            data={**data_of(request, told, first=first, hide=tellings.hide), **mark},
            words=public_words(request, told, by=by, hide=tellings.hide),
        )
        for request, told, first in tellings.told
    ]
    core_events.record_many(happened, subject_kind=SUBJECT, by=by, at=at, react_at=react_at)


_SETS: Final = ", ".join(f"{name} = kept.{name}" for name in _COLUMNS)
_TYPES: Final = ", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())
_SAVE: Final = f"""
UPDATE service_requests_servicerequest AS request
SET updated_at = COALESCE(%(at)s, request.updated_at), {_SETS}
FROM jsonb_to_recordset(%(rows)s::jsonb) AS kept (id bigint, {_TYPES})
WHERE request.id = kept.id
"""  # noqa: S608  (names and types of columns, from above)


def _save(rows: Iterable[ServiceRequest], *, at: datetime | None) -> None:
    kept = []
    for row in rows:
        row.updated_at = at or row.updated_at
        kept.append({"id": row.pk, **state(row)})
    with connection.cursor() as cursor:
        cursor.execute(_SAVE, {"at": at, "rows": json.dumps(kept)})
