"""Changing calendars, agencies and teams; every change is recorded and can be undone."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from citycall.agencies import editing, queries
from citycall.agencies.calendars import CalendarSpec
from citycall.agencies.documents import Document
from citycall.agencies.editing import Edit
from citycall.agencies.models import Agency, Team, WorkingCalendar
from citycall.agencies.policies import PERMISSIONS
from citycall.agencies.queries import DIRECTORY
from citycall.agencies.specs import AgencySpec, TeamSpec
from citycall.core.actors import Actor
from citycall.core.errors import Conflict, Faults
from citycall.core.models import Revision
from citycall.core.permissions import require


class StillUsed(Conflict):
    """Something that is in use depends on what should be retired."""

    code = "still_used"


def save_calendar(*, spec: CalendarSpec, by: Actor, at: datetime) -> WorkingCalendar:
    """Make the calendar with this code, or change it to say ``spec``."""
    require(PERMISSIONS, "save_calendar", by=by)
    return _save_calendar(spec, Edit(by=by, at=at))


def save_agency(*, spec: AgencySpec, by: Actor, at: datetime) -> Agency:
    """Make the agency with this code, or change it to say ``spec``.

    Raises ``Faults`` for an unknown calendar and ``StillUsed`` when retired with work to do.
    """
    require(PERMISSIONS, "save_agency", by=by)
    return _save_agency(spec, Edit(by=by, at=at))


def save_team(*, spec: TeamSpec, by: Actor, at: datetime) -> Team:
    """Make the team with this code, or change it to say ``spec``.

    Raises ``Faults`` for an unknown agency, ``StillUsed`` when retired with work to come, and
    ``Conflict`` where a team should change its agency while services send it work.
    """
    require(PERMISSIONS, "save_team", by=by)
    return _save_team(spec, Edit(by=by, at=at))


@transaction.atomic
def undo(*, revision: int, by: Actor, at: datetime) -> Revision:
    """Take back one change (the id of its revision); see ``editing.undone`` for when.

    Returns the revision of the undoing, which can be undone like any other.
    """
    require(PERMISSIONS, "undo", by=by)
    change = editing.find_revision(revision)
    kind, code = change.subject_kind, change.subject_code
    spec, rows, spec_of, save = _KINDS[kind]
    row = editing.locked(rows, code)
    restored = editing.undone(change, spec=spec, present=spec_of(row) if row else None)
    save(restored, Edit(by=by, at=at, undoes=change))
    return editing.latest(kind, code)


@transaction.atomic
def _save_calendar(spec: CalendarSpec, edit: Edit) -> WorkingCalendar:
    row = editing.locked(WorkingCalendar, spec.code)
    before = queries.calendar_spec(row) if row else None
    row = row or WorkingCalendar(code=spec.code)
    if spec.retired and row.pk and row.agency_set.filter(active=True).exists():
        raise StillUsed(_("Agencies still work by this calendar. Give them another one first."))
    row.name, row.active = spec.name, not spec.retired
    row.definition = spec.model_dump(mode="json")
    return editing.keep(
        row,
        kind=queries.CALENDAR,
        code=spec.code,
        before=before,
        after=spec,
        edit=edit,
        news=DIRECTORY.bump,
    )


@transaction.atomic
def _save_agency(spec: AgencySpec, edit: Edit) -> Agency:
    row = editing.locked(Agency, spec.code)
    before = queries.agency_spec(row) if row else None
    row = row or Agency(code=spec.code)
    calendar = WorkingCalendar.objects.filter(code=spec.calendar).first()
    if calendar is None:
        raise Faults({"calendar": _("There is no calendar with this code.")})
    if spec.retired and row.pk and row.teams.filter(active=True).exists():
        raise StillUsed(_("This agency still has teams. Retire them or give them away first."))
    if spec.retired and row.pk and row.services.filter(active=True).exists():
        raise StillUsed(_("This agency still offers services. Retire or move them first."))
    row.calendar = calendar
    row.name, row.active = spec.name, not spec.retired
    row.phone, row.email, row.website = spec.phone, spec.email, spec.website
    return editing.keep(
        row,
        kind=queries.AGENCY,
        code=spec.code,
        before=before,
        after=spec,
        edit=edit,
        news=DIRECTORY.bump,
    )


@transaction.atomic
def _save_team(spec: TeamSpec, edit: Edit) -> Team:
    row = editing.locked(Team, spec.code)
    before = queries.team_spec(row) if row else None
    row = row or Team(code=spec.code)
    agency = Agency.objects.filter(code=spec.agency).first()
    if agency is None:
        raise Faults({"agency": _("There is no agency with this code.")})
    if not spec.retired and not agency.active:
        raise Faults({"agency": _("This agency is retired.")})
    if row.pk:
        _refuse_losing_work(row, spec, agency)
    row.agency = agency
    row.name, row.email, row.active = spec.name, spec.email, not spec.retired
    return editing.keep(
        row,
        kind=queries.TEAM,
        code=spec.code,
        before=before,
        after=spec,
        edit=edit,
        news=DIRECTORY.bump,
    )


def _refuse_losing_work(row: Team, spec: TeamSpec, agency: Agency) -> None:
    receives = row.services.filter(active=True)
    if spec.retired and (receives.exists() or row.rules.exists()):
        raise StillUsed(_("Services or routing rules still send work to this team."))
    if receives.exclude(agency=agency).exists():
        raise Conflict(
            _("Services of another agency send work to this team. Change them first."),
            field="agency",
        )


_Kind = tuple[type[Any], type[Any], Callable[[Any], Any], Callable[[Any, Edit], Document | Any]]
_KINDS: dict[str, _Kind] = {
    queries.CALENDAR: (
        CalendarSpec,
        WorkingCalendar,
        queries.calendar_spec,
        _save_calendar,
    ),
    queries.AGENCY: (AgencySpec, Agency, queries.agency_spec, _save_agency),
    queries.TEAM: (TeamSpec, Team, queries.team_spec, _save_team),
}
