"""Which rule wins: pure, and quick enough for every intake.

The order of specificity is service, then area, then time. A rule that names the service beats
one that does not, whatever else they say; among equals in that, one that names an area beats one
that does not; among equals in both, one that names days or hours beats one for all time. Rules
that are still equal differ only in the area's layer or in overlapping times: the code that comes
first in the alphabet wins, and ``checks`` reports them where their teams differ.

The fallback, which has no condition, comes last of all: after the service's own team.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time

from citycall.core.errors import DomainError

ServiceId = int | None
AreaId = int | None
Rank = tuple[bool, bool, bool, str]


class ConfigurationError(DomainError):
    """The catalog gives a request no team: there is no fallback rule. ``checks`` tells before."""

    code = "no_team"
    status = 503


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. ``days`` are ISO weekdays on which the window begins, all when empty."""

    id: int
    code: str
    team_id: int
    service_id: ServiceId = None
    area_id: AreaId = None
    days: frozenset[int] = frozenset()
    from_time: time | None = None
    to_time: time | None = None
    note: str = ""

    @property
    def is_timed(self) -> bool:
        """Whether it holds on some days or hours only."""
        return bool(self.days) or self.from_time is not None

    @property
    def is_fallback(self) -> bool:
        """Whether it has no condition at all."""
        return self.service_id is None and self.area_id is None and not self.is_timed

    @property
    def rank(self) -> Rank:
        """Sorts the most specific rule first."""
        return self.service_id is None, self.area_id is None, not self.is_timed, self.code

    @property
    def specificity(self) -> tuple[bool, bool, bool]:
        """Whether it names a service, an area, a time."""
        return self.service_id is not None, self.area_id is not None, self.is_timed

    def holds_at(self, local: datetime) -> bool:
        """Whether its window holds at this local time.

        The wall clock counts: an hour that comes twice in autumn is in the window twice, one
        that is left out in spring not at all.
        """
        weekday = local.isoweekday()
        if self.from_time is None or self.to_time is None:
            return not self.days or weekday in self.days
        clock = local.time()
        if self.from_time < self.to_time:
            return self.from_time <= clock < self.to_time and self._begins_on(weekday)
        if self.from_time == self.to_time:
            return False
        if clock >= self.from_time:
            return self._begins_on(weekday)
        return clock < self.to_time and self._begins_on((weekday - 2) % 7 + 1)

    def _begins_on(self, weekday: int) -> bool:
        return not self.days or weekday in self.days


class RuleIndex:
    """Rules by the service and area that they name, so that few are looked at for a request."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules: tuple[Rule, ...] = tuple(sorted(rules, key=lambda rule: rule.rank))
        self.fallback: Rule | None = next((rule for rule in self.rules if rule.is_fallback), None)
        self._by_names: Mapping[tuple[ServiceId, AreaId], tuple[Rule, ...]] = _grouped(
            rule for rule in self.rules if not rule.is_fallback
        )
        self._with_areas = {rule.service_id for rule in self.rules if rule.area_id is not None}

    def best(self, service_id: int, area_ids: Collection[int], local: datetime) -> Rule | None:
        """The rule that wins at this local time, or none; the fallback is not among them."""
        for named in (service_id, None):
            found = self._best_in_areas(named, area_ids, local)
            if found is not None:
                return found
            for rule in self._by_names.get((named, None), ()):
                if rule.holds_at(local):
                    return rule
        return None

    def _best_in_areas(
        self, service_id: ServiceId, area_ids: Collection[int], local: datetime
    ) -> Rule | None:
        if service_id not in self._with_areas:
            return None
        best: Rule | None = None
        for area_id in area_ids:
            for rule in self._by_names.get((service_id, area_id), ()):
                if rule.holds_at(local):
                    if best is None or rule.rank < best.rank:
                        best = rule
                    break
        return best

    def considered(self, service_id: int, area_ids: Collection[int]) -> list[Rule]:
        """Every rule that names the service, or names none and is for these areas or for all."""
        return [
            rule
            for rule in self.rules
            if rule.service_id == service_id
            or (rule.service_id is None and (rule.area_id is None or rule.area_id in area_ids))
        ]


def _grouped(
    rules: Iterable[Rule],
) -> Mapping[tuple[ServiceId, AreaId], tuple[Rule, ...]]:
    groups: dict[tuple[ServiceId, AreaId], list[Rule]] = {}
    for rule in rules:
        groups.setdefault((rule.service_id, rule.area_id), []).append(rule)
    return {names: tuple(members) for names, members in groups.items()}
