"""Calling a meeting, moving it, taking down what was said, and keeping the paper laid before it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from citycall.agencies.models import Agency
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.errors import Conflict, DomainError, NotFound
from citycall.core.permissions import require
from citycall.meetings import events
from citycall.meetings.drafts import LONGEST_NOTES
from citycall.meetings.events import Kind
from citycall.meetings.models import Meeting, Paper, Schedule
from citycall.meetings.policies import PERMISSIONS
from citycall.meetings.rules import period_for

# Where no schedule says otherwise, the paper is made so many days before.
DAYS_BEFORE: Final = 3
_YEARS_AHEAD: Final = 2


class NotesTooLong(DomainError):
    """More than can be kept as the notes of one meeting."""

    code = "notes_too_long"
    status = 422


class NotesChanged(Conflict):
    """Somebody else has taken notes down in the meantime; ``present`` are theirs."""

    code = "notes_changed"

    def __init__(self, message: str, *, present: str, version: int) -> None:
        super().__init__(message, field="notes")
        self.present = present
        self.version = version


class NoSuchDay(DomainError):
    """No meeting can be on that day."""

    code = "no_such_day"
    status = 422


class TooEarly(Conflict):
    """The two weeks are not over yet, so that nothing can be counted."""

    code = "too_early"


class MeetingOver(Conflict):
    """The meeting has been: what was laid before it stays as it was."""

    code = "meeting_over"


@transaction.atomic
def call(agency_id: int, on: date, *, by: Actor, at: datetime, slot: date | None = None) -> Meeting:
    """The agency's meeting on a day, called if there is none yet.

    ``slot`` is the schedule's date for it: a meeting of that slot is the one, wherever it was moved
    to. Raises ``NotAllowed``, ``NotFound`` and ``NoSuchDay``.
    """
    require(PERMISSIONS, "take_down", by=by, agency_id=agency_id)
    if not Agency.objects.select_for_update().filter(pk=agency_id).exists():
        raise NotFound(_("There is no such agency."))
    found = _known(agency_id, on, slot)
    if found is not None:
        if slot is not None and found.slot is None:
            # Called by hand for the day: it is the schedule's one all the same.
            found.slot = slot
            found.save(update_fields=["slot"])
        return found
    _check_day(on, at=at)
    schedule = Schedule.objects.filter(agency_id=agency_id, active=True).first()
    period = period_for(on, days_before=schedule.days_before if schedule else DAYS_BEFORE)
    row = Meeting.objects.create(
        agency_id=agency_id,
        on=on,
        slot=slot,
        since=period.since,
        until=period.until,
        called_at=at,
    )
    events.tell(
        events.MEETING, row.pk, Kind.CALLED, by=by, at=at, on=on.isoformat(), agency=agency_id
    )
    return row


def _known(agency_id: int, on: date, slot: date | None) -> Meeting | None:
    rows = Meeting.objects.filter(agency_id=agency_id)
    of_slot = rows.filter(slot=slot).first() if slot is not None else None
    return of_slot or rows.filter(on=on).first()


def _check_day(on: date, *, at: datetime) -> None:
    today = at.astimezone(clock.city_zone()).date()
    if not today.year - 1 <= on.year <= today.year + _YEARS_AHEAD:
        raise NoSuchDay(_("Please give a date within the next two years."), field="on")


@transaction.atomic
def move(meeting_id: int, on: date, *, by: Actor, at: datetime) -> Meeting:
    """Hold a meeting on another day; the two weeks that it is about stay.

    Raises ``NotAllowed``, ``NotFound``, ``NoSuchDay`` and, where the agency meets that day already,
    ``Conflict``.
    """
    row = held(meeting_id, by=by, action="take_down")
    _check_day(on, at=at)
    if on <= row.until:
        raise NoSuchDay(_("Please give a date after the two weeks that it is about."), field="on")
    before, row.on = row.on, on
    if before == on:
        return row
    try:
        with transaction.atomic():
            row.save(update_fields=["on"])
    except IntegrityError:
        raise Conflict(_("There is a meeting of this agency on that day."), field="on") from None
    events.tell(
        events.MEETING,
        row.pk,
        Kind.MOVED,
        by=by,
        at=at,
        before=before.isoformat(),
        after=on.isoformat(),
    )
    return row


@transaction.atomic
def take_notes(meeting_id: int, words: str, *, version: int, by: Actor, at: datetime) -> Meeting:
    """Take down what was said, as whole notes; ``version`` is the one that was written upon.

    Raises ``NotAllowed``, ``NotFound``, ``NotesTooLong`` and ``NotesChanged``, which carries what
    somebody else wrote in the meantime.
    """
    row = held(meeting_id, by=by, action="take_down")
    words = words.replace("\r\n", "\n").strip()
    if words == row.notes:
        return row
    if len(words) > LONGEST_NOTES:
        sentence = _("Please keep this under %(n)s characters.") % {"n": LONGEST_NOTES}
        raise NotesTooLong(sentence, field="notes")
    if version != row.notes_version:
        raise NotesChanged(
            _("Somebody else has taken notes in the meantime. Theirs are shown beside yours."),
            present=row.notes,
            version=row.notes_version,
        )
    row.notes, row.notes_version, row.noted_at = words, row.notes_version + 1, at
    row.save(update_fields=["notes", "notes_version", "noted_at"])
    events.tell(
        events.MEETING, row.pk, Kind.NOTED, by=by, at=at, words=words, version=row.notes_version
    )
    return row


@transaction.atomic
def keep_paper(meeting_id: int, content: Mapping[str, Any], *, by: Actor, at: datetime) -> Paper:
    """Keep a paper as it was counted; one made again is another paper beside it.

    Raises ``NotAllowed``, ``NotFound``, ``TooEarly`` and ``MeetingOver``.
    """
    row = held(meeting_id, by=by, action="take_down")
    check_moment(row, at=at)
    paper = Paper.objects.create(
        meeting=row, nth=row.papers.count() + 1, content=content, made_at=at, made_by=by.name
    )
    events.tell(events.MEETING, row.pk, Kind.PAPER_MADE, by=by, at=at, nth=paper.nth)
    return paper


def check_moment(meeting: Meeting, *, at: datetime) -> None:
    """Raise ``TooEarly`` or ``MeetingOver`` where no paper can be made for the meeting now."""
    today = at.astimezone(clock.city_zone()).date()
    if today <= meeting.until:
        raise TooEarly(
            _("The two weeks end on %(day)s. The pack can be made from the day after.")
            % {"day": meeting.until.isoformat()}
        )
    if today > meeting.on and meeting.papers.exists():
        raise MeetingOver(_("The meeting has been. What was laid before it stays as it was."))


def held(meeting_id: int, *, by: Actor, action: str) -> Meeting:
    """The meeting, locked; raises ``NotFound`` and ``NotAllowed``."""
    row = Meeting.objects.select_for_update().filter(pk=meeting_id).first()
    if row is None:
        raise NotFound(_("There is no such meeting."))
    require(PERMISSIONS, action, by=by, agency_id=row.agency_id)
    return row
