"""The tables of the first pages: each measure's last week, and each agency's or service's month."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import isnan
from typing import Any, Final

from citycall.analytics.attention import Unusual, last_week, unusual
from citycall.analytics.measures import limits
from citycall.analytics.measures.asked import WITHOUT
from citycall.analytics.measures.asking import answers
from citycall.analytics.measures.book import MEASURES
from citycall.analytics.measures.measure import Measure, worse
from citycall.analytics.measures.names import names_of, unnamed
from citycall.analytics.measures.series import Series, series_of
from citycall.analytics.standing import COLUMNS, Where, last_weeks, weeks
from citycall.analytics.store import Facts
from citycall.pages import numbers

# People still have to say what the value rests on.
UNRIPE: Final = "unripe"
# Nothing was counted, or too few weeks came before.
UNKNOWN: Final = "unknown"
VERDICTS: Final = {True: "worse", False: "better", None: "other"}
# Where nothing was counted, these are nought.
_COUNTS: Final = ("received", "open", "overdue")


@dataclass(frozen=True, slots=True)
class Row:
    """One measure's last whole week, against what is usual and the same week of last year.

    ``verdict`` is one of ``VERDICTS`` where it is beyond its limits, else empty; or ``UNRIPE`` or
    ``UNKNOWN``.
    """

    measure: Measure
    value: str
    usual: str
    last_year: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Line:
    """One agency, service or area, with its values in the order of ``COLUMNS``.

    ``quiet``: nothing came, nothing was done, and nothing is open.
    """

    key: Any
    name: str
    values: Sequence[str]
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """One thing out of the ordinary, in words."""

    found: Unusual
    name: str
    value: str
    usual: str
    last_year: str
    affected: int
    query: str


def attention(facts: Facts, where: Where, by: Sequence[str] = ("service",)) -> list[Told]:
    """What is out of the ordinary in the last whole week, most affected first."""
    names = {dimension: names_of(facts, dimension) for dimension in by}
    return [
        Told(
            found=each,
            name=names[each.by].get(each.key) or unnamed(),
            value=numbers.told(each.value, each.measure.unit),
            usual=numbers.between(each.low, each.high, each.measure.unit),
            last_year=""
            if each.last_year is None
            else numbers.told(each.last_year, each.measure.unit),
            affected=max(1, round(each.affected)),
            query=f"{each.by}={WITHOUT if each.key is None else each.key}",
        )
        for each in unusual(facts, where=where, by=by)
    ]


def week_of(facts: Facts) -> date:
    """The Monday of the week that these pages tell of."""
    return last_week(facts.about.as_of)


def weekly(facts: Facts, where: Where) -> list[Row]:
    """Each measure's last whole week."""
    asked = weeks(facts, where)
    told = series_of(asked, facts)
    return [_row(MEASURES[q.measure], each) for q, each in zip(asked, told, strict=True)]


def _row(measure: Measure, told: Series) -> Row:
    if not told.keys:
        return Row(measure, numbers.told(None, measure.unit), "–", "–", UNKNOWN)
    found = limits.judge(told.values, told.sizes, measure.unit)
    value = float(told.values[0, -1])
    return Row(
        measure,
        numbers.told(value, measure.unit),
        numbers.between(float(found.low[0]), float(found.high[0]), measure.unit),
        numbers.told(float(told.values[0, 0]), measure.unit),
        _verdict(measure, value, found),
    )


def _verdict(measure: Measure, value: float, found: limits.Limits) -> str:
    if isnan(value):
        return UNKNOWN
    if measure.ripens_weeks != 0:
        return UNRIPE
    if isnan(float(found.low[0])):
        return UNKNOWN
    if not bool(found.outside[0]):
        return ""
    return VERDICTS[worse(measure, value, float(found.expected[0]))]


def lines(facts: Facts, by: str, where: Where) -> list[Line]:
    """The last four whole weeks of each agency, service or area, by name."""
    columns: list[dict[Any, float]] = [
        dict(zip(told[by].to_pylist(), told["value"].to_pylist(), strict=True))
        for told in answers(last_weeks(facts, by, where), facts)
    ]
    known = names_of(facts, by)
    keys = {key for column in columns for key in column}
    found = []
    for key in keys:
        values = {
            name: _of(column, key, name) for name, column in zip(COLUMNS, columns, strict=True)
        }
        told = [numbers.told(value, MEASURES[name].unit) for name, value in values.items()]
        quiet = all(values[name] == (0.0 if name in _COUNTS else None) for name in COLUMNS)
        found.append(Line(key, str(known.get(key, unnamed())), told, quiet=quiet))
    return sorted(found, key=lambda line: (line.key is None, line.name))


def _of(column: Mapping[Any, float], key: Any, name: str) -> float | None:
    value = column.get(key)
    if value is None and name in _COUNTS:
        return 0.0
    return None if value is None or isnan(value) else value


def column_titles() -> list[Measure]:
    """What the columns of ``lines`` are."""
    return [MEASURES[name] for name in COLUMNS]
