"""A measure over time, as a grid: one line for each thing, one column for each period."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from citycall.analytics.measures.asking import Question, answers
from citycall.analytics.measures.book import MEASURES
from citycall.analytics.measures.measure import Period, Shape, Unit
from citycall.analytics.store import Facts

Floats = NDArray[np.float64]
_MONTHS: Final = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}


@dataclass(frozen=True)
class Series:
    """Values (lines by periods), what each rests on, and what each line and column is of.

    A value is not a number where nothing is known, as before the first fact; counts are nought
    where nothing happened since.
    """

    keys: Sequence[tuple[Any, ...]]
    periods: Sequence[date]
    values: Floats
    sizes: Floats


def begin(day: date, period: Period) -> date:
    """The first day of the period that a day is in."""
    if period is Period.DAY:
        return day
    if period is Period.WEEK:
        return day - timedelta(days=day.weekday())
    months = _MONTHS[period]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def later(day: date, period: Period, count: int = 1) -> date:
    """The first day of the period that begins so many after (or, below nought, before)."""
    if period is Period.DAY:
        return day + timedelta(days=count)
    if period is Period.WEEK:
        return day + timedelta(weeks=count)
    month = day.year * 12 + day.month - 1 + _MONTHS[period] * count
    return date(month // 12, month % 12 + 1, 1)


def periods_between(first: date, until: date, period: Period) -> list[date]:
    """The periods from the one that ``first`` is in to the last that begins before ``until``."""
    found = [begin(first, period)]
    while (following := later(found[-1], period)) < until:
        found.append(following)
    return found


def series(question: Question, facts: Facts) -> Series:
    """The answer to a question with a period and bounds, with nothing left out.

    Raises ValueError where the question has no period, or no bounds.
    """
    return series_of([question], facts)[0]


def series_of(questions: Sequence[Question], facts: Facts) -> list[Series]:
    """The same of many questions, in their order, with as few looks at the facts as it takes."""
    asked = [from_first_period(question) for question in questions]
    told = answers(asked, facts)
    return [
        _grid(question, table, begins=facts.begins)
        for question, table in zip(asked, told, strict=True)
    ]


def from_first_period(question: Question) -> Question:
    """The question as it is asked of the facts: its first period is a whole one.

    Raises ValueError where the question has no period, or no bounds.
    """
    period, since, _until = _bounds(question)
    return replace(question, since=begin(since, period))


def _bounds(question: Question) -> tuple[Period, date, date]:
    if question.period is None or question.since is None or question.until is None:
        raise ValueError("A series needs a period, and since when and until when.")
    return question.period, question.since, question.until


def _grid(question: Question, told: pa.Table, *, begins: date | None) -> Series:
    measure = MEASURES[question.measure]
    period, since, until = _bounds(question)
    periods = periods_between(since, until, period)
    place = {day: n for n, day in enumerate(periods)}
    columns = [told[name].to_pylist() for name in question.by]
    keys = list(zip(*columns, strict=True)) if columns else [()] * told.num_rows
    lines: dict[Hashable, int] = {}
    at_line = [lines.setdefault(key, len(lines)) for key in keys]
    at_period = [place[day] for day in told["period"].to_pylist()]
    shape = (len(lines), len(periods))
    nothing = 0.0 if measure.unit is Unit.COUNT and measure.shape is Shape.FLOW else np.nan
    values, sizes = np.full(shape, nothing), np.zeros(shape)
    values[at_line, at_period] = told["value"].to_numpy(zero_copy_only=False).astype(float)
    sizes[at_line, at_period] = told["size"].to_numpy(zero_copy_only=False).astype(float)
    if measure.shape is Shape.STOCK:
        values = _carried(values)
        sizes = values.copy()
    known_since = begin(begins, period) if begins else until
    values[:, : sum(each < known_since for each in periods)] = np.nan
    return Series(list(lines), periods, values, sizes)  # type: ignore[arg-type]


def _carried(values: Floats) -> Floats:
    """What stood before still stands where nothing changed; before all, there was nothing."""
    known = ~np.isnan(values)
    last = np.maximum.accumulate(np.where(known, np.arange(values.shape[1]), -1), axis=1)
    found = np.take_along_axis(values, np.maximum(last, 0), axis=1)
    return np.where(last >= 0, found, 0.0)
