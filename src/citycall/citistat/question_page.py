"""A saved question as pages show it: what it asks, today's answer, its messages and its rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from citycall.analytics.measures.asked import Asked
from citycall.analytics.measures.asking import Question
from citycall.analytics.measures.book import MEASURES
from citycall.analytics.measures.measure import Measure
from citycall.analytics.store import Facts
from citycall.analytics.watch import answering, queries
from citycall.analytics.watch.models import Alert, Bound, Rule, SavedQuestion
from citycall.citistat import ask_form, measure_page
from citycall.citistat.builder import days_in_words
from citycall.core.actors import Actor
from citycall.core.errors import DomainError
from citycall.pages import numbers
from citycall.pages.lists import listed


@dataclass(frozen=True, slots=True)
class Line:
    """One question in a list."""

    row: SavedQuestion
    measure: str
    days: str

    @property
    def what(self) -> str:
        """The measure, and over which days it rolls where it does."""
        return listed([self.measure, self.days])


@dataclass(frozen=True, slots=True)
class Watched:
    """One rule, and what it waits for in words."""

    row: Rule
    waits_for: str


@dataclass(frozen=True, slots=True)
class Mine(Watched):
    """A rule in the list of all; its question may be shared no more, and is not told then."""

    seen: bool


@dataclass(frozen=True, slots=True)
class Found:
    """One alert: from which period to which, with its number and what was usual."""

    row: Alert
    measure: str
    waits_for: str
    value: str
    usual: str


def lines(rows: Sequence[SavedQuestion]) -> list[Line]:
    """Questions as a list shows them."""
    return [
        Line(
            row,
            str(MEASURES[row.measure].title) if row.measure in MEASURES else row.measure,
            days_in_words(row),
        )
        for row in rows
    ]


def asked_of(question: Question) -> Asked:
    """A question as the pages of measures have it."""
    assert question.period is not None
    assert question.since is not None
    assert question.until is not None
    return Asked(
        measure=question.measure,
        by=question.by[0] if question.by else "",
        period=question.period,
        since=question.since,
        until=question.until,
        where=question.where,
    )


def answered(asked: Asked, facts: Facts) -> dict[str, Any]:
    """The context of ``citistat/answered.html``."""
    return {
        "measure": MEASURES[asked.measure],
        "asked": asked,
        "last_day": measure_page.last_day(asked),
        "shown": measure_page.shown(asked, facts),
        "query": asked.query(),
        "by": ask_form.by(asked, facts),
    }


def today(row: SavedQuestion, facts: Facts | None, actor: Actor) -> dict[str, Any]:
    """Today's answer to a saved question, or in ``why_not`` why there is none."""
    if facts is None:
        return {}
    try:
        question = answering.question_of(row, facts, by=actor)
    except DomainError as fault:
        return {"why_not": fault.message}
    may_watch = queries.may_watch(actor, question) and row.last is not None
    return {**answered(asked_of(question), facts), "may_watch": may_watch}


def watched(rows: Sequence[Rule], row: SavedQuestion) -> list[Watched]:
    """The rules on a question."""
    measure = MEASURES.get(row.measure)
    return [Watched(each, waits_for(each, measure)) for each in rows] if measure else []


def all_watched(rows: Sequence[tuple[Rule, bool]]) -> list[Mine]:
    """Everything that somebody has watched, whatever question it is of."""
    told = []
    for row, seen in rows:
        measure = MEASURES.get(row.question.measure)
        waiting = waits_for(row, measure) if measure else str(Bound(row.bound).label)
        told.append(Mine(row, waiting, seen=seen))
    return told


def waits_for(rule: Rule, measure: Measure) -> str:
    """What a rule waits for, in words."""
    if rule.number is None:
        return str(Bound(rule.bound).label)
    number = {"number": numbers.told(rule.number, measure.unit)}
    if rule.bound == Bound.ABOVE:
        return _("above %(number)s") % number
    return _("below %(number)s") % number


def found(rows: Sequence[Alert]) -> list[Found]:
    """Alerts as a list shows them; those of measures that are gone are left out."""
    told = []
    for row in rows:
        measure = MEASURES.get(row.rule.question.measure)
        if measure is None:
            continue
        usual = ""
        if row.low is not None and row.high is not None:
            usual = numbers.between(row.low, row.high, measure.unit)
        value = numbers.told(row.value, measure.unit)
        told.append(Found(row, str(measure.title), waits_for(row.rule, measure), value, usual))
    return told
