"""Finding rules that contradict each other or can never be used, before a request meets them.

What is said here is never a false alarm about reach: a rule reported unreachable is not chosen
for any offered service, any set of current areas and any moment. Where a fallback rule is
present, ``RuleBook.choose`` always has an answer; without one, each service that could be left
without a team is named.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from typing import Protocol

from django.utils.translation import gettext as _

from citycall.routing import windows
from citycall.routing.book import RoutedService
from citycall.routing.rules import Rule, ServiceId
from citycall.routing.windows import Stretch


class FaultKind(StrEnum):
    """What can be wrong with rules; ``OTHER_AGENCY`` may be meant so, the others hardly."""

    NO_FALLBACK = "no_fallback"
    CONTRADICTION = "contradiction"
    EMPTY_WINDOW = "empty_window"
    RETIRED_SERVICE = "retired_service"
    RETIRED_AREA = "retired_area"
    RETIRED_TEAM = "retired_team"
    SHADOWED = "shadowed"
    OTHER_AGENCY = "other_agency"


UNREACHABLE = frozenset(
    {
        FaultKind.EMPTY_WINDOW,
        FaultKind.RETIRED_SERVICE,
        FaultKind.RETIRED_AREA,
        FaultKind.SHADOWED,
    }
)


class CheckedService(RoutedService, Protocol):
    """What the checks read of a service."""

    @property
    def agency_id(self) -> int: ...
    @property
    def active(self) -> bool: ...


class CheckedTeam(Protocol):
    """What the checks read of a team."""

    @property
    def agency_id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def active(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class RuleFault:
    """One thing wrong: ``rules`` are the codes it is about (none for what is missing)."""

    kind: FaultKind
    rules: tuple[str, ...]
    sentence: str

    def __str__(self) -> str:
        return self.sentence


def find_faults(
    rules: Iterable[Rule],
    *,
    services: Iterable[CheckedService],
    teams: Callable[[int], CheckedTeam],
    current_areas: Collection[int],
    can_share_point: Callable[[int, int], bool],
) -> list[RuleFault]:
    """Everything wrong with the rules, in the order of ``FaultKind``.

    ``services`` are all, retired ones too; ``teams`` gives the team of an id; ``current_areas``
    are the ids of areas that are not retired; ``can_share_point`` says of two area ids whether
    one point can be in both.
    """
    case = _Case(
        tuple(sorted(rules, key=lambda rule: rule.rank)),
        {service.id: service for service in services},
        teams,
        current_areas,
        can_share_point,
    )
    found = [
        *case.missing_fallback(),
        *case.contradictions(),
        *case.unreachable(),
        *case.wrong_teams(),
    ]
    order = list(FaultKind)
    return sorted(found, key=lambda fault: (order.index(fault.kind), fault.rules))


class _Case:
    def __init__(
        self,
        rules: Sequence[Rule],
        services: Mapping[int, CheckedService],
        teams: Callable[[int], CheckedTeam],
        current_areas: Collection[int],
        can_share_point: Callable[[int, int], bool],
    ) -> None:
        self.rules = rules
        self.services = services
        self.offered = [service.id for service in services.values() if service.active]
        self.teams = teams
        self.current_areas = current_areas
        self.can_share_point = can_share_point
        self.stretches = {rule.id: windows.stretches(rule) for rule in rules}
        # Only rules that can be met at all can contradict or shadow others.
        self.usable = [rule for rule in rules if not self._why_never(rule)]
        self.named: dict[tuple[ServiceId, int | None], list[Rule]] = {}
        for rule in self.usable:
            self.named.setdefault((rule.service_id, rule.area_id), []).append(rule)

    def missing_fallback(self) -> Iterator[RuleFault]:
        if any(rule.is_fallback for rule in self.rules):
            return
        lost = [
            self.services[service_id].spec.name
            for service_id in self.offered
            if self.services[service_id].team_id is None and not self._always_ruled(service_id)
        ]
        sentence = _("There is no fallback rule, one without any condition.")
        if lost:
            sentence = _(
                "There is no fallback rule, one without any condition: "
                "%(services)s could be left without a team."
            ) % {"services": ", ".join(f"“{name}”" for name in sorted(lost))}
        yield RuleFault(FaultKind.NO_FALLBACK, (), sentence)

    def contradictions(self) -> Iterator[RuleFault]:
        groups: dict[tuple[ServiceId, bool, bool], list[Rule]] = {}
        for rule in self.usable:
            key = (rule.service_id, rule.area_id is not None, rule.is_timed)
            groups.setdefault(key, []).append(rule)
        for members in groups.values():
            for first, second in combinations(members, 2):
                if first.team_id != second.team_id and self._can_meet(first, second):
                    yield RuleFault(
                        FaultKind.CONTRADICTION,
                        (first.code, second.code),
                        _(
                            "Rules “%(first)s” and “%(second)s” can fit the same request equally "
                            "well, but name different teams; “%(first)s” wins by its code."
                        )
                        % {"first": first.code, "second": second.code},
                    )

    def unreachable(self) -> Iterator[RuleFault]:
        for rule in self.rules:
            if fault := self._why_never(rule):
                yield fault
            elif not rule.is_fallback and self._is_shadowed(rule):
                yield RuleFault(
                    FaultKind.SHADOWED,
                    (rule.code,),
                    _("Rule “%(rule)s” is never used: other rules always come before it.")
                    % {"rule": rule.code},
                )
        for rule in [rule for rule in self.usable if rule.is_fallback][1:]:
            yield RuleFault(
                FaultKind.SHADOWED,
                (rule.code,),
                _("Rule “%(rule)s” is never used: there is another fallback before it.")
                % {"rule": rule.code},
            )

    def wrong_teams(self) -> Iterator[RuleFault]:
        for rule in self.rules:
            team = self.teams(rule.team_id)
            names = {"rule": rule.code, "team": team.name}
            if not team.active:
                sentence = _("Rule “%(rule)s” sends work to %(team)s, which is retired.")
                yield RuleFault(FaultKind.RETIRED_TEAM, (rule.code,), sentence % names)
            service = self.services.get(rule.service_id) if rule.service_id else None
            if service is not None and service.agency_id != team.agency_id:
                names["service"] = service.spec.name
                sentence = _(
                    "Rule “%(rule)s” sends “%(service)s” to %(team)s, a team of another agency."
                )
                yield RuleFault(FaultKind.OTHER_AGENCY, (rule.code,), sentence % names)

    def _why_never(self, rule: Rule) -> RuleFault | None:
        """Why a rule by itself can never be met, whatever the others say."""
        kind, sentence = None, ""
        if not self.stretches[rule.id]:
            kind = FaultKind.EMPTY_WINDOW
            sentence = _("Rule “%(rule)s” is never used: its hours are empty.")
        elif rule.service_id is not None and rule.service_id not in self.offered:
            kind = FaultKind.RETIRED_SERVICE
            sentence = _("Rule “%(rule)s” is never used: its service is retired.")
        elif rule.area_id is not None and rule.area_id not in self.current_areas:
            kind = FaultKind.RETIRED_AREA
            sentence = _("Rule “%(rule)s” is never used: its area is no longer in use.")
        return RuleFault(kind, (rule.code,), sentence % {"rule": rule.code}) if kind else None

    def _can_meet(self, first: Rule, second: Rule) -> bool:
        if first.area_id is not None and second.area_id is not None:
            same = first.area_id == second.area_id
            if not same and not self.can_share_point(first.area_id, second.area_id):
                return False
        return windows.meet(self.stretches[first.id], self.stretches[second.id])

    def _is_shadowed(self, rule: Rule) -> bool:
        """Whether for every offered service better rules cover the whole of its window.

        A request may lie in the rule's area alone, or nowhere known, so only rules for that
        same area, or for none, can be sure to come before it.
        """
        services = [rule.service_id] if rule.service_id is not None else self.offered
        return bool(services) and all(
            windows.covered(self.stretches[rule.id], self._before(rule, service_id))
            for service_id in services
        )

    def _before(self, rule: Rule, service_id: ServiceId) -> Iterator[Stretch]:
        for named in {service_id, None}:
            for area_id in {rule.area_id, None}:
                for other in self.named.get((named, area_id), ()):
                    if other.rank < rule.rank:
                        yield from self.stretches[other.id]

    def _always_ruled(self, service_id: int) -> bool:
        held = (
            stretch
            for named in (service_id, None)
            for rule in self.named.get((named, None), ())
            for stretch in self.stretches[rule.id]
        )
        return windows.covered([(0, windows.WEEK)], held)
