"""The kinds of event in the life of a meeting and of what was promised at it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from citycall.core import events
from citycall.core.actors import Actor
from citycall.core.models import Event, Visibility

SCHEDULE = "meeting_schedule"
MEETING = "meeting"
COMMITMENT = "commitment"
SUBJECTS = frozenset({SCHEDULE, MEETING, COMMITMENT})


class Kind(StrEnum):
    """Names are stable: history is read by them."""

    SCHEDULED = "meetings_scheduled"
    CALLED = "meeting_called"
    MOVED = "meeting_moved"
    NOTED = "meeting_noted"
    PAPER_MADE = "meeting_paper_made"
    COMMITTED = "commitment_made"
    CHANGED = "commitment_changed"
    CARRIED_OVER = "commitment_carried_over"
    DONE = "commitment_done"
    GIVEN_UP = "commitment_given_up"
    TAKEN_UP = "commitment_taken_up"
    REMINDED = "commitment_reminded"


def tell(
    subject: str,
    subject_id: int,
    kind: Kind,
    *,
    by: Actor,
    at: datetime,
    words: str | None = None,
    **facts: Any,
) -> Event:
    """Append what happened, for staff; ``words`` are what a person wrote with it."""
    return events.record(
        kind=kind.value,
        subject_kind=subject,
        subject_id=subject_id,
        by=by,
        at=at,
        visibility=Visibility.INTERNAL,
        data={name: value for name, value in facts.items() if value is not None},
        words=words or None,
    )
