"""A measure period by period, with what was usual of each and whether it can be judged yet."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from citycall.analytics.measures import limits
from citycall.analytics.measures.asking import Question
from citycall.analytics.measures.book import MEASURES
from citycall.analytics.measures.measure import Measure, Period
from citycall.analytics.measures.series import begin, later, series
from citycall.analytics.store import Facts
from citycall.core import clock


@dataclass(frozen=True, slots=True)
class Judged:
    """One period: its number, on how many it rests, and between what it was to be expected.

    ``ripe`` says that it is over and that nothing more comes in of it; only then does ``outside``
    mean anything. Not a number is what is not known.
    """

    first: date
    value: float
    size: int
    low: float
    high: float
    expected: float
    outside: bool
    ripe: bool


def still_coming_in(measure: Measure, following: date, today: date) -> bool:
    """Whether a period that ends before ``following`` still changes; some measures' always do."""
    if measure.ripens_weeks is None:
        return True
    return following + timedelta(weeks=measure.ripens_weeks) > today


def seen_until(facts: Facts) -> date:
    """The city's day up to the end of whose day before everything is in these facts."""
    return facts.about.seen_until.astimezone(clock.city_zone()).date()


def judged(question: Question, facts: Facts) -> list[Judged]:
    """The periods of a question with a period and bounds, each judged by those before it.

    The half year before the first one is looked at too, so that a short stretch has limits; what
    was before the first fact on record is none of it. Parts are not told apart, and nothing is
    told where nothing was counted. Raises ValueError as ``series`` does.
    """
    period, since = question.period, question.since
    if period is None or since is None:
        raise ValueError("What is judged needs a period, and since when.")
    measure = MEASURES[question.measure]
    shown = begin(since, period)
    told = series(looked_at(question), facts)
    if not told.keys:
        return []
    values = told.values.copy()
    values[:, : _unknown(told.periods, facts, period)] = np.nan
    today = seen_until(facts)
    return [
        _judged(
            limits.judge(values, told.sizes, measure.unit, at=n),
            first=first,
            value=float(told.values[0, n]),
            size=int(told.sizes[0, n]),
            ripe=not still_coming_in(measure, later(first, period), today),
        )
        for n, first in enumerate(told.periods)
        if first >= shown
    ]


def looked_at(question: Question) -> Question:
    """The question with the half year before, in whose light ``judged`` judges its periods."""
    period, since = question.period, question.since
    if period is None or since is None:
        raise ValueError("What is judged needs a period, and since when.")
    return replace(question, since=later(begin(since, period), period, -limits.BASELINE), by=())


def _judged(found: limits.Limits, *, first: date, value: float, size: int, ripe: bool) -> Judged:
    return Judged(
        first=first,
        value=value,
        size=size,
        low=float(found.low[0]),
        high=float(found.high[0]),
        expected=float(found.expected[0]),
        outside=bool(found.outside[0]),
        ripe=ripe,
    )


def _unknown(periods: Sequence[date], facts: Facts, period: Period) -> int:
    """How many of the periods had gone by, or begun, before the first fact."""
    if facts.begins is None:
        return len(periods)
    return sum(each <= begin(facts.begins, period) for each in periods)
