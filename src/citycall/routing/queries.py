"""Reading the rules: the book that every process holds in memory, and what is written in it."""

from dataclasses import dataclass

from citycall.agencies import queries as agencies
from citycall.agencies.queries import Directory
from citycall.catalog.queries import catalog
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.models import Revision
from citycall.core.permissions import require
from citycall.core.snapshots import Snapshot
from citycall.places.queries import AreaIndex, areas
from citycall.routing.book import Considered, Decision, RuleBook
from citycall.routing.checks import RuleFault, find_faults
from citycall.routing.models import RoutingRule
from citycall.routing.policies import PERMISSIONS
from citycall.routing.rules import Rule
from citycall.routing.specs import RuleSpec

__all__ = [
    "RULES",
    "SUBJECT",
    "Considered",
    "Decision",
    "RuleBook",
    "faults",
    "history",
    "routing",
    "rule_spec",
    "rules",
]

SUBJECT = "routing_rule"


@dataclass(frozen=True, slots=True)
class _Made:
    rules: tuple[Rule, ...]
    directory: Directory
    areas: AreaIndex
    book: RuleBook


_made: _Made | None = None


def _load() -> tuple[Rule, ...]:
    return tuple(rule_of(row) for row in RoutingRule.objects.order_by("code"))


RULES: Snapshot[tuple[Rule, ...]] = Snapshot("routing", _load)


def routing() -> RuleBook:
    """The rules as they are now, at most a second old; the same object until something changes."""
    global _made  # noqa: PLW0603  (a cache of what three snapshots say together)
    loaded, directory, index = RULES.get(), agencies.DIRECTORY.get(), areas()
    last = _made
    if (
        last is not None
        and last.rules is loaded
        and last.directory is directory
        and last.areas is index
    ):
        return last.book
    if last is None or last.rules is not loaded:
        # A rule may name a team that was added a moment after the directory was looked at.
        agencies.DIRECTORY.forget()
        directory = agencies.DIRECTORY.get()
    book = RuleBook(loaded, teams=directory, areas=index, zone=clock.city_zone())
    _made = _Made(loaded, directory, index, book)
    return book


def faults() -> list[RuleFault]:
    """What is wrong with the rules as they are now, together with the catalog and the areas."""
    index = areas()
    return find_faults(
        routing().rules,
        services=catalog().all_services,
        teams=agencies.DIRECTORY.get().team,
        current_areas={area.id for layer in index.layers for area in index.of_layer(layer)},
        can_share_point=index.can_share_point,
    )


def rules() -> list[RuleSpec]:
    """Every rule as it stands in the database, by code."""
    rows = RoutingRule.objects.select_related("service", "area__layer", "team").order_by("code")
    return [rule_spec(row) for row in rows]


def rule_spec(row: RoutingRule) -> RuleSpec:
    """What an administrator wrote of a rule."""
    return RuleSpec(
        code=row.code,
        service=row.service.code if row.service else None,
        area=f"{row.area.layer.code}/{row.area.code}" if row.area else None,
        days=tuple(row.days),
        from_time=row.from_time,
        to_time=row.to_time,
        team=row.team.code,
        note=row.note,
    )


def rule_of(row: RoutingRule) -> Rule:
    """The rule as choosing needs it."""
    return Rule(
        id=row.pk,
        code=row.code,
        team_id=row.team_id,
        service_id=row.service_id,
        area_id=row.area_id,
        days=frozenset(row.days),
        from_time=row.from_time,
        to_time=row.to_time,
        note=row.note,
    )


def history(*, code: str, by: Actor) -> list[Revision]:
    """Every change of a rule, newest first."""
    require(PERMISSIONS, "read_history", by=by)
    return list(Revision.objects.filter(subject_kind=SUBJECT, subject_code=code).order_by("-id"))
