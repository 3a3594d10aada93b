"""One measure: its series with what is usual, and its table by anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from citycall.analytics.measures.asked import Asked
from citycall.analytics.measures.asking import answers
from citycall.analytics.measures.book import MEASURES
from citycall.analytics.measures.judged import Judged, judged
from citycall.analytics.measures.measure import Counted, Measure, Shape, Unit, worse
from citycall.analytics.measures.names import names_of, unnamed
from citycall.analytics.measures.series import later
from citycall.analytics.store import Facts
from citycall.citistat.summary import VERDICTS
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
    (told,) = answers([asked.question()], facts)
    whole = told.to_pylist()
    total = whole[0] if whole else {"value": None, "size": 0}
    return Shown(
        chart=chart,
        moments=moments,
        parts=_parts(measure, asked, facts) if asked.by else [],
        total=numbers.told(total["value"], measure.unit),
        total_rests_on=rests_on(measure, int(total["size"] or 0)),
    )


def _series(measure: Measure, asked: Asked, facts: Facts) -> tuple[SafeString, list[Moment]]:
    told = judged(asked.question(period=asked.period), facts)
    moments = []
    for each in told:
        following = later(each.first, asked.period)
        # Nor is a period judged that the question cuts.
        cut = each.first < asked.since or following > asked.until
        unfinished = cut or not each.ripe
        moments.append(
            Moment(
                first=each.first,
                value=numbers.told(each.value, measure.unit),
                size=each.size,
                rests_on=rests_on(measure, each.size),
                usual=numbers.between(each.low, each.high, measure.unit),
                verdict="" if unfinished else verdict_of(measure, each),
                unfinished=unfinished,
                query=asked.query(
                    since=max(each.first, asked.since), until=min(following, asked.until)
                ),
            )
        )
    if not told:
        return SafeString(""), []
    return _chart(measure, told, moments), moments[::-1]


def _chart(measure: Measure, told: Sequence[Judged], moments: Sequence[Moment]) -> SafeString:
    drawn = np.array([each.value for each in told])
    low, high = [each.low for each in told], [each.high for each in told]
    if measure.ripens_weeks is None:
        low = high = [float("nan")] * len(told)
    elif measure.shape is not Shape.STOCK:
        # A period that is not over yet would look like a fall.
        drawn[[each.unfinished for each in moments]] = np.nan
    periods = [each.first for each in told]
    return charts.line(periods, drawn.tolist(), unit=measure.unit, low=low, high=high)


def verdict_of(measure: Measure, told: Judged) -> str:
    """Whether a period is beyond its limits, and to which side; see ``summary.Row``."""
    if not told.outside:
        return ""
    return VERDICTS[worse(measure, told.value, told.expected)]


def _parts(measure: Measure, asked: Asked, facts: Facts) -> list[Part]:
    known = names_of(facts, asked.by)
    found = []
    (told,) = answers([asked.question(by=(asked.by,))], facts)
    for row in told.to_pylist():
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


def last_day(asked: Asked) -> date:
    """The last day that is counted, as people say it."""
    return asked.until - timedelta(days=1)
