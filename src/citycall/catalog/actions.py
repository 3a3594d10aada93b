"""Changing services and outcomes; every change is recorded and can be undone."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from citycall.agencies import actions as agency_actions
from citycall.agencies import editing
from citycall.agencies import queries as agencies
from citycall.agencies.editing import Edit
from citycall.agencies.models import Agency, Team, WorkingCalendar
from citycall.catalog import queries
from citycall.catalog.models import Outcome, Service
from citycall.catalog.policies import PERMISSIONS
from citycall.catalog.queries import DEFINITIONS, UnknownService
from citycall.catalog.specs import OutcomeSpec, ServiceSpec
from citycall.core.actors import Actor
from citycall.core.errors import Faults
from citycall.core.models import Revision
from citycall.core.permissions import require


def save_service(*, spec: ServiceSpec, by: Actor, at: datetime) -> Service:
    """Make the service with this code, or change it to say ``spec``.

    Raises ``Faults`` with every agency, team, outcome, calendar or area that is not known, and
    for a second service that would take what fits no other.
    """
    require(PERMISSIONS, "save_service", by=by)
    return _save_service(spec, Edit(by=by, at=at))


def save_outcome(*, spec: OutcomeSpec, by: Actor, at: datetime) -> Outcome:
    """Make the outcome with this code, or change it to say ``spec``."""
    require(PERMISSIONS, "save_outcome", by=by)
    return _save_outcome(spec, Edit(by=by, at=at))


@transaction.atomic
def retire_service(*, code: str, by: Actor, at: datetime) -> Service:
    """Offer a service no longer; its requests, and its history, stay. It is never deleted."""
    require(PERMISSIONS, "retire_service", by=by)
    row = editing.locked(Service, code)
    if row is None:
        raise UnknownService(_("There is no such service."))
    spec = queries.service_spec(row).model_copy(update={"retired": True})
    return _save_service(spec, Edit(by=by, at=at))


@transaction.atomic
def undo(*, revision: int, by: Actor, at: datetime) -> Revision:
    """Take back one change (the id of its revision) of anything in the catalog.

    See ``agencies.editing.undone`` for when that is allowed. Returns the revision of the
    undoing, which can be undone like any other.
    """
    require(PERMISSIONS, "undo", by=by)
    change = editing.find_revision(revision)
    kind, code = change.subject_kind, change.subject_code
    if kind in agencies.KINDS:
        return agency_actions.undo(revision=revision, by=by, at=at)
    spec, rows, spec_of, save = _KINDS[kind]
    row = editing.locked(rows, code)
    restored = editing.undone(change, spec=spec, present=spec_of(row) if row else None)
    save(restored, Edit(by=by, at=at, undoes=change))
    return editing.latest(kind, code)


@transaction.atomic
def _save_outcome(spec: OutcomeSpec, edit: Edit) -> Outcome:
    row = editing.locked(Outcome, spec.code)
    before = queries.outcome_spec(row) if row else None
    row = row or Outcome(code=spec.code)
    row.name, row.explanation = spec.name, spec.explanation
    row.fixed, row.active = spec.fixed, not spec.retired
    return editing.keep(
        row,
        kind=queries.OUTCOME,
        code=spec.code,
        before=before,
        after=spec,
        edit=edit,
        news=DEFINITIONS.bump,
    )


@transaction.atomic
def _save_service(spec: ServiceSpec, edit: Edit) -> Service:
    row = editing.locked(Service, spec.code)
    before = queries.service_spec(row) if row else None
    row = row or Service(code=spec.code)
    agency = Agency.objects.filter(code=spec.agency).first()
    team = Team.objects.filter(code=spec.team).first() if spec.team else None
    faults = _unknown_names(spec, agency, team)
    if faults or agency is None:
        raise Faults(faults)
    row.agency, row.team = agency, team
    row.name, row.group, row.active = spec.name, spec.group, not spec.retired
    row.definition = spec.model_dump(mode="json")
    return editing.keep(
        row,
        kind=queries.SERVICE,
        code=spec.code,
        before=before,
        after=spec,
        edit=edit,
        news=DEFINITIONS.bump,
    )


def _unknown_names(spec: ServiceSpec, agency: Agency | None, team: Team | None) -> dict[str, str]:
    faults: dict[str, str] = {}
    if agency is None:
        faults["agency"] = _("There is no agency with this code.")
    elif not (agency.active or spec.retired):
        faults["agency"] = _("This agency is retired.")
    if spec.team and team is None:
        faults["team"] = _("There is no team with this code.")
    elif team and not spec.retired:
        if not team.active:
            faults["team"] = _("This team is retired.")
        elif agency and team.agency_id != agency.pk:
            faults["team"] = _("This team belongs to another agency.")
    known = set(Outcome.objects.filter(code__in=spec.outcomes).values_list("code", flat=True))
    for index, code in enumerate(spec.outcomes):
        if code not in known:
            faults[f"outcomes.{index}"] = _("There is no outcome with this code.")
    return {**faults, **_unknown_in_target(spec), **_second_something_else(spec)}


def _unknown_in_target(spec: ServiceSpec) -> dict[str, str]:
    if spec.target is None:
        return {}
    faults: dict[str, str] = {}
    calendar = spec.target.calendar
    if calendar and not WorkingCalendar.objects.filter(code=calendar).exists():
        faults["target.calendar"] = _("There is no calendar with this code.")
    names = {override.area for override in spec.target.overrides if override.area}
    found = queries.area_ids(names) if names else {}
    for index, override in enumerate(spec.target.overrides):
        if override.area and override.area not in found and not spec.retired:
            faults[f"target.overrides.{index}.area"] = _("No area with this code is loaded.")
    return faults


def _second_something_else(spec: ServiceSpec) -> dict[str, str]:
    if not spec.something_else or spec.retired:
        return {}
    others = Service.objects.filter(active=True, definition__something_else=True)
    first = others.exclude(code=spec.code).first()
    if first is None:
        return {}
    sentence = _("“%(name)s” already takes what fits no other service.") % {"name": first.name}
    return {"something_else": sentence}


_Kind = tuple[type[Any], type[Any], Callable[[Any], Any], Callable[[Any, Edit], Any]]
_KINDS: dict[str, _Kind] = {
    queries.SERVICE: (ServiceSpec, Service, queries.service_spec, _save_service),
    queries.OUTCOME: (OutcomeSpec, Outcome, queries.outcome_spec, _save_outcome),
}
