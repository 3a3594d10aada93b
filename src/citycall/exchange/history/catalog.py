"""Whose a record is: its service, agency and team, made where the catalog has none of that code."""

import csv
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from citycall.agencies import documents
from citycall.agencies.actions import save_agency, save_calendar, save_team
from citycall.agencies.calendars import CalendarSpec, Weekday
from citycall.agencies.queries import AgencyEntry, TeamEntry, calendars, directory
from citycall.agencies.specs import AgencySpec, TeamSpec
from citycall.catalog.actions import save_outcome, save_service
from citycall.catalog.queries import Catalog, ServiceEntry, catalog
from citycall.catalog.queries import outcomes as known_outcomes
from citycall.catalog.specs import LocationRequirement, ServiceSpec
from citycall.catalog.targets import LONGEST_DAYS, MINUTES_OF, Target, Unit
from citycall.core.actors import Actor
from citycall.exchange.history.mapping import HistoryMapping, TargetFile
from citycall.exchange.history.survey import Survey, TypeSurvey, type_key
from citycall.exchange.history.tables import BadFile

Whole = NDArray[np.int64]

# A new agency's working hours, until somebody says otherwise; its targets count calendar days.
_HOURS = CalendarSpec.model_validate(
    {
        "code": "office-hours",
        "name": "Office hours",
        "hours": {day.name.lower(): ["08:00-16:30"] for day in Weekday if day <= Weekday.FRIDAY},
    }
)
# A service asks where when nearly all of its records say so.
_PLACED_SHARE = 0.95


@dataclass(slots=True)
class Made:
    """What was added to the catalog."""

    agencies: int = 0
    teams: int = 0
    services: int = 0


@dataclass(frozen=True, slots=True)
class Offer:
    """A type's service, its usual agency, and the minutes in which the source promises it."""

    entry: ServiceEntry
    agency: str | None
    minutes: int | None


@dataclass(frozen=True, slots=True)
class Responsible:
    """For each row the ids of service, agency and team; 0 where the record names none."""

    services: Whole
    agencies: Whole
    teams: Whole


@dataclass(frozen=True, slots=True)
class Register:
    """Finds service, agency and team by the words that the source has for them."""

    book: Catalog
    offers: Mapping[str, Offer]
    agencies: Mapping[str, AgencyEntry]
    teams: Mapping[str, TeamEntry]
    own_teams: Mapping[int, TeamEntry]
    made: Made
    _known: dict[tuple[str | None, ...], tuple[int, int, int]] = field(default_factory=dict)

    def responsible(self, types: Any, agencies: Any, teams: Any) -> Responsible:
        """The responsible of some rows, from their types, agencies and teams as told."""
        codes = np.zeros(len(types), dtype=np.int64)
        for column in (types, agencies, teams):
            told = pc.dictionary_encode(column, null_encoding="encode")
            codes = codes * len(told.dictionary) + told.indices.to_numpy()
        _codes, first, place = np.unique(codes, return_index=True, return_inverse=True)
        rows = pa.table([types, agencies, teams], ["type", "agency", "team"]).take(first)
        ids = [self._ids(*row.values()) for row in rows.to_pylist()]
        found = np.array(ids, dtype=np.int64).reshape(-1, 3)[place]
        return Responsible(found[:, 0], found[:, 1], found[:, 2])

    def _ids(self, *told: str | None) -> tuple[int, int, int]:
        if told not in self._known:
            self._known[told] = self._find(*told)
        return self._known[told]

    def _find(
        self, type_: str | None, agency: str | None, team: str | None
    ) -> tuple[int, int, int]:
        offer = self.offers.get(type_key(type_)) if type_ else None
        if offer is None:
            return 0, 0, 0
        body = self.agencies.get(agency or offer.agency or "")
        if body is None:
            return offer.entry.id, 0, 0
        if team is not None and team in self.teams:
            chosen = self.teams[team]
            # As everywhere, a request's agency is that of its team.
            return offer.entry.id, chosen.agency_id, chosen.id
        if offer.entry.agency_id == body.id and offer.entry.team_id is not None:
            return offer.entry.id, body.id, offer.entry.team_id
        return offer.entry.id, body.id, self.own_teams[body.id].id


def code_of(name: str, *, longest: int) -> str:
    """A catalog code for a name: its letters and digits; with a digest where that is too long."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    code = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if code and len(code) <= longest:
        return code
    digest = hashlib.blake2b(name.encode(), digest_size=4).hexdigest()
    return f"{code[: longest - 9].strip('-')}-{digest}".strip("-")


@transaction.atomic
def register(
    seen: Survey, mapping: HistoryMapping, *, folder: Path, by: Actor, at: datetime
) -> Register:
    """Make what the catalog lacks of the export's agencies, teams and services, and find the rest.

    ``folder`` is where a mapping's file of targets may lie. What has its code in the catalog
    already is taken as it is there. Raises ``BadFile`` for a file of targets that is none.
    """
    builder = _Builder(mapping, by=by, at=at)
    agencies = builder.agencies(seen)
    teams = builder.teams(seen, agencies)
    own_teams = builder.own_teams(agencies.values()) if seen.teamless else {}
    offers = builder.offers(seen, agencies, teams, promised(mapping.catalog.targets, folder))
    return Register(catalog(), offers, agencies, teams, own_teams, builder.made)


class _Builder:
    """Finds entries of the catalog by code, and makes those that are not there."""

    def __init__(self, mapping: HistoryMapping, *, by: Actor, at: datetime) -> None:
        self.made = Made()
        self._mapping = mapping
        self._newest = {old.casefold(): new for old, new in mapping.agencies.items()}
        self._by = by
        self._at = at

    def agencies(self, seen: Survey) -> dict[str, AgencyEntry]:
        """The agencies by the words that the source has for them."""
        codes, names = {}, {}
        for told, spellings in seen.agency_names.items():
            newest = self._newest.get(told.casefold())
            codes[told] = code_of(newest or told, longest=40)
            names[codes[told]] = newest or spellings.most_common(1)[0][0]
        missing = set(names) - {entry.code for entry in directory().agencies}
        if missing and _HOURS.code not in {calendar.code for calendar in calendars()}:
            save_calendar(spec=_HOURS, by=self._by, at=self._at)
        for code in sorted(missing):
            spec = AgencySpec(code=code, name=names[code][:100], calendar=_HOURS.code)
            save_agency(spec=spec, by=self._by, at=self._at)
        self.made.agencies += len(missing)
        here = directory()
        return {told: here.agency_by_code(code) for told, code in codes.items()}

    def teams(self, seen: Survey, agencies: Mapping[str, AgencyEntry]) -> dict[str, TeamEntry]:
        """The teams by the words that the source has for them."""
        specs = {}
        for told, whose in seen.team_agencies.items():
            body = agencies[whose.most_common(1)[0][0]]
            code = code_of(told, longest=60)
            specs[told] = TeamSpec(code=code, name=told[:100], agency=body.code)
        self._save_teams(specs.values())
        here = directory()
        return {told: here.team_by_code(spec.code) for told, spec in specs.items()}

    def own_teams(self, agencies: Iterable[AgencyEntry]) -> dict[int, TeamEntry]:
        """For each agency the team of its own name, or its first, for work of no named team."""
        bodies = {body.id: body for body in agencies}
        found = self._teams_of(bodies)
        self._save_teams(
            TeamSpec(code=body.code, name=body.name, agency=body.code)
            for body in bodies.values()
            if body.id not in found
        )
        return self._teams_of(bodies)

    def _teams_of(self, bodies: Mapping[int, AgencyEntry]) -> dict[int, TeamEntry]:
        found: dict[int, TeamEntry] = {}
        for team in directory().teams:
            body = bodies.get(team.agency_id)
            if body and team.active and (body.id not in found or team.code == body.code):
                found[body.id] = team
        return found

    def _save_teams(self, specs: Iterable[TeamSpec]) -> None:
        here = {team.code for team in directory().teams}
        missing = {spec.code: spec for spec in specs if spec.code not in here}
        for spec in missing.values():
            save_team(spec=spec, by=self._by, at=self._at)
        self.made.teams += len(missing)

    def offers(
        self,
        seen: Survey,
        agencies: Mapping[str, AgencyEntry],
        teams: Mapping[str, TeamEntry],
        days: Mapping[str, int | None],
    ) -> dict[str, Offer]:
        """The services by ``type_key``."""
        here = {entry.code for entry in catalog().all_services}
        told: dict[str, tuple[str, str, int | None]] = {}
        for key, one in seen.types.items():
            if one.agencies:
                agency = one.agencies.most_common(1)[0][0]
                minutes = days[key] if key in days else one.fixed_minutes()
                spec = self._spec(one, agencies[agency], teams, minutes)
                told[key] = spec.code, agency, minutes
                if spec.code not in here:
                    self._save_service(spec)
                    here.add(spec.code)
        book = catalog()
        return {
            key: Offer(book.service(code), agency, minutes)
            for key, (code, agency, minutes) in told.items()
        }

    def _save_service(self, spec: ServiceSpec) -> None:
        if not self.made.services:
            known = {outcome.code for outcome in known_outcomes()}
            for outcome in self._mapping.catalog.outcomes:
                if outcome.code not in known:
                    save_outcome(spec=outcome, by=self._by, at=self._at)
        save_service(spec=spec, by=self._by, at=self._at)
        self.made.services += 1

    def _spec(
        self,
        one: TypeSurvey,
        body: AgencyEntry,
        teams: Mapping[str, TeamEntry],
        minutes: int | None,
    ) -> ServiceSpec:
        name = " ".join(one.spellings.most_common(1)[0][0].replace('"', " ").split())
        usual = [teams[told] for told, _count in one.teams.most_common(1)]
        placed = one.placed >= _PLACED_SHARE * one.rows
        rules = self._mapping.catalog
        return documents.read(
            ServiceSpec,
            {
                "code": code_of(name, longest=80),
                "name": name[:150] or code_of(name, longest=80),
                "group": body.name,
                "agency": body.code,
                "team": next((team.code for team in usual if team.agency_id == body.id), None),
                "location": (
                    LocationRequirement.REQUIRED if placed else LocationRequirement.OPTIONAL
                ),
                "target": _target(minutes),
                "hold_reasons": rules.hold_reasons,
                "outcomes": tuple(outcome.code for outcome in rules.outcomes),
            },
        )


def _target(minutes: int | None) -> Target | None:
    if minutes is None or minutes > LONGEST_DAYS * MINUTES_OF[Unit.DAYS]:
        return None
    unit = next(u for u in (Unit.DAYS, Unit.HOURS, Unit.MINUTES) if minutes % MINUTES_OF[u] == 0)
    return documents.read(Target, {"amount": minutes // MINUTES_OF[unit], "unit": unit})


def promised(targets: TargetFile | None, folder: Path) -> dict[str, int | None]:
    """The minutes that each type is promised in by the file beside the export, where it is."""
    path = folder / targets.file if targets else None
    if targets is None or path is None or not path.is_file():
        return {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return {
                type_key(row[targets.type]): _same(row[targets.least_days], row[targets.most_days])
                for row in csv.DictReader(file)
            }
    except (KeyError, ValueError, AttributeError) as error:
        sentence = _("%(file)s is no file of targets: it needs the columns %(columns)s.")
        columns = ", ".join([targets.type, targets.least_days, targets.most_days])
        raise BadFile(sentence % {"file": path.name, "columns": columns}) from error


def _same(least: str, most: str) -> int | None:
    if not least or not most or float(least) != float(most):
        return None
    return round(float(least) * MINUTES_OF[Unit.DAYS])
