"""A small rule book for tests: three services, two teams of one agency, two layers of areas."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo

from citycall.places.index import AreaRef
from citycall.routing.book import RuleBook
from citycall.routing.checks import RuleFault, find_faults
from citycall.routing.rules import Rule

ZONE = ZoneInfo("America/New_York")
ABELL, MAYFIELD = 11, 12  # neighborhoods
EAST, WEST = 21, 22  # districts
RETIRED_AREA = 13
HIGHWAYS, SANITATION, SORTING, HARBOR = 1, 2, 3, 4


@dataclass(frozen=True)
class Spec:
    """What routing reads of a service's spec."""

    name: str
    something_else: bool = False


@dataclass(frozen=True)
class Service:
    """What routing reads of a service."""

    id: int
    spec: Spec
    agency_id: int = 1
    team_id: int | None = None
    active: bool = True


@dataclass(frozen=True)
class Team:
    """What routing reads of a team."""

    name: str
    agency_id: int = 1
    active: bool = True


@dataclass(frozen=True)
class Teams:
    """The teams by their ids."""

    known: dict[int, Team] = field(
        default_factory=lambda: {
            HIGHWAYS: Team("Highways"),
            SANITATION: Team("Sanitation"),
            SORTING: Team("Sorting"),
            HARBOR: Team("Harbor Master", agency_id=2),
        }
    )

    def team(self, team_id: int, /) -> Team:
        return self.known[team_id]


class Areas:
    """The areas by their ids; the tens of an id are its layer."""

    names = {ABELL: "Abell", MAYFIELD: "Mayfield", EAST: "East", WEST: "West", 13: "Old Town"}

    def areas_of(self, area_ids: Collection[int], /) -> tuple[AreaRef, ...]:
        return tuple(
            AreaRef(
                id=area_id, layer=str(area_id // 10), code=str(area_id), name=self.names[area_id]
            )
            for area_id in area_ids
        )


POTHOLE = Service(1, Spec("Pothole"), team_id=HIGHWAYS)
TRASH = Service(2, Spec("Illegal Dumping"))
OTHER = Service(3, Spec("Something else", something_else=True), team_id=SORTING)
GONE = Service(4, Spec("Telegraph pole"), active=False)
SERVICES = (POTHOLE, TRASH, OTHER, GONE)
CURRENT_AREAS = frozenset({ABELL, MAYFIELD, EAST, WEST})


def rule(code: str, team_id: int = HIGHWAYS, **conditions: Any) -> Rule:
    """A rule whose id comes from its code."""
    return Rule(id=crc32(code.encode()), code=code, team_id=team_id, **conditions)


def book(*rules: Rule, teams: Teams | None = None) -> RuleBook:
    """A rule book of these rules."""
    return RuleBook(rules, teams=teams or Teams(), areas=Areas(), zone=ZONE)


def can_share_point(first: int, second: int) -> bool:
    """Areas of different layers lie over each other here, those of one layer do not."""
    return first == second or first // 10 != second // 10


def faults_of(
    rules: Iterable[Rule],
    *,
    services: Iterable[Service] = SERVICES,
    teams: Teams | None = None,
) -> list[RuleFault]:
    """The faults of rules in this small city."""
    return find_faults(
        rules,
        services=services,
        teams=(teams or Teams()).team,
        current_areas=CURRENT_AREAS,
        can_share_point=can_share_point,
    )


def local(text: str) -> datetime:
    """A moment by the city's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)
