"""Reading what was counted: half hours gone by from their table, today from the calls themselves.

A year is some seventeen thousand half hours, however many calls there were.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import connection

from citycall.calls.measures import counting
from citycall.calls.measures.models import Cut
from citycall.calls.measures.rules import BUCKETS, HALF_HOUR, NAMES, SERIES, Counts


class Step(StrEnum):
    """How long each line of a report is."""

    HALF_HOUR = "half_hour"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a report: when it begins by the city's clock, and what was counted."""

    begins: datetime
    counts: Counts


_TRUNCATED: Final = {
    Step.HALF_HOUR: "begins",
    Step.HOUR: "date_trunc('hour', begins, %(zone)s)",
    Step.DAY: "date_trunc('day', begins, %(zone)s)",
    Step.WEEK: "date_trunc('week', begins, %(zone)s)",
}


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a day begins by the city's clock."""
    return datetime.combine(day, time(), tzinfo=zone)


def by_time(
    since: date,
    until: date,
    *,
    step: Step,
    zone: ZoneInfo,
    at: datetime,
    cut: Cut = Cut.ALL,
    value: str = "",
) -> list[Line]:
    """The days from ``since`` to ``until`` (included) in steps, the earliest first.

    Only what there was something to count in; days are the city's.
    """
    found: dict[datetime, Counts] = defaultdict(Counts)
    begins, ends, today = _bounds(since, until, zone=zone, at=at)
    rows = _kept(
        _TRUNCATED[step], begins, min(ends, today), zone=zone, where="value = %(value)s",
        cut=cut, value=value,
    )  # fmt: skip
    for moment, counts in rows:
        found[moment] += counts
    for row in _live(today, begins, ends, at=at):
        if row.cut == cut and row.value == value:
            found[_truncated(row.begins, step, zone)] += row.counts
    return [Line(moment.astimezone(zone), found[moment]) for moment in sorted(found)]


def by_value(
    since: date, until: date, *, cut: Cut, zone: ZoneInfo, at: datetime
) -> dict[str, Counts]:
    """The days from ``since`` to ``until`` (included) together, for each value of a cut."""
    found: dict[str, Counts] = defaultdict(Counts)
    begins, ends, today = _bounds(since, until, zone=zone, at=at)
    for value, counts in _kept("value", begins, min(ends, today), zone=zone, cut=cut):
        found[value] += counts
    for row in _live(today, begins, ends, at=at):
        if row.cut == cut:
            found[row.value] += row.counts
    return dict(sorted(found.items()))


def today(*, zone: ZoneInfo, at: datetime) -> list[counting.Counted]:
    """Every half hour of today until now, for every cut, from the calls themselves."""
    day = at.astimezone(zone).date()
    begins = midnight(day, zone)
    return _live(begins, begins, midnight(day + timedelta(days=1), zone), at=at)


def arrivals(since: date, until: date, *, zone: ZoneInfo) -> dict[date, list[float]]:
    """Phone calls to people in each of the 48 half hours of each day gone by, for a forecast.

    From the first day with any to ``until``, included; the city's clock. Where clocks go back,
    an hour has two.
    """
    asked: dict[str, Any] = {
        "since": midnight(since, zone),
        "until": midnight(until + timedelta(days=1), zone),
    }
    found: dict[date, list[float]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT begins, offered FROM calls_halfhour WHERE cut = 'medium' AND value = 'phone' "
            "AND begins >= %(since)s AND begins < %(until)s ORDER BY begins",
            asked,
        )
        for begins, offered in cursor:
            local = begins.astimezone(zone)
            if local.date() not in found:
                _fill(found, local.date())
            found[local.date()][2 * local.hour + local.minute // 30] += offered
    if found:
        _fill(found, until)
    return found


def _fill(found: dict[date, list[float]], day: date) -> None:
    """Days without a call are days too, once there was one with."""
    known = max(found, default=day)
    for n in range((day - known).days + 1):
        found.setdefault(known + timedelta(days=n), [0.0] * 48)


def _bounds(
    since: date, until: date, *, zone: ZoneInfo, at: datetime
) -> tuple[datetime, datetime, datetime]:
    begins, ends = midnight(since, zone), midnight(until + timedelta(days=1), zone)
    return begins, ends, midnight(at.astimezone(zone).date(), zone)


def _live(
    today: datetime, begins: datetime, ends: datetime, *, at: datetime
) -> list[counting.Counted]:
    """Today's half hours, where they are asked for."""
    moment, half_hours = max(today, begins), []
    while moment < ends and moment <= at:
        half_hours.append(moment)
        moment = (moment.astimezone(_UTC) + HALF_HOUR).astimezone(moment.tzinfo)
    return counting.count(half_hours, at=at)


_UTC: Final = ZoneInfo("UTC")


def _kept(
    group: str,
    begins: datetime,
    ends: datetime,
    *,
    zone: ZoneInfo,
    cut: Cut,
    where: str = "true",
    value: str = "",
) -> Iterable[tuple[Any, Counts]]:
    if begins >= ends:
        return
    asked: dict[str, Any] = {
        "begins": begins,
        "ends": ends,
        "zone": zone.key,
        "cut": cut.value,
        "value": value,
    }
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {group}, {_SUMS} FROM calls_halfhour "  # noqa: S608  (own words only)
            "WHERE cut = %(cut)s AND begins >= %(begins)s AND begins < %(ends)s "
            f"AND {where} GROUP BY 1",
            asked,
        )
        rows = cursor.fetchall()
    for key, *sums in rows:
        yield key, Counts(**dict(zip(NAMES, map(_plain, NAMES, sums), strict=True)))


def _plain(name: str, value: Any) -> Any:
    if name in SERIES:
        return tuple(map(int, value))
    return float(value) if name.endswith("_seconds") else int(value)


def _truncated(begins: datetime, step: Step, zone: ZoneInfo) -> datetime:
    if step is Step.HALF_HOUR:
        return begins
    local = begins.astimezone(zone)
    if step is Step.HOUR:
        return local.replace(minute=0)
    day = local.date()
    return midnight(day if step is Step.DAY else day - timedelta(days=day.weekday()), zone)


def _sums() -> str:
    parts: Sequence[str] = [
        "ARRAY[" + ", ".join(f'coalesce(sum("{name}"[{n + 1}]), 0)' for n in range(BUCKETS)) + "]"
        if name in SERIES
        else f"max({name})"
        if name == "longest_seconds"
        else f"sum({name})"
        for name in NAMES
    ]
    return ", ".join(parts)


_SUMS: Final = _sums()
