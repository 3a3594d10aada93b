"""One look at everything: storms first, then clusters, then changes of level apart from both."""

from collections import Counter
from datetime import date, datetime
from typing import Any, Final, NamedTuple

import h3.api.basic_int as h3
import numpy as np
from numpy.typing import NDArray

from citycall.analytics.places import changes, scan, storms
from citycall.analytics.places.chances import believed
from citycall.analytics.places.findings import Cluster, Findings, StormDays, Turn
from citycall.analytics.places.levels import Floats, Series
from citycall.analytics.places.scan import Cases, Cylinder
from citycall.analytics.places.study import Shares, Study

# The same facts give the same findings.
SEED: Final = 311
# Of the clusters that are told, so many are false on average.
FALSE_CLUSTERS: Final = 0.01
# A hexagon's middle lies this far from its farthest corner, and from its neighbour's middle.
_CORNER_M: Final = 200
_STEP_M: Final = 350
MOST_REQUESTS: Final = 100


class Sighting(NamedTuple):
    """A cluster with what it was found in."""

    service: int
    cylinder: Cylinder
    cases: Cases
    points: Floats


def look(study: Study, *, at: datetime) -> Findings:
    """All findings but those of words; an empty study has none."""
    if not study.weeks or not study.services:
        return Findings(at, study.facts.version, study.last, study.last, services=0, series=0)
    stormy = storms.find(study.by_day(), study.weekdays)
    shares = _shares(study, stormy)
    late = _late(study, shares)
    clusters = [_cluster(study, each) for each in sightings(study)]
    turns, series = _turns(study, shares, clusters)
    return Findings(
        made_at=at,
        facts=study.facts.version,
        first=study.first,
        last=study.last,
        services=len(study.services),
        series=series,
        late=sum(whole for whole, _part in late.values()),
        late_by_storm=sum(part for _whole, part in late.values()),
        clusters=tuple(clusters),
        turns=tuple(turns),
        storms=tuple(_storm(study, each, late) for each in stormy.storms),
    )


def _shares(study: Study, stormy: storms.Found) -> Shares:
    """Which part of each service's day storms brought."""
    rows, days = np.nonzero(stormy.share)
    return Shares(
        [study.services[row] for row in rows.tolist()],
        [study.day(day) for day in days.tolist()],
        [float(stormy.share[r, d]) for r, d in zip(rows, days, strict=True)],
    )


_Late = dict[tuple[int, date], tuple[int, float]]


def _late(study: Study, shares: Shares) -> _Late:
    """How many requests of each service and day were or are late, and the storms' part of them.

    Those that a storm brought are taken to be late as often as the others of their service and day.
    """
    rows = study.facts.sql(
        """SELECT service, received_on AS day, count(*) AS n FROM requests
        WHERE received_on >= $first AND received_on <= $last AND NOT is_merged
            AND (NOT coalesce(on_time, TRUE) OR (is_open AND due_at < $now)) GROUP BY ALL""",
        {"first": study.first, "last": study.last, "now": study.facts.as_of},
    ).to_pylist()
    part = dict(zip(zip(shares.service, shares.day, strict=True), shares.share, strict=True))
    found: _Late = {}
    for row in rows:
        key = (row["service"], row["day"])
        found[key] = (row["n"], row["n"] * part.get(key, 0.0))
    return found


def _storm(study: Study, storm: storms.Storm, late: _Late) -> StormDays:
    days = [study.day(day) for day in range(storm.first, storm.last + 1)]
    services = tuple(study.services[n] for n in storm.services)
    mine = [late.get((service, day), (0, 0.0)) for service in services for day in days]
    return StormDays(
        first=days[0],
        last=days[-1],
        services=services,
        received=storm.received,
        usual=round(storm.usual, 2),
        late=sum(whole for whole, _part in mine),
        late_by_storm=round(sum(part for _whole, part in mine), 2),
        chance=storm.chance,
    )


def sightings(study: Study) -> list[Sighting]:
    """The clusters of all services that are to be believed, the strongest evidence first."""
    seen: list[Sighting] = []
    without = 0
    for service in study.services:
        cases, points = study.cases(service)
        rng = np.random.default_rng([SEED, service])
        found = scan.scan(cases, rng=rng)
        without += not found
        seen += [Sighting(service, each, cases, points) for each in found]
    chances = [each.cylinder.chance for each in seen] + [1.0] * without
    verdict = believed(chances, false_share=FALSE_CLUSTERS)
    good = [each for each, is_good in zip(seen, verdict, strict=False) if is_good]
    return sorted(good, key=lambda each: (each.cylinder.chance, -each.cylinder.strength))


def _inside(sighting: Sighting) -> NDArray[np.bool_]:
    """Which of a service's cases are in the cluster."""
    cases, cylinder = sighting.cases, sighting.cylinder
    index = {cell: n for n, cell in enumerate(cases.hexagons)}
    members = [index[cell] for cell in cylinder.hexagons]
    in_time = (cases.week >= cylinder.since) & (cases.week < cylinder.until)
    return np.asarray(np.isin(cases.where, members) & in_time)


def _cluster(study: Study, sighting: Sighting) -> Cluster:
    cylinder = sighting.cylinder
    inside = _inside(sighting)
    points = sighting.points[inside]
    middle = np.median(points, axis=0)
    hexagons = sorted({sighting.cases.hexagons[n] for n in sighting.cases.where[inside].tolist()})
    since, last = study.week(cylinder.since), study.day(7 * cylinder.until - 1)
    requests = _requests(study, sighting, since, last)
    areas = Counter(area for _id, area in requests if area is not None)
    return Cluster(
        service=sighting.service,
        agency=study.agency_of[sighting.service],
        areas=tuple(areas.most_common(3)),
        longitude=round(float(middle[0]), 5),
        latitude=round(float(middle[1]), 5),
        radius_m=_CORNER_M + _STEP_M * cylinder.rings,
        hexagons=tuple(h3.int_to_str(cell) for cell in hexagons),
        since=since,
        until=last,
        going_on=last == study.last,
        observed=cylinder.observed,
        expected=round(cylinder.expected, 2),
        chance=cylinder.chance,
        requests=tuple(number for number, _area in requests[:MOST_REQUESTS]),
    )


def _requests(
    study: Study, sighting: Sighting, since: date, last: date
) -> list[tuple[int, int | None]]:
    """The cluster's requests with their areas, the latest first."""
    column = study.area_column() or "NULL"
    points = sighting.points[_inside(sighting)]
    box = [*points.min(axis=0), *points.max(axis=0)]
    rows = study.facts.sql(
        f"""SELECT id, {column} AS area, longitude, latitude FROM requests
        WHERE service = $service AND received_on BETWEEN $since AND $last AND NOT is_merged
            AND status NOT IN ('cancelled', 'referred')
            AND longitude BETWEEN $west - 1e-5 AND $east + 1e-5
            AND latitude BETWEEN $south - 1e-5 AND $north + 1e-5
        ORDER BY received_at DESC, id DESC""",
        {
            "service": sighting.service,
            "since": since,
            "last": last,
            **dict(zip(("west", "south", "east", "north"), map(float, box), strict=True)),
        },
    ).to_pylist()
    members = set(sighting.cylinder.hexagons)
    return [(row["id"], row["area"]) for row in rows if _cell(row) in members]


def _cell(row: dict[str, Any]) -> int:
    """The hexagon of a request, by the spot it is at."""
    spot = h3.latlng_to_cell(round(row["latitude"], 5), round(row["longitude"], 5), 11)
    return int(h3.cell_to_parent(spot, 9))


def _turns(study: Study, shares: Shares, clusters: list[Cluster]) -> tuple[list[Turn], int]:
    """Changes of level of all series, and how many series were looked at.

    What storms brought and what lies in a cluster is taken out first: it is told as such.
    """
    found: list[Turn] = []
    looked = 0
    area = study.area_column()
    counted = [("service", "service"), ("agency", "agency"), *([("area", area)] if area else [])]
    for measure, columns in (
        ("received", counted),
        ("days", [("service", "service"), ("team", "team")]),
    ):
        for by, column in columns:
            if measure == "received":
                series = study.received(column, shares)
                _without_clusters(study, series, clusters, by)
            else:
                series = study.days_taken(column, shares)
            looked += len(series)
            found += _turns_of(study, measure, by, series)
    return sorted(found, key=lambda turn: (turn.since, turn.chance), reverse=True), looked


def _without_clusters(
    study: Study, series: dict[int, Series], clusters: list[Cluster], by: str
) -> None:
    """Take what a cluster holds beyond the expected out of its weeks."""
    for each in clusters:
        keys = {"service": each.service, "agency": each.agency}
        if by == "area":
            keys["area"] = each.areas[0][0] if each.areas else -1
        mine = series.get(keys[by])
        first = (each.since - study.first).days // 7
        last = (each.until - study.first).days // 7 + 1
        if mine is not None and each.observed > each.expected:
            beyond = (each.observed - each.expected) / (last - first)
            mine.values[first:last] = np.maximum(mine.values[first:last] - beyond, 0.0)


def _turns_of(study: Study, measure: str, by: str, series: dict[int, Series]) -> list[Turn]:
    keys = sorted(series)
    kind = ("received", "days").index(measure)
    found = [
        changes.find(series[key], rng=np.random.default_rng([SEED, kind, key])) for key in keys
    ]
    return [
        _turn(study, measure, by, key, change)
        for key, each in zip(keys, changes.believable(found), strict=True)
        for change in each
    ]


def _turn(study: Study, measure: str, by: str, key: int, change: changes.Change) -> Turn:
    agency = {"service": study.agency_of.get(key), "agency": key}.get(by)
    if by == "team":
        agency = study.agency_of_team.get(key)
    return Turn(
        measure=measure,
        by=by,
        key=key,
        agency=agency,
        since=study.week(change.week),
        earliest=study.week(change.earliest),
        latest=study.week(change.latest),
        factor=round(change.factor, 3),
        low=round(change.low, 3),
        high=round(change.high, 3),
        before=round(change.before, 3),
        after=round(change.after, 3),
        chance=change.chance,
    )
