"""The kinds of event in the life of a saved question and of the rules on it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from citycall.core import events
from citycall.core.actors import Actor
from citycall.core.models import Event, Visibility

QUESTION = "saved_question"
RULE = "measure_rule"
SUBJECTS = frozenset({QUESTION, RULE})


class Kind(StrEnum):
    """Names are stable: history is read by them."""

    SAVED = "question_saved"
    CHANGED = "question_changed"
    DELETED = "question_deleted"
    MAIL_ASKED = "question_mail_asked"
    MAIL_ENDED = "question_mail_ended"
    RULE_SET = "measure_rule_set"
    RULE_ENDED = "measure_rule_ended"
    ALERT_BEGAN = "measure_alert_began"
    ALERT_ENDED = "measure_alert_ended"


def tell(
    subject: str, subject_id: int, kind: Kind, *, by: Actor, at: datetime, **facts: Any
) -> Event:
    """Append what happened, for staff. Titles are people's own words and stay out of it."""
    return events.record(
        kind=kind.value,
        subject_kind=subject,
        subject_id=subject_id,
        by=by,
        at=at,
        visibility=Visibility.INTERNAL,
        data={name: value for name, value in facts.items() if value is not None},
    )
