"""What everybody is told of the city's work: no private service, no small number, no place hidden.

A line that rests on fewer than ``SMALLEST`` requests is not told, so that nobody can be found in
it; where only one such line stands in a table the next smallest is left out too, or the sum would
give the first away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import isnan
from typing import Any, Final

from citycall.analytics.measures import limits
from citycall.analytics.measures.asking import Question, answer
from citycall.analytics.measures.book import MEASURES
from citycall.analytics.measures.measure import Measure, Period
from citycall.analytics.measures.names import names_of
from citycall.analytics.measures.series import Series, begin, later, series
from citycall.analytics.store import Facts
from citycall.catalog.queries import catalog
from citycall.catalog.specs import Privacy

SMALLEST: Final = 10
COLUMNS: Final = ("received", "reports", "completed", "on-time", "days-with-open", "verified")
MONTHS: Final = 12
SHOWN_MONTHS: Final = 25


@dataclass(frozen=True, slots=True)
class Line:
    """One service or area in twelve months; no values where too few are behind them."""

    name: str
    values: Sequence[float | None] | None


@dataclass(frozen=True, slots=True)
class Monthly:
    """One measure month by month, up to the last whole one, with what was usual."""

    measure: Measure
    months: Sequence[date]
    values: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]


def columns() -> list[Measure]:
    """What the values of a ``Line`` are."""
    return [MEASURES[name] for name in COLUMNS]


def last_month(facts: Facts) -> date:
    """The last whole month."""
    return later(begin(facts.about.as_of.date(), Period.MONTH), Period.MONTH, -1)


def monthly(facts: Facts, name: str) -> Monthly:
    """A measure of all public services, month by month for two years."""
    measure = MEASURES[name]
    until = later(last_month(facts), Period.MONTH)
    told = series(
        Question(
            measure=name,
            period=Period.MONTH,
            since=later(until, Period.MONTH, -SHOWN_MONTHS),
            until=until,
            where=_public(placed=False),
        ),
        facts,
    )
    values = told.values[0].tolist() if told.keys else [float("nan")] * len(told.periods)
    low, high = _limits(told, measure) if told.keys else (values, values)
    return Monthly(measure, told.periods, values, low, high)


def _limits(told: Series, measure: Measure) -> tuple[list[float], list[float]]:
    judged = [
        limits.judge(told.values, told.sizes, measure.unit, at=n) for n in range(len(told.periods))
    ]
    return [float(each.low[0]) for each in judged], [float(each.high[0]) for each in judged]


def lines(facts: Facts, by: str) -> list[Line]:
    """Twelve months by service, or by the areas of a layer, in the order of their names."""
    until = later(last_month(facts), Period.MONTH)
    since = later(until, Period.MONTH, -MONTHS)
    where = _public(placed=by != "service")
    told: list[Mapping[Any, Any]] = []
    for name in COLUMNS:
        asked = Question(measure=name, by=(by,), since=since, until=until, where=where)
        rows = answer(asked, facts)
        told.append(dict(zip(rows[by].to_pylist(), rows["value"].to_pylist(), strict=True)))
    known = names_of(facts, by)
    found = [(key, name) for key, name in known.items() if key in told[0] or key in told[2]]
    small = _small({key: int(told[0].get(key) or 0) for key, _name in found})
    return [
        Line(
            name,
            None if key in small else [_value(column.get(key), n) for n, column in enumerate(told)],
        )
        for key, name in sorted(found, key=lambda each: each[1])
    ]


def _small(counts: Mapping[Any, int]) -> set[Any]:
    by_size = sorted(counts, key=lambda key: counts[key])
    few = [key for key in by_size if counts[key] < SMALLEST]
    return set(by_size[:2]) if len(few) == 1 else set(few)


def _value(value: float | None, column: int) -> float | None:
    if value is None and column in {0, 1, 2}:
        return 0.0
    return None if value is None or isnan(value) else float(value)


def _public(*, placed: bool) -> dict[str, list[int]]:
    """The services that everybody may know of; with places, those that do not hide them."""
    good = {Privacy.PUBLIC} if placed else {Privacy.PUBLIC, Privacy.HIDDEN_LOCATION}
    return {"service": [each.id for each in catalog().services if each.spec.privacy in good]}
