"""Taking down what is promised, changing it, and saying what came of it."""

from datetime import date, datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from citycall.accounts.models import User
from citycall.accounts.queries import colleagues
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.errors import Conflict, Faults, NotFound
from citycall.core.permissions import require
from citycall.meetings import drafts, events
from citycall.meetings.actions import meet
from citycall.meetings.drafts import Draft
from citycall.meetings.events import Kind
from citycall.meetings.models import Commitment, Evidence, Meeting, State
from citycall.meetings.policies import PERMISSIONS

_DRAFTED: Final = (
    "what", "owner_id", "owner_name", "due_on", "evidence_kind", "evidence", "goal", "at_most",
)  # fmt: skip


class EndedAlready(Conflict):
    """The commitment is done or given up, or is not any more."""

    code = "ended_already"


@transaction.atomic
def commit(meeting_id: int, draft: Draft, *, by: Actor, at: datetime) -> Commitment:
    """Take down what is promised at a meeting; raises ``NotAllowed``, ``NotFound``, ``Faults``."""
    meeting = meet.held(meeting_id, by=by, action="take_down")
    row = Commitment(meeting=meeting, agency_id=meeting.agency_id, made_at=at)
    _write(row, draft, meeting)
    row.first_due_on = row.due_on
    row.save()
    _tell(row, Kind.COMMITTED, by=by, at=at, words=row.what, **_facts(row))
    return row


@transaction.atomic
def change(commitment_id: int, draft: Draft, *, by: Actor, at: datetime) -> Commitment:
    """Correct what was taken down while it is to be done; what it said before stays in its history.

    Another date than the one promised is for ``carry_over``, which says why. Raises ``NotAllowed``,
    ``NotFound``, ``EndedAlready`` and ``Faults``.
    """
    row = _alive(commitment_id, by=by, action="take_down")
    if draft.due_on != row.due_on and row.state != State.OPEN:
        raise Faults({"due_on": _("To put it off again, carry it over and say why.")})
    before = _drafted(row)
    _write(row, draft, row.meeting)
    if row.state == State.OPEN:
        row.first_due_on = row.due_on
    changed = [name for name, value in _drafted(row).items() if value != before[name]]
    if changed:
        row.save()
        _tell(row, Kind.CHANGED, by=by, at=at, words=row.what, changed=changed, **_facts(row))
    return row


@transaction.atomic
def carry_over(
    commitment_id: int, due_on: date | None, *, why: str, by: Actor, at: datetime
) -> Commitment:
    """Put it off to a later date, with the reason; how often that was done is counted."""
    row = _alive(commitment_id, by=by, action="take_down")
    words = drafts.outcome_words(
        why, missing=_("Please write why it is carried over."), field="why"
    )
    today = at.astimezone(clock.city_zone()).date()
    if due_on is None or due_on <= row.due_on or due_on < today:
        raise Faults({"due_on": _("Please give a date that is later than the one before.")})
    if due_on.year > today.year + 5:
        raise Faults({"due_on": _("Please give a date within the next five years.")})
    before, row.due_on = row.due_on, due_on
    row.state, row.carried = State.CARRIED_OVER, row.carried + 1
    row.save()
    facts = {"before": before.isoformat(), "after": due_on.isoformat()}
    _tell(row, Kind.CARRIED_OVER, by=by, at=at, words=words, **facts)
    return row


@transaction.atomic
def finish(commitment_id: int, *, proof: str, by: Actor, at: datetime) -> Commitment:
    """Say that it is done, and what shows it; the next meeting sees both."""
    row = _alive(commitment_id, by=by, action="follow")
    words = drafts.outcome_words(
        proof, missing=_("Please write what shows that it was done."), field="proof"
    )
    return _end(row, State.DONE, Kind.DONE, words=words, by=by, at=at)


@transaction.atomic
def give_up(commitment_id: int, *, why: str, by: Actor, at: datetime) -> Commitment:
    """Say that it will not be done, and why."""
    row = _alive(commitment_id, by=by, action="take_down")
    words = drafts.outcome_words(why, missing=_("Please write why it is given up."), field="why")
    return _end(row, State.MISSED, Kind.GIVEN_UP, words=words, by=by, at=at)


@transaction.atomic
def take_up(commitment_id: int, *, why: str, by: Actor, at: datetime) -> Commitment:
    """It is to be done after all: what was shown did not convince, or it was given up too soon."""
    row = _held(commitment_id, by=by, action="take_down")
    if row.is_alive:
        raise EndedAlready(_("This commitment is still to be done."))
    words = drafts.outcome_words(why, missing=_("Please write why it is taken up."), field="why")
    row.state = State.CARRIED_OVER if row.carried else State.OPEN
    row.ended_at, row.outcome = None, ""
    row.save()
    _tell(row, Kind.TAKEN_UP, by=by, at=at, words=words)
    return row


def _end(
    row: Commitment, state: State, kind: Kind, *, words: str, by: Actor, at: datetime
) -> Commitment:
    row.state, row.outcome, row.ended_at = state, words, at
    row.save()
    _tell(row, kind, by=by, at=at, words=words)
    return row


def _write(row: Commitment, draft: Draft, meeting: Meeting) -> None:
    owner = _owner(draft, meeting.agency_id, present=row.owner)
    drafts.check(draft, made_on=meeting.on, owner_known=owner is not None)
    assert draft.due_on is not None
    row.what, row.due_on = draft.what.strip(), draft.due_on
    row.owner = owner
    row.owner_name = str(owner)[:150] if owner is not None else draft.owner_name.strip()
    row.evidence_kind, row.evidence = draft.evidence_kind, drafts.written(draft)
    is_measure = draft.evidence_kind == Evidence.MEASURE
    row.goal = draft.goal if is_measure else None
    row.at_most = draft.at_most and is_measure


def _owner(draft: Draft, agency_id: int, *, present: User | None) -> User | None:
    """Somebody of the agency; who left it stays the owner of what they promised."""
    if draft.owner_id is None:
        return None
    if present is not None and present.pk == draft.owner_id:
        return present
    return next((user for user in colleagues(agency_id) if user.pk == draft.owner_id), None)


def _alive(commitment_id: int, *, by: Actor, action: str) -> Commitment:
    row = _held(commitment_id, by=by, action=action)
    if not row.is_alive:
        raise EndedAlready(_("This commitment is done or given up already."))
    return row


def _held(commitment_id: int, *, by: Actor, action: str) -> Commitment:
    rows = Commitment.objects.select_for_update(of=("self",)).select_related("meeting", "owner")
    row = rows.filter(pk=commitment_id).first()
    if row is None:
        raise NotFound(_("There is no such commitment."))
    require(PERMISSIONS, action, by=by, agency_id=row.agency_id)
    return row


def _drafted(row: Commitment) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _DRAFTED}


def _facts(row: Commitment) -> dict[str, Any]:
    """What history keeps besides the words; a person by the account, never by the name."""
    return {
        "due_on": row.due_on.isoformat(),
        "owner": row.owner_id,
        "evidence_kind": row.evidence_kind,
        "goal": row.goal,
    }


def _tell(
    row: Commitment, kind: Kind, *, by: Actor, at: datetime, words: str = "", **facts: Any
) -> None:
    events.tell(events.COMMITMENT, row.pk, kind, by=by, at=at, words=words, **facts)
