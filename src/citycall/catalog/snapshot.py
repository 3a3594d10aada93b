"""The catalog at one moment: immutable, whole, and quick to ask."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from typing import TypeVar

from django.utils.translation import gettext_lazy as _

from citycall.agencies.calendars import WorkingTime
from citycall.agencies.queries import AgencyEntry, Directory, TeamEntry
from citycall.catalog.specs import OutcomeSpec, ServiceSpec
from citycall.core.errors import NotFound

T = TypeVar("T")
_editions = count(1)


class UnknownService(NotFound):
    """No service has this code or id."""

    code = "unknown_service"


class UnknownOutcome(NotFound):
    """No outcome has this code or id."""

    code = "unknown_outcome"


@dataclass(frozen=True, slots=True)
class ServiceEntry:
    """A service in the catalog; ``team_id`` is its default team, ``active`` whether offered."""

    id: int
    agency_id: int
    team_id: int | None
    active: bool
    spec: ServiceSpec

    @property
    def code(self) -> str:
        return self.spec.code

    @property
    def name(self) -> str:
        return self.spec.name


@dataclass(frozen=True, slots=True)
class OutcomeEntry:
    """An outcome in the catalog."""

    id: int
    spec: OutcomeSpec

    @property
    def active(self) -> bool:
        """Whether it is still offered."""
        return not self.spec.retired


@dataclass(frozen=True, slots=True)
class Group:
    """Services that residents find together, by name."""

    name: str
    services: tuple[ServiceEntry, ...]


class Catalog:
    """Services, outcomes, agencies and teams; retired ones are found by code and id only.

    ``edition`` is this catalog's own number within the process: what was made of one catalog is
    right as long as the number is the same.
    """

    def __init__(
        self,
        services: Iterable[ServiceEntry],
        outcomes: Iterable[OutcomeEntry],
        directory: Directory,
    ) -> None:
        self.edition = next(_editions)
        self.directory = directory
        self._by_id = {entry.id: entry for entry in services}
        self._by_code = {entry.spec.code: entry for entry in self._by_id.values()}
        self._outcomes = {entry.id: entry for entry in outcomes}
        self._outcome_codes = {entry.spec.code: entry for entry in self._outcomes.values()}
        self.groups: tuple[Group, ...] = _grouped(self._by_id.values())
        self.services: tuple[ServiceEntry, ...] = tuple(
            entry for group in self.groups for entry in group.services
        )
        self.something_else: ServiceEntry | None = next(
            (entry for entry in self.services if entry.spec.something_else), None
        )

    @property
    def all_services(self) -> tuple[ServiceEntry, ...]:
        """Every service, retired ones included."""
        return tuple(self._by_id.values())

    def related(self, entry: ServiceEntry, *, retired: bool = False) -> tuple[ServiceEntry, ...]:
        """The other offered services that may be reported for the same problem.

        With ``retired`` those that are not offered any more are among them.

        Two are related where either names the other, or where they share a group and neither has
        a list of its own. Nobody knows what the service for all else is about, so any may be.
        """
        among = self.all_services if retired else self.services
        return tuple(e for e in among if e is not entry and _is_related(entry, e))

    @property
    def all_outcomes(self) -> tuple[OutcomeEntry, ...]:
        """Every outcome, retired ones included."""
        return tuple(self._outcomes.values())

    @property
    def outcomes(self) -> tuple[OutcomeEntry, ...]:
        """The outcomes that are offered, by name."""
        return tuple(entry for entry in self._outcomes.values() if entry.active)

    def service(self, code: str) -> ServiceEntry:
        """The service with this code; raises ``UnknownService``."""
        return _known(self._by_code.get(code), UnknownService, _("There is no such service."))

    def service_by_id(self, service_id: int) -> ServiceEntry:
        """The service with this id; raises ``UnknownService``."""
        return _known(self._by_id.get(service_id), UnknownService, _("There is no such service."))

    def outcome(self, code: str) -> OutcomeEntry:
        """The outcome with this code; raises ``UnknownOutcome``."""
        found = self._outcome_codes.get(code)
        return _known(found, UnknownOutcome, _("There is no such outcome."))

    def outcome_by_id(self, outcome_id: int) -> OutcomeEntry:
        """The outcome with this id; raises ``UnknownOutcome``."""
        found = self._outcomes.get(outcome_id)
        return _known(found, UnknownOutcome, _("There is no such outcome."))

    @property
    def agencies(self) -> tuple[AgencyEntry, ...]:
        """The agencies that take work, by name."""
        return tuple(entry for entry in self.directory.agencies if entry.active)

    @property
    def teams(self) -> tuple[TeamEntry, ...]:
        """The teams that take work, by name."""
        return tuple(entry for entry in self.directory.teams if entry.active)

    def agency(self, agency_id: int) -> AgencyEntry:
        """The agency with this id; raises ``UnknownAgency``."""
        return self.directory.agency(agency_id)

    def agency_by_code(self, code: str) -> AgencyEntry:
        """The agency with this code; raises ``UnknownAgency``."""
        return self.directory.agency_by_code(code)

    def team(self, team_id: int) -> TeamEntry:
        """The team with this id; raises ``UnknownTeam``."""
        return self.directory.team(team_id)

    def team_by_code(self, code: str) -> TeamEntry:
        """The team with this code; raises ``UnknownTeam``."""
        return self.directory.team_by_code(code)

    def working_time(self, agency_id: int, calendar_code: str | None = None) -> WorkingTime:
        """How an agency's working time is counted, or that of the calendar that is named."""
        return self.directory.working_time(agency_id, calendar_code)


def _is_related(one: ServiceEntry, other: ServiceEntry) -> bool:
    if one.spec.something_else:
        return True
    named, names = one.spec.related, other.spec.related
    if named is None and names is None:
        return one.spec.group == other.spec.group
    return other.code in (named or ()) or one.code in (names or ())


def _grouped(entries: Iterable[ServiceEntry]) -> tuple[Group, ...]:
    """The offered services by group and name; what takes all else comes last."""
    offered = sorted(
        (entry for entry in entries if entry.active),
        key=lambda e: (e.spec.something_else, e.name.casefold(), e.code),
    )
    members: dict[str, list[ServiceEntry]] = {}
    for entry in offered:
        members.setdefault(entry.spec.group, []).append(entry)
    names = sorted(
        members, key=lambda name: (any(e.spec.something_else for e in members[name]), name)
    )
    return tuple(Group(name, tuple(members[name])) for name in names)


def _known(found: T | None, missing: type[NotFound], sentence: object) -> T:
    if found is None:
        raise missing(str(sentence))
    return found
