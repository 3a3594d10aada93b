"""Reading agencies: the directory that every process holds in memory, and the history."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from django.utils.translation import gettext_lazy as _

from citycall.agencies.calendars import CalendarSpec, WorkingTime
from citycall.agencies.models import Agency, Team, WorkingCalendar
from citycall.agencies.policies import PERMISSIONS
from citycall.agencies.specs import AgencySpec, TeamSpec
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.errors import NotFound
from citycall.core.models import Revision
from citycall.core.permissions import require
from citycall.core.phrases import InEachLanguage, Say
from citycall.core.snapshots import Snapshot

T = TypeVar("T")

CALENDAR, AGENCY, TEAM = "calendar", "agency", "team"
KINDS = (CALENDAR, AGENCY, TEAM)


class UnknownAgency(NotFound):
    """No agency has this id or code."""

    code = "unknown_agency"


class UnknownTeam(NotFound):
    """No team has this id or code."""

    code = "unknown_team"


class UnknownCalendar(NotFound):
    """No calendar has this code."""

    code = "unknown_calendar"


@dataclass(frozen=True, slots=True)
class AgencyEntry:
    """An agency in the directory."""

    id: int
    spec: AgencySpec

    @property
    def code(self) -> str:
        return self.spec.code

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def active(self) -> bool:
        """Whether it still takes work."""
        return not self.spec.retired


@dataclass(frozen=True, slots=True)
class TeamEntry:
    """A team in the directory."""

    id: int
    agency_id: int
    spec: TeamSpec

    @property
    def code(self) -> str:
        return self.spec.code

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def active(self) -> bool:
        """Whether it still takes work."""
        return not self.spec.retired


class Directory:
    """All agencies, teams and calendars at one moment, retired ones included. Immutable."""

    def __init__(
        self,
        agencies: Mapping[int, AgencyEntry],
        teams: Mapping[int, TeamEntry],
        calendars: Mapping[str, WorkingTime],
    ) -> None:
        self._agencies = agencies
        self._teams = teams
        self._calendars = calendars
        self._agency_codes = {entry.code: entry for entry in agencies.values()}
        self._team_codes = {entry.code: entry for entry in teams.values()}

    @property
    def agencies(self) -> tuple[AgencyEntry, ...]:
        """Every agency, by name."""
        return tuple(self._agencies.values())

    @property
    def teams(self) -> tuple[TeamEntry, ...]:
        """Every team, by name."""
        return tuple(self._teams.values())

    def said(self, say: Say) -> "Directory":
        """The same with the names of agencies and teams as ``say`` says them."""
        return Directory(
            {
                key: replace(entry, spec=_named(entry.spec, say))
                for key, entry in self._agencies.items()
            },
            {
                key: replace(entry, spec=_named(entry.spec, say))
                for key, entry in self._teams.items()
            },
            self._calendars,
        )

    def agency(self, agency_id: int) -> AgencyEntry:
        """The agency with this id; raises ``UnknownAgency``."""
        return _known(self._agencies.get(agency_id), UnknownAgency, _("There is no such agency."))

    def agency_by_code(self, code: str) -> AgencyEntry:
        """The agency with this code; raises ``UnknownAgency``."""
        return _known(self._agency_codes.get(code), UnknownAgency, _("There is no such agency."))

    def team(self, team_id: int) -> TeamEntry:
        """The team with this id; raises ``UnknownTeam``."""
        return _known(self._teams.get(team_id), UnknownTeam, _("There is no such team."))

    def team_by_code(self, code: str) -> TeamEntry:
        """The team with this code; raises ``UnknownTeam``."""
        return _known(self._team_codes.get(code), UnknownTeam, _("There is no such team."))

    def working_time(self, agency_id: int, calendar_code: str | None = None) -> WorkingTime:
        """How an agency's working time is counted, or that of the calendar that is named."""
        return self.calendar(calendar_code or self.agency(agency_id).spec.calendar)

    def calendar(self, code: str) -> WorkingTime:
        """How time is counted by the calendar with this code; raises ``UnknownCalendar``."""
        sentence = _("There is no such calendar.")
        return _known(self._calendars.get(code), UnknownCalendar, sentence)


S = TypeVar("S", AgencySpec, TeamSpec)


def _named(spec: S, say: Say) -> S:
    return spec.model_copy(update={"name": say(spec.name)})


def _known(found: T | None, missing: type[NotFound], sentence: object) -> T:
    if found is None:
        raise missing(str(sentence))
    return found


def directory() -> Directory:
    """Agencies, teams and calendars as they are now, at most a second old, in the language spoken.

    The same object until something changes.
    """
    written = DIRECTORY.get()
    return _SAID.get(written, written.said)


def calendar_spec(row: WorkingCalendar) -> CalendarSpec:
    """What an administrator wrote of a calendar."""
    return CalendarSpec.model_validate(row.definition)


def agency_spec(row: Agency) -> AgencySpec:
    """What an administrator wrote of an agency."""
    return AgencySpec(
        code=row.code,
        name=row.name,
        calendar=row.calendar.code,
        phone=row.phone,
        email=row.email,
        website=row.website,
        retired=not row.active,
    )


def team_spec(row: Team) -> TeamSpec:
    """What an administrator wrote of a team."""
    return TeamSpec(
        code=row.code,
        name=row.name,
        agency=row.agency.code,
        email=row.email,
        retired=not row.active,
    )


def calendars() -> list[CalendarSpec]:
    """Every calendar as it stands in the database, by code."""
    return [calendar_spec(row) for row in WorkingCalendar.objects.order_by("code")]


def agencies() -> list[AgencySpec]:
    """Every agency as it stands in the database, by code."""
    rows = Agency.objects.select_related("calendar").order_by("code")
    return [agency_spec(row) for row in rows]


def teams() -> list[TeamSpec]:
    """Every team as it stands in the database, by code."""
    return [team_spec(row) for row in Team.objects.select_related("agency").order_by("code")]


def history(*, kind: str, code: str, by: Actor) -> list[Revision]:
    """Every change of a calendar, agency or team, newest first."""
    require(PERMISSIONS, "read_history", by=by)
    return list(Revision.objects.filter(subject_kind=kind, subject_code=code).order_by("-id"))


def _load() -> Directory:
    zone = clock.city_zone()
    agencies = Agency.objects.select_related("calendar")
    teams = Team.objects.select_related("agency")
    return Directory(
        agencies={row.pk: AgencyEntry(row.pk, agency_spec(row)) for row in agencies},
        teams={row.pk: TeamEntry(row.pk, row.agency_id, team_spec(row)) for row in teams},
        calendars={
            row.code: WorkingTime(calendar_spec(row), zone) for row in WorkingCalendar.objects.all()
        },
    )


DIRECTORY: Snapshot[Directory] = Snapshot("agencies", _load)
_SAID: Final[InEachLanguage[Directory]] = InEachLanguage()
