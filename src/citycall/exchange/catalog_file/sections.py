"""The sections of a catalog file: what each holds, as it stands in the database, and its verbs."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from citycall.agencies import actions as agency_actions
from citycall.agencies import queries as agencies
from citycall.agencies.calendars import CalendarSpec
from citycall.agencies.documents import Document
from citycall.agencies.specs import AgencySpec, TeamSpec
from citycall.catalog import actions as catalog_actions
from citycall.catalog import queries as catalog
from citycall.catalog.specs import OutcomeSpec, ServiceSpec
from citycall.core.actors import Actor
from citycall.routing import actions as routing_actions
from citycall.routing import queries as routing
from citycall.routing.specs import RuleSpec

SERVICES, ROUTING = "services", "routing"

Save = Callable[[Any, Actor, datetime], object]


@dataclass(frozen=True, slots=True)
class Section:
    """One section: the spec of its entries, how to list them, to save one, and to retire one."""

    name: str
    spec: type[Document]
    present: Callable[[], Iterable[Any]]
    save: Save
    retire: Save

    def stored(self) -> dict[str, Any]:
        """What the database holds, by code, in the order of the file."""
        return {spec.code: spec for spec in self.present()}


def _save_calendar(spec: CalendarSpec, by: Actor, at: datetime) -> object:
    return agency_actions.save_calendar(spec=spec, by=by, at=at)


def _save_agency(spec: AgencySpec, by: Actor, at: datetime) -> object:
    return agency_actions.save_agency(spec=spec, by=by, at=at)


def _save_team(spec: TeamSpec, by: Actor, at: datetime) -> object:
    return agency_actions.save_team(spec=spec, by=by, at=at)


def _save_outcome(spec: OutcomeSpec, by: Actor, at: datetime) -> object:
    return catalog_actions.save_outcome(spec=spec, by=by, at=at)


def _save_service(spec: ServiceSpec, by: Actor, at: datetime) -> object:
    return catalog_actions.save_service(spec=spec, by=by, at=at)


def _save_rule(spec: RuleSpec, by: Actor, at: datetime) -> object:
    return routing_actions.save_rule(spec=spec, by=by, at=at)


def _remove_rule(spec: RuleSpec, by: Actor, at: datetime) -> object:
    return routing_actions.remove_rule(code=spec.code, by=by, at=at)


def _retiring(save: Save) -> Save:
    def retire(spec: Any, by: Actor, at: datetime) -> object:
        return save(spec.model_copy(update={"retired": True}), by, at)

    return retire


def _section(
    name: str, spec: type[Document], present: Callable[[], Iterable[Any]], save: Save
) -> Section:
    return Section(name, spec, present, save, _retiring(save))


SECTIONS: Mapping[str, Section] = {
    section.name: section
    for section in (
        _section("calendars", CalendarSpec, agencies.calendars, _save_calendar),
        _section("agencies", AgencySpec, agencies.agencies, _save_agency),
        _section("teams", TeamSpec, agencies.teams, _save_team),
        _section("outcomes", OutcomeSpec, catalog.outcomes, _save_outcome),
        _section(SERVICES, ServiceSpec, catalog.services, _save_service),
        Section(ROUTING, RuleSpec, routing.rules, _save_rule, _remove_rule),
    )
}
