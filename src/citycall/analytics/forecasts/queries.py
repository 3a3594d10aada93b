"""What somebody may see of the forecasts, by name: agencies, services or areas, and teams."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from citycall.analytics.forecasts.publishing import Forecasts, Row
from citycall.analytics.forecasts.weeks import (
    AGENCY,
    AREA,
    CITY,
    ELSEWHERE,
    SERVICE,
    SERVICE_AREA,
    TEAMS,
)
from citycall.analytics.store import Facts

ALL_WEEKS: Final = 0
NEXT_WEEK: Final = 1


@dataclass(frozen=True, slots=True)
class Named:
    """Something that can be chosen: its id, code, name, and its agency (0: none)."""

    id: int
    code: str
    name: str
    agency: int = 0


@dataclass(frozen=True, slots=True)
class Names:
    """What the facts call things."""

    agencies: Mapping[int, Named]
    services: Mapping[int, Named]
    teams: Mapping[int, Named]
    areas: Mapping[int, Named]
    layers: tuple[Named, ...]

    @classmethod
    def of(cls, facts: Facts) -> "Names":
        """As the present version of the facts has them."""
        return cls(
            _named(facts, "SELECT id, code, name, 0 FROM agencies"),
            _named(facts, "SELECT id, code, name, agency FROM services"),
            _named(facts, "SELECT id, code, name, agency FROM teams"),
            _named(facts, "SELECT id, layer, name, 0 FROM areas"),
            tuple(_named(facts, "SELECT row_number() OVER (), code, name, 0 FROM layers").values()),
        )


def _named(facts: Facts, statement: str) -> dict[int, Named]:
    columns = facts.sql(statement).to_pydict().values()
    return {row[0]: Named(*row) for row in zip(*columns, strict=True)}


@dataclass(frozen=True, slots=True)
class Line:
    """One series: next week and all four weeks. No name: what lies in none of the areas."""

    id: int
    name: str
    agency: int
    next: Row
    four: Row

    @property
    def change(self) -> str:
        """``more`` or ``fewer`` where even the interval is all above or below the last weeks."""
        if self.four.low is None or self.four.high is None:
            return ""
        if self.four.low > self.four.before:
            return "more"
        return "fewer" if self.four.high < self.four.before else ""


@dataclass(frozen=True, slots=True)
class TeamLine:
    """One team's four weeks: what comes, what it ends, and what stays open, with its interval."""

    name: str
    agency: int
    open: int
    coming: float
    ended: float
    after: float
    low: float
    high: float
    capacity: float
    grows: bool
    shrinks: bool

    @property
    def a_week(self) -> float:
        """How many requests come a week."""
        return self.coming / 4


def city(told: Forecasts) -> Line | None:
    """The whole city's forecast; none where nothing is expected, nor was lately."""
    found = _lines(told, CITY, "", {0: Named(0, "", "")})
    return found[0] if found else None


def agencies(told: Forecasts, names: Names, *, of: Collection[int]) -> list[Line]:
    """These agencies, those that expect most first."""
    return [line for line in _lines(told, AGENCY, "", names.agencies) if line.id in of]


def services(told: Forecasts, names: Names, *, of: Collection[int]) -> list[Line]:
    """The services of these agencies, those that expect most first."""
    return [line for line in _lines(told, SERVICE, "", names.services) if line.agency in of]


def areas(told: Forecasts, names: Names, *, layer: str) -> list[Line]:
    """All services together by area of a layer."""
    return _lines(told, AREA, layer, names.areas)


def areas_of(told: Forecasts, names: Names, *, layer: str, service: int) -> list[Line]:
    """One service by area: only areas where enough is expected to be said by itself."""
    return _lines(told, SERVICE_AREA, layer, names.areas, service=service)


def _lines(
    told: Forecasts, level: str, layer: str, names: Mapping[int, Named], **chosen: int
) -> list[Line]:
    rows: dict[int, dict[int, Row]] = {}
    for row in told.rows(level, layer, week=[NEXT_WEEK, ALL_WEEKS], **chosen):
        rows.setdefault(row.id, {})[row.week] = row
    found = [
        Line(key, _name(names, key), _agency(names, key), row[NEXT_WEEK], row[ALL_WEEKS])
        for key, row in rows.items()
        if row[ALL_WEEKS].expected > 0 or row[ALL_WEEKS].before > 0
    ]
    return sorted(found, key=lambda line: (-line.four.expected, line.name))


def _name(names: Mapping[int, Named], key: int) -> str:
    return names[key].name if key != ELSEWHERE and key in names else ""


def _agency(names: Mapping[int, Named], key: int) -> int:
    return names[key].agency if key in names else 0


def teams(told: Forecasts, names: Names, *, of: Collection[int]) -> list[TeamLine]:
    """Teams of these agencies, first those whose pile will grow most."""
    found = [
        TeamLine(
            name=names.teams[row["team"]].name,
            agency=names.teams[row["team"]].agency,
            open=row["open"],
            coming=sum(row["coming"]),
            ended=sum(row["ended"]),
            after=row["after"][-1],
            low=row["low"][-1],
            high=row["high"][-1],
            capacity=row["capacity"],
            grows=row["grows"],
            shrinks=row["shrinks"],
        )
        for row in (told.about["workload"] or {"teams": ()})["teams"]
        if row["team"] in names.teams and names.teams[row["team"]].agency in of
    ]
    moving = [team for team in found if team.open or team.coming >= 1]
    return sorted(moving, key=lambda team: (-team.grows, team.shrinks, team.open - team.after))


def trials(told: Forecasts, *, layer: str) -> list[dict[str, Any]]:
    """How forecasts did when tried on the past, by level and week ahead; areas of one layer."""
    rows: Iterable[dict[str, Any]] = told.about["backtest"]
    kept = [row for row in rows if row["layer"] in ("", layer, TEAMS)]
    return [{**row, "gains": _gains(row)} for row in kept]


def _gains(row: Mapping[str, Any]) -> dict[str, float]:
    """By yardstick, how much smaller the error is: 0.25 is a quarter smaller."""
    ours, naive = row["mase"], row["naive"]
    return {
        f"season_{season}": 1 - ours / theirs
        for season, theirs in naive.items()
        if ours is not None and theirs
    }


def said_in_one(rows: Sequence[Mapping[str, Any]], level: str) -> dict[str, float] | None:
    """Of one level, all four weeks apart: the mean gain on each yardstick, and what held."""
    weeks = [row for row in rows if row["level"] == level and row["week"] != ALL_WEEKS]
    if not weeks or any(row["held"] is None or not row["gains"] for row in weeks):
        return None
    found = {
        season: sum(row["gains"][season] for row in weeks) / len(weeks)
        for season in weeks[0]["gains"]
    }
    return {
        **found,
        "held": sum(row["held"] for row in weeks) / len(weeks),
        "tries": weeks[0]["origins"],
    }
