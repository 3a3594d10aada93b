"""One measure: its series with what is usual, and its table by anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from citycall.analytics.measures import limits
from citycall.analytics.measures.asking import answer
from citycall.analytics.measures.book import MEASURES
from citycall.analytics.measures.measure import Counted, Measure, Shape, Unit
from citycall.analytics.measures.names import names_of, unnamed
from citycall.analytics.measures.series import later, series
from citycall.analytics.store import Facts
from citycall.citistat.asked import Asked
from citycall.citistat.summary import verdict
from citycall.pages import charts, numbers


@dataclass(frozen=True, slots=True)
class Moment:
    """One period of the series; ``rests_on`` how many of what, ``query`` asks for the requests."""

    first: date
    value: str
    size: int
    rests_on: str
    usual: str
    verdict: str
    unfinished: bool
    query: str


@dataclass(frozen=True, slots=True)
class Part:
    """One value of the dimension, over the whole stretch of time."""

    name: str
    value: str
    size: int
    rests_on: str
    query: str


@dataclass(frozen=True)
class Shown:
    """What the page tells: chart and table of the series, and the parts."""

    chart: SafeString
    moments: Sequence[Moment]
    parts: Sequence[Part]
    total: str
    total_rests_on: str


def shown(asked: Asked, facts: Facts) -> Shown:
    """The numbers of a page. Three questions at most, whatever is asked."""
    measure = MEASURES[asked.measure]
    chart, moments = _series(measure, asked, facts)
    whole = answer(asked.question(), facts).to_pylist()
    total = whole[0] if whole else {"value": None, "size": 0}
    return Shown(
        chart=chart,
        moments=moments,
        parts=_parts(measure, asked, facts) if asked.by else [],
        total=numbers.told(total["value"], measure.unit),
        total_rests_on=rests_on(measure, int(total["size"] or 0)),
    )


def _series(measure: Measure, asked: Asked, facts: Facts) -> tuple[SafeString, list[Moment]]:
    told = series(asked.question(period=asked.period), facts)
    if not told.keys:
        return SafeString(""), []
    judged = [
        limits.judge(told.values, told.sizes, measure.unit, at=n) for n in range(len(told.periods))
    ]
    values = told.values[0].tolist()
    low, high = ([float(getattr(each, side)[0]) for each in judged] for side in ("low", "high"))
    today = facts.about.today
    moments = []
    for n, first in enumerate(told.periods):
        following = later(first, asked.period)
        # Nor is a period judged that the question cuts.
        cut = first < asked.since or following > asked.until
        unfinished = cut or still_coming_in(measure, following, today)
        moments.append(
            Moment(
                first=first,
                value=numbers.told(values[n], measure.unit),
                size=int(told.sizes[0, n]),
                rests_on=rests_on(measure, int(told.sizes[0, n])),
                usual=numbers.between(low[n], high[n], measure.unit),
                verdict="" if unfinished else verdict(measure, judged[n]),
                unfinished=unfinished,
                query=asked.query(since=max(first, asked.since), until=min(following, asked.until)),
            )
        )
    drawn = np.array(values)
    if measure.ripens_weeks is None:
        low = high = [float("nan")] * len(values)
    elif measure.shape is not Shape.STOCK:
        # A period that is not over yet would look like a fall.
        drawn[[each.unfinished for each in moments]] = np.nan
    chart = charts.line(told.periods, drawn.tolist(), unit=measure.unit, low=low, high=high)
    return chart, moments[::-1]


def _parts(measure: Measure, asked: Asked, facts: Facts) -> list[Part]:
    known = names_of(facts, asked.by)
    found = []
    for row in answer(asked.question(by=(asked.by,)), facts).to_pylist():
        key = row[asked.by]
        where: dict[str, Any] = {**asked.where, asked.by: [key]}
        found.append(
            (
                -(row["size"] or 0),
                Part(
                    name=str(known.get(key) or key or unnamed()),
                    value=numbers.told(row["value"], measure.unit),
                    size=int(row["size"] or 0),
                    rests_on=rests_on(measure, int(row["size"] or 0)),
                    query=asked.query(where=where),
                ),
            )
        )
    return [part for _size, part in sorted(found, key=lambda each: (each[0], each[1].name))]


def rests_on(measure: Measure, size: int) -> str:
    """How many a number rests on, and of what."""
    told = {"n": numbers.told(size, Unit.COUNT)}
    if measure.counted is Counted.REPORTS:
        return ngettext("%(n)s report", "%(n)s reports", size) % told
    if measure.counted is Counted.RATINGS:
        return ngettext("%(n)s rating", "%(n)s ratings", size) % told
    if measure.counted is Counted.TIMES:
        return ngettext("%(n)s time", "%(n)s times", size) % told
    if measure.counted is Counted.CONVERSATIONS:
        return ngettext("%(n)s conversation", "%(n)s conversations", size) % told
    return ngettext("%(n)s request", "%(n)s requests", size) % told


def still_coming_in(measure: Measure, following: date, today: date) -> bool:
    """Whether a period that ends before ``following`` still changes; some measures' always do."""
    if measure.ripens_weeks is None:
        return True
    return following + timedelta(weeks=measure.ripens_weeks) > today


def last_day(asked: Asked) -> date:
    """The last day that is counted, as people say it."""
    return asked.until - timedelta(days=1)
