"""What is mailed of kept questions: answers as a small table, and what rules found."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import isnan
from typing import Any, Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from citycall.analytics.measures.asking import Question, answer
from citycall.analytics.measures.book import MEASURES
from citycall.analytics.measures.judged import Judged, judged
from citycall.analytics.measures.measure import PERIOD_NAMES, Measure
from citycall.analytics.measures.names import names_of, unnamed
from citycall.analytics.measures.series import begin, later
from citycall.analytics.store import Facts
from citycall.analytics.watch import answering, links
from citycall.analytics.watch.models import Alert, SavedQuestion
from citycall.citistat.measure_page import verdict_of
from citycall.citistat.question_page import waits_for
from citycall.core.actors import Actor
from citycall.notifications import messages
from citycall.pages import numbers

PERIODS: Final = 8
PARTS: Final = 10


@dataclass(frozen=True, slots=True)
class Row:
    """One period, or one part, in words."""

    name: str
    value: str
    usual: str = ""
    verdict: str = ""


def of_answer(row: SavedQuestion, facts: Facts, *, by: Actor) -> dict[str, Any]:
    """Today's answer as the receiver may see it, in the language that is spoken just now.

    Where the question cannot be answered any more, ``why_not`` says why. Raises NotAllowed.
    """
    told: dict[str, Any] = {"title": row.title, "link": links.question_address(row.pk)}
    try:
        question = answering.question_of(row, facts, by=by)
    except answering.CannotAnswer as fault:
        return told | {"why_not": fault.message}
    measure = MEASURES[question.measure]
    assert question.period is not None
    assert question.since is not None
    assert question.until is not None
    seen = facts.about.seen_until
    whole = answer(replace(question, by=(), period=None), facts).to_pylist()
    return told | {
        "measure": str(measure.title),
        "formula": str(measure.formula),
        "period": str(PERIOD_NAMES[question.period]),
        "total": numbers.told(whole[0]["value"] if whole else None, measure.unit),
        "since": question.since,
        "until": question.until - timedelta(days=1),
        "rows": _rows(measure, question, facts),
        "parts": _parts(measure, question, facts),
        "moment": messages.in_words(seen, told_at=seen, hour_matters=True),
    }


def _rows(measure: Measure, question: Question, facts: Facts) -> list[Row]:
    """The last periods of the question, the latest first."""
    period, until = question.period, question.until
    assert period is not None
    assert until is not None
    since = later(begin(until - timedelta(days=1), period), period, 1 - PERIODS)
    return [
        Row(
            name=_day(each.first),
            value=numbers.told(each.value, measure.unit),
            usual=numbers.between(each.low, each.high, measure.unit),
            verdict=_verdict(measure, each, cut=later(each.first, period) > until),
        )
        for each in reversed(judged(replace(question, since=since), facts))
    ]


def _verdict(measure: Measure, told: Judged, *, cut: bool) -> str:
    if cut or not told.ripe:
        return _("Still coming in")
    if isnan(told.low) or isnan(told.value):
        return "–"
    words = {"worse": _("Worse"), "better": _("Better"), "other": _("Unusual")}
    return words.get(verdict_of(measure, told), _("As usual"))


def _parts(measure: Measure, question: Question, facts: Facts) -> Sequence[Row]:
    """The parts that rest on most, over the whole stretch of days."""
    if not question.by:
        return []
    (by,) = question.by
    known = names_of(facts, by)
    rows = answer(replace(question, period=None), facts).to_pylist()
    rows.sort(key=lambda each: -(each["size"] or 0))
    return [
        Row(
            str(known.get(each[by]) or each[by] or unnamed()),
            numbers.told(each["value"], measure.unit),
        )
        for each in rows[:PARTS]
    ]


def of_alert(alert: Alert) -> dict[str, Any]:
    """That a rule's number is beyond its bound, in the language that is spoken just now."""
    row = alert.rule.question
    measure = MEASURES[row.measure]
    usual = ""
    if alert.low is not None and alert.high is not None:
        usual = numbers.between(alert.low, alert.high, measure.unit)
    return {
        "title": row.title,
        "measure": str(measure.title),
        "day": _day(alert.began_with),
        "stands": measure.ripens_weeks is None,
        "value": numbers.told(alert.value, measure.unit),
        "usual": usual,
        "waits_for": waits_for(alert.rule, measure),
        "link": links.question_address(row.pk),
    }


def _day(day: date) -> str:
    return date_format(day, "DATE_FORMAT")
