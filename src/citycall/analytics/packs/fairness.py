"""How areas were served by one agency, adjusted for which services each of them asks for.

Of each area, what share of completions was on time is set against what it would be if every service
there were as punctual as it is in the whole city (indirect standardisation). The interval is that
of Clopper and Pearson for the area's own number, scaled in the same way.
"""

from collections import defaultdict
from datetime import timedelta
from typing import Any, Final

from citycall.analytics.facts import area_column
from citycall.analytics.measures.asking import Question, answer
from citycall.analytics.measures.book import MEASURES
from citycall.analytics.packs.content import AreaLine, Fairness, days_of
from citycall.analytics.packs.figures import GOOD, title
from citycall.analytics.store import Facts
from citycall.closures.estimate import clopper_pearson
from citycall.meetings.rules import Period

WEEKS: Final = 12
FEWEST: Final = 10
SHOWN: Final = 20
_MEASURE: Final = "on-time"


def fairness(facts: Facts, agency_id: int, *, layer: str, last: Period) -> tuple[Fairness, ...]:
    """Punctuality by area of a layer over twelve weeks; empty where none has enough requests."""
    if not layer:
        return ()
    days = Period(last.until - timedelta(days=7 * WEEKS - 1), last.until)
    column = area_column(layer)
    asked = Question(
        measure=_MEASURE,
        by=("service", column),
        since=days.since,
        until=days.until + timedelta(days=1),
        where={"agency": [agency_id]},
    )
    rows = [row for row in answer(asked, facts).to_pylist() if row["value"] is not None]
    of = sum(row["size"] for row in rows)
    if not of:
        return ()
    whole = sum(row["size"] * row["value"] for row in rows) / of
    lines = _lines(rows, column, whole)
    if not lines:
        return ()
    areas = facts.sql("SELECT id, name FROM areas").to_pylist()
    names = {row["id"]: row["name"] for row in areas}
    spec = MEASURES[_MEASURE]
    told = [
        AreaLine(area=names.get(area, ""), size=size, value=value, low=low, high=high)
        for area, size, value, low, high in lines
    ]
    return (
        Fairness(
            measure=_MEASURE,
            name=title(_MEASURE),
            unit=spec.unit.value,
            good=GOOD[spec.better],
            layer=layer,
            days=days_of(days),
            adjusted=True,
            whole=whole,
            areas=len(told),
            lines=tuple(sorted(told, key=lambda line: (line.value or 0, line.area))[:SHOWN]),
        ),
    )


def _lines(
    rows: list[dict[str, Any]], column: str, whole: float
) -> list[tuple[int, int, float, float, float]]:
    of, so = defaultdict[int, int](int), defaultdict[int, float](float)
    for row in rows:
        of[row["service"]] += row["size"]
        so[row["service"]] += row["size"] * row["value"]
    sizes, on_time = defaultdict[int, int](int), defaultdict[int, float](float)
    expected = defaultdict[int, float](float)
    for row in rows:
        area = row[column]
        if area is not None:
            sizes[area] += row["size"]
            on_time[area] += row["size"] * row["value"]
            expected[area] += row["size"] * so[row["service"]] / of[row["service"]]
    found = []
    for area, size in sizes.items():
        if size >= FEWEST and expected[area] > 0:
            scale = whole * size / expected[area]
            low, high = clopper_pearson(on_time[area], size)
            share = on_time[area] / size
            found.append((area, size, _at_most_all(share * scale), low * scale, high * scale))
    return [
        (a, n, value, _at_most_all(low), _at_most_all(high)) for a, n, value, low, high in found
    ]


def _at_most_all(share: float) -> float:
    return min(share, 1.0)
