"""What needs attention: the last whole week of each service, area or team against those before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import product
from math import log
from typing import Any, Final

import numpy as np

from citycall.analytics.measures import limits
from citycall.analytics.measures.asking import Question
from citycall.analytics.measures.book import MEASURES
from citycall.analytics.measures.measure import Measure, Period, Unit, worse
from citycall.analytics.measures.series import Series, begin, later, series_of
from citycall.analytics.store import Facts
from citycall.core import clock

# What is looked at every week, for each service (or area, or team).
WATCHED: Final = (
    "received", "open", "on-time", "days", "disputed", "looks-false", "reopened", "returned",
)  # fmt: skip
# A difference that stands for fewer requests is nobody's meeting.
LEAST_AFFECTED: Final = 3
# Fewer than so many in the week or usually are no ground to call a meeting.
FEWEST: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusual:
    """One service's week that is out of the ordinary; or of whatever ``by`` says ``key`` is of.

    ``affected`` are the requests that the difference stands for: how many more (or fewer) are
    late, open, disputed than usually would be. ``worse`` is none where neither direction is.
    ``last_year`` is the value of the same week then, none where it is not known.
    """

    measure: Measure
    week: date
    by: str
    key: Any
    value: float
    expected: float
    low: float
    high: float
    size: float
    affected: float
    z: float
    last_year: float | None

    @property
    def worse(self) -> bool | None:
        """Whether it is a change for the worse."""
        return worse(self.measure, self.value, self.expected)


def last_week(at: datetime) -> date:
    """The Monday of the last whole week of the city's, as of a moment."""
    today = at.astimezone(clock.city_zone()).date()
    return later(begin(today, Period.WEEK), Period.WEEK, -1)


def unusual(
    facts: Facts,
    *,
    where: Mapping[str, Sequence[Any]] | None = None,
    by: Sequence[str] = ("service",),
) -> list[Unusual]:
    """The exceptions of the last whole week, those that affect most first, by each of ``by``.

    Of what people still have to say something about, it is the last week that they have.
    All series are judged together, so that few of what is told are chance.
    """
    asked = questions(facts, where or {}, by)
    measures = [MEASURES[question.measure] for question in asked]
    looked = [
        (measure, question.by[0], told, limits.judge(told.values, told.sizes, measure.unit))
        for measure, question, told in zip(measures, asked, series_of(asked, facts), strict=True)
        if told.keys
    ]
    if not looked:
        return []
    enough = [_enough(measure, told, found) for measure, _, told, found in looked]
    z = np.concatenate(
        [
            np.where(some, found.z, np.nan)
            for (_, _, _, found), some in zip(looked, enough, strict=True)
        ]
    )
    called = np.split(limits.changes(z), np.cumsum([len(some) for some in enough])[:-1])
    listed = [
        _unusual(measure, dimension, told, found, line)
        for (measure, dimension, told, found), some in zip(looked, called, strict=True)
        for line in np.flatnonzero(some & found.outside).tolist()
    ]
    listed = [each for each in listed if each.affected >= LEAST_AFFECTED]
    return sorted(listed, key=lambda each: (each.worse is not True, -each.affected))


def questions(
    facts: Facts, where: Mapping[str, Sequence[Any]], by: Sequence[str] = ("service",)
) -> list[Question]:
    """What is looked at: a year of weeks by each of ``by``, of each of ``WATCHED``."""
    week = last_week(facts.about.as_of)
    asked = []
    for name, dimension in product(WATCHED, by):
        ripe = later(week, Period.WEEK, -(MEASURES[name].ripens_weeks or 0))
        asked.append(
            Question(
                measure=name,
                by=(dimension,),
                period=Period.WEEK,
                since=later(ripe, Period.WEEK, -52),
                until=later(ripe, Period.WEEK),
                where=where,
            )
        )
    return asked


def _enough(measure: Measure, told: Series, found: limits.Limits) -> Any:
    if measure.unit is Unit.COUNT:
        return np.maximum(found.value, np.nan_to_num(found.expected)) >= FEWEST
    usual = told.sizes[:, -limits.BASELINE - 1 : -1].mean(axis=1)
    return (told.sizes[:, -1] >= FEWEST) & (usual >= FEWEST / 2)


def _unusual(measure: Measure, by: str, told: Series, found: limits.Limits, line: int) -> Unusual:
    value, expected = float(found.value[line]), float(found.expected[line])
    size = float(told.sizes[line, -1])
    then = float(told.values[line, 0])
    return Unusual(
        measure=measure,
        week=told.periods[-1],
        by=by,
        key=told.keys[line][0],
        value=value,
        expected=expected,
        low=float(found.low[line]),
        high=float(found.high[line]),
        size=size,
        affected=_affected(measure, value, expected, size),
        z=float(found.z[line]),
        last_year=None if np.isnan(then) else then,
    )


def _affected(measure: Measure, value: float, expected: float, size: float) -> float:
    if measure.unit is Unit.COUNT:
        return abs(value - expected)
    if measure.unit is Unit.SHARE:
        return abs(value - expected) * size
    # Of a median half are beyond it: how many were moved there.
    return size / 2 * min(1.0, abs(log(max(value, 1e-9) / max(expected, 1e-9))))
