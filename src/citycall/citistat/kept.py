"""What pages tell of one version of the facts: worked out once, since it never changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import get_language

from citycall.analytics import standing
from citycall.analytics.measures.asked import WITHOUT
from citycall.analytics.measures.book import MEASURES
from citycall.analytics.measures.measure import Measure, Period
from citycall.analytics.measures.names import titles
from citycall.analytics.measures.series import later
from citycall.analytics.store import Facts, store
from citycall.citistat import summary

Frozen = tuple[tuple[str, tuple[Any, ...]], ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a line; ``query`` asks for the requests behind it."""

    measure: Measure
    value: str
    query: str


@dataclass(frozen=True, slots=True)
class Line:
    """One agency, service or area with its values; ``quiet`` where there is nothing to tell."""

    key: Any
    name: str
    cells: Sequence[Cell]
    quiet: bool


def numbers(
    where: standing.Where, *, by: str, attends: Sequence[str] = ("service",)
) -> dict[str, Any]:
    """The numbers of a page of what is in ``where``: what needs attention, by each of
    ``attends``; the measures of the last whole week; and the lines of ``by``.

    Nothing before the first facts. Takes some thirty questions once for each version.
    """
    kept = store()
    if not kept.version():
        return {}
    told = _kept(
        kept.folder, kept.version(), get_language() or "", frozen(where), by, tuple(attends)
    )
    return {**told}


def frozen(where: standing.Where) -> Frozen:
    """What is narrowed to, as a key of what is kept."""
    return tuple((name, tuple(values)) for name, values in sorted(where.items()))


@lru_cache(maxsize=128)
def _kept(
    _folder: Path, _version: str, _language: str, where: Frozen, by: str, attends: tuple[str, ...]
) -> Mapping[str, Any]:
    facts = store().facts()
    chosen = dict(where)
    week = summary.week_of(facts)
    return {
        "week": week,
        "week_query": between(week, later(week, Period.WEEK)),
        "attention": summary.attention(facts, chosen, attends),
        "weekly": summary.weekly(facts, chosen),
        "columns": summary.column_titles(),
        "lines": _lines(facts, by, chosen),
        "by": by,
        "by_title": titles(facts)[by],
    }


def _lines(facts: Facts, by: str, where: standing.Where) -> list[Line]:
    times = {name: times_of(facts, MEASURES[name]) for name in standing.COLUMNS}
    return [
        Line(
            line.key,
            line.name,
            [
                Cell(
                    MEASURES[name],
                    value,
                    urlencode({by: WITHOUT if line.key is None else line.key}) + "&" + times[name],
                )
                for name, value in zip(standing.COLUMNS, line.values, strict=True)
            ],
            line.quiet,
        )
        for line in summary.lines(facts, by, where)
    ]


def times_of(facts: Facts, measure: Measure) -> str:
    """The part of an address that asks for what the last four whole weeks count of a measure."""
    since, until = standing.last_four(facts)
    if not standing.always(measure):
        return between(since, until)
    first = facts.sql("SELECT min(received_on) AS first FROM requests")["first"][0].as_py()
    return between(min(first or since, since), until, Period.YEAR)


def between(since: Any, until: Any, period: Period = Period.WEEK) -> str:
    """The part of an address that asks from a day until before another."""
    return urlencode({"period": period.value, "since": since, "until": until})
