"""The rule book at one moment, the decision it gives, and the sentences that explain it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from citycall.places.index import AreaRef
from citycall.routing import windows
from citycall.routing.rules import ConfigurationError, Rule, RuleIndex


class RoutedSpec(Protocol):
    """What routing reads of a service's spec."""

    @property
    def name(self) -> str: ...
    @property
    def something_else(self) -> bool: ...


class RoutedService(Protocol):
    """What routing reads of a service; ``team_id`` is its own team, where it has one."""

    @property
    def id(self) -> int: ...
    @property
    def team_id(self) -> int | None: ...
    @property
    def spec(self) -> RoutedSpec: ...


class RoutedTeam(Protocol):
    """What routing reads of a team."""

    @property
    def agency_id(self) -> int: ...
    @property
    def name(self) -> str: ...


class Teams(Protocol):
    """Where teams are looked up; ``agencies.queries.Directory`` is one."""

    def team(self, team_id: int, /) -> RoutedTeam: ...


class Areas(Protocol):
    """Where areas are looked up; ``places.queries.AreaIndex`` is one."""

    def areas_of(self, area_ids: Collection[int], /) -> tuple[AreaRef, ...]: ...


@dataclass(frozen=True, slots=True)
class Considered:
    """A rule that did not win, and the sentence that says why."""

    rule_id: int
    rule: str
    team_id: int
    sentence: str

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True, slots=True)
class Decision:
    """Whose work it is. ``rule_id`` is none where the service's own team has it.

    ``reason`` and ``considered`` are put into words when they are read, in the language of
    whoever reads them.
    """

    team_id: int
    agency_id: int
    rule_id: int | None
    _case: "_Case" = field(repr=False, compare=False)

    @property
    def reason(self) -> str:
        """One sentence that answers "why this team?"."""
        return self._case.reason()

    @property
    def reason_on_record(self) -> str:
        """The same for staff to read later: in the city's language, whoever's report it was."""
        with translation.override(settings.LANGUAGE_CODE):
            return self.reason

    @property
    def considered(self) -> tuple[Considered, ...]:
        """The other rules for this service, most specific first, and why each lost."""
        return tuple(self._case.losers())


class RuleBook:
    """All rules at one moment, with the names that explain them. Immutable."""

    def __init__(
        self, rules: Iterable[Rule], *, teams: Teams, areas: Areas, zone: ZoneInfo
    ) -> None:
        self.index = RuleIndex(rules)
        self.teams = teams
        self.areas = areas
        self.zone = zone

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule, most specific first."""
        return self.index.rules

    def choose(self, service: RoutedService, area_ids: Collection[int], at: datetime) -> Decision:
        """The team for a request of this service, in these areas, at this moment.

        The best matching rule, else the service's own team, else the fallback rule. ``at``
        carries its offset. Raises ``ConfigurationError`` where none of the three is there.
        """
        if at.tzinfo is None:
            raise ValueError("a moment without an offset")
        local = at.astimezone(self.zone)
        rule = self.index.best(service.id, area_ids, local)
        if rule is None and service.team_id is None:
            rule = self.index.fallback
        if rule is not None:
            team_id, rule_id = rule.team_id, rule.id
        elif service.team_id is not None:
            team_id, rule_id = service.team_id, None
        else:
            raise ConfigurationError(
                _(
                    "“%(service)s” has no team and there is no fallback rule. "
                    "An administrator needs to add a rule without conditions."
                )
                % {"service": service.spec.name}
            )
        case = _Case(self, service, tuple(area_ids), local, rule, team_id)
        return Decision(team_id, self.teams.team(team_id).agency_id, rule_id, case)


@dataclass(frozen=True, slots=True)
class _Case:
    """What a decision was made from, kept so that it can be explained later."""

    book: RuleBook
    service: RoutedService
    area_ids: tuple[int, ...]
    local: datetime
    rule: Rule | None
    team_id: int

    def reason(self) -> str:
        names = {
            "service": self.service.spec.name,
            "team": self.book.teams.team(self.team_id).name,
            "rule": self.rule.code if self.rule else "",
        }
        if self.rule is None and self.service.spec.something_else:
            return _("“%(service)s” goes to %(team)s, who read it and send it on.") % names
        if self.rule is None:
            return _("No rule fits, so “%(service)s” goes to its own team, %(team)s.") % names
        if self.rule.is_fallback:
            return (
                _(
                    "No rule fits and “%(service)s” has no team of its own, "
                    "so it goes to the fallback team, %(team)s."
                )
                % names
            )
        names["conditions"] = self._conditions(self.rule)
        return _("Rule “%(rule)s” sends %(conditions)s to %(team)s.") % names

    def losers(self) -> Iterable[Considered]:
        for rule in self.book.index.considered(self.service.id, self.area_ids):
            if self.rule is None or rule.id != self.rule.id:
                yield Considered(rule.id, rule.code, rule.team_id, self._why_not(rule))

    def _conditions(self, rule: Rule) -> str:
        parts = [f"“{self.service.spec.name}”" if rule.service_id is not None else _("any service")]
        if rule.area_id is not None:
            parts.append(_("in %(area)s") % {"area": self._area(rule.area_id)})
        if rule.is_timed:
            parts.append(windows.describe(rule))
        return ", ".join(parts)

    def _why_not(self, rule: Rule) -> str:
        names = {"rule": rule.code}
        if rule.area_id is not None and rule.area_id not in self.area_ids:
            names["area"] = self._area(rule.area_id)
            if not self.area_ids:
                return _("Rule “%(rule)s” is for %(area)s; the place is not known.") % names
            return _("Rule “%(rule)s” is for %(area)s, which is not the place.") % names
        if not rule.holds_at(self.local):
            names["window"] = windows.describe(rule)
            names["now"] = windows.describe_moment(self.local)
            return _("Rule “%(rule)s” holds %(window)s, which %(now)s is not.") % names
        if rule.is_fallback:
            return _("Rule “%(rule)s” is the fallback, for when nothing else fits.") % names
        if self.rule is None or self.rule.specificity == rule.specificity:
            return _("Rule “%(rule)s” fits just as well; the code that comes first wins.") % names
        return _("Rule “%(rule)s” fits too, but does not name the %(missing)s.") % {
            **names,
            "missing": _missing(self.rule, rule),
        }

    def _area(self, area_id: int) -> str:
        found = self.book.areas.areas_of((area_id,))
        return found[0].name if found else str(area_id)


def _missing(winner: Rule, loser: Rule) -> str:
    """The first condition, in the order of weight, that only the winner has."""
    words = (_("service"), _("area"), _("time"))
    pairs = zip(winner.specificity, loser.specificity, words, strict=True)
    return next(word for won, lost, word in pairs if won and not lost)
