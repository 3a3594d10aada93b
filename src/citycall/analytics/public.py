"""What everybody is told of the city's work: no private service, no small number, no place hidden.

A number that rests on fewer than ``SMALLEST`` requests is not told, so that nobody can be found in
it; and as many counts beside it are left out as it takes for no sum to give one away. One layer of
areas is told, since what another hides could be found by taking one from the other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import isnan
from typing import Any, Final

import numpy as np

from citycall.analytics.facts import area_column
from citycall.analytics.measures import limits
from citycall.analytics.measures.asking import Question, answers
from citycall.analytics.measures.book import MEASURES
from citycall.analytics.measures.measure import Measure, Period, Unit
from citycall.analytics.measures.names import names_of_record, titles
from citycall.analytics.measures.series import Series, begin, from_first_period, later, series
from citycall.analytics.store import Facts
from citycall.catalog.queries import catalog
from citycall.catalog.specs import Privacy

SMALLEST: Final = 10
COLUMNS: Final = ("received", "reports", "completed", "on-time", "days-with-open", "verified")
MONTHS: Final = 12
SHOWN_MONTHS: Final = 25


@dataclass(frozen=True, slots=True)
class Cell:
    """One value, none where it is not known; ``hidden`` where too few are behind it."""

    value: float | None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One service or area in twelve months, a cell for each of ``COLUMNS``."""

    name: str
    cells: Sequence[Cell]


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


def choices(facts: Facts) -> dict[str, str]:
    """By what ``lines`` can be told, and what that is called: services, and one layer of areas."""
    told = titles(facts)
    areas = layer(facts)
    columns = ["service", *([area_column(areas)] if areas else [])]
    return {column: told[column] for column in columns}


def layer(facts: Facts) -> str:
    """The one layer of areas that everybody is told of; empty where there is none."""
    return next(iter(facts.about.layers), "")


def last_month(facts: Facts) -> date:
    """The last whole month."""
    return later(begin(facts.about.today, Period.MONTH), Period.MONTH, -1)


def monthly(facts: Facts, name: str) -> Monthly:
    """A measure of all public services, month by month for two years."""
    measure = MEASURES[name]
    told = series(_months(facts, name), facts)
    few = told.sizes[0] < SMALLEST if told.keys else []
    values = (
        np.where(few, np.nan, told.values[0]).tolist()
        if told.keys
        else [float("nan")] * len(told.periods)
    )
    low, high = _limits(told, measure) if told.keys else (values, values)
    return Monthly(measure, told.periods, values, low, high)


def _months(facts: Facts, name: str) -> Question:
    until = later(last_month(facts), Period.MONTH)
    return Question(
        measure=name,
        period=Period.MONTH,
        since=later(until, Period.MONTH, -SHOWN_MONTHS),
        until=until,
        where={"service": services(placed=False)},
    )


def _limits(told: Series, measure: Measure) -> tuple[list[float], list[float]]:
    judged = [
        limits.judge(told.values, told.sizes, measure.unit, at=n) for n in range(len(told.periods))
    ]
    return [float(each.low[0]) for each in judged], [float(each.high[0]) for each in judged]


def lines(facts: Facts, by: str) -> list[Line]:
    """Twelve months by service, or by the areas of a layer, in the order of their names."""
    told = [
        {row[by]: (row["value"], row["size"]) for row in table.to_pylist()}
        for table in answers(_year(facts, by), facts)
    ]
    known = names_of_record(facts, by)
    keys = sorted(
        (key for key in known if any(key in column for column in told)), key=lambda key: known[key]
    )
    hidden = [_hidden(column, name) for column, name in zip(told, COLUMNS, strict=True)]
    return [
        Line(
            known[key],
            [
                _cell(column.get(key), name, hidden=key in few)
                for column, name, few in zip(told, COLUMNS, hidden, strict=True)
            ],
        )
        for key in keys
    ]


def _year(facts: Facts, by: str) -> list[Question]:
    until = later(last_month(facts), Period.MONTH)
    since = later(until, Period.MONTH, -MONTHS)
    where = {"service": services(placed=by != "service")}
    return [
        Question(measure=name, by=(by,), since=since, until=until, where=where) for name in COLUMNS
    ]


def questions(facts: Facts) -> list[Question]:
    """All that this page asks."""
    months = [from_first_period(_months(facts, name)) for name in COLUMNS]
    return months + [question for by in choices(facts) for question in _year(facts, by)]


def _hidden(column: Mapping[Any, tuple[float | None, int]], name: str) -> set[Any]:
    """Whose cells are not told: where too few are behind them, and so many that no sum tells them.

    Of counts what is hidden is at least two lines and ``SMALLEST`` together.
    """
    few = {key for key, (_value, size) in column.items() if 0 < size < SMALLEST}
    if MEASURES[name].unit is not Unit.COUNT or not few:
        return few
    for key in sorted(column, key=lambda key: column[key][1]):
        if len(few) > 1 and sum(column[each][1] for each in few) >= SMALLEST:
            break
        if column[key][1]:
            few.add(key)
    return few


def _cell(told: tuple[float | None, int] | None, name: str, *, hidden: bool) -> Cell:
    if hidden:
        return Cell(None, hidden=True)
    value = None if told is None else told[0]
    if value is None and MEASURES[name].unit is Unit.COUNT:
        return Cell(0.0)
    return Cell(None if value is None or isnan(value) else float(value))


def services(*, placed: bool) -> list[int]:
    """The services that everybody may know of; with places, those that do not hide them."""
    good = {Privacy.PUBLIC} if placed else {Privacy.PUBLIC, Privacy.HIDDEN_LOCATION}
    return [each.id for each in catalog().all_services if each.spec.privacy in good]
