"""What first pages ask after a refresh: of the city, each agency, each measure, and in public."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from citycall.analytics import attention, public
from citycall.analytics.facts import area_column
from citycall.analytics.measures.asked import Asked, usual
from citycall.analytics.measures.asking import Question, keep
from citycall.analytics.measures.book import MEASURES
from citycall.analytics.measures.judged import looked_at
from citycall.analytics.measures.measure import Measure, Period, Shape
from citycall.analytics.measures.series import from_first_period, later
from citycall.analytics.store import Facts

# What every page tells of a week, in the order in which a meeting asks.
WEEKLY: Final = (
    "received", "reports", "open", "completed", "on-time", "days", "days-with-open", "verified",
    "disputed", "looks-false", "reopened", "repeats", "satisfaction", "first-contact", "returned",
    "redated",
)  # fmt: skip
COLUMNS: Final = ("received", "open", "overdue", "on-time", "days", "verified", "looks-false")
# What the first map shows, of the layer that says most about where people live.
MAPPED: Final = "on-time"
LAYER: Final = "neighborhoods"
# How many weeks the columns are of.
WEEKS: Final = 4
Where = Mapping[str, Sequence[Any]]


def weeks(facts: Facts, where: Where) -> list[Question]:
    """A year of weeks of each measure, up to the last whole one."""
    week = attention.last_week(facts.about.as_of)
    return [
        Question(
            measure=name,
            period=Period.WEEK,
            since=later(week, Period.WEEK, -52),
            until=later(week, Period.WEEK),
            where=where,
        )
        for name in WEEKLY
    ]


def last_weeks(
    facts: Facts, by: str, where: Where, names: Sequence[str] = COLUMNS
) -> list[Question]:
    """These measures of the last whole weeks, by agency, service or area."""
    since, until = last_four(facts)
    return [
        Question(
            measure=name,
            by=(by,),
            since=None if always(MEASURES[name]) else since,
            until=until,
            where=where,
        )
        for name in names
    ]


def last_four(facts: Facts) -> tuple[date, date]:
    """The first day of the last four whole weeks, and the day after them."""
    until = later(attention.last_week(facts.about.as_of), Period.WEEK)
    return later(until, Period.WEEK, -WEEKS), until


def usual_layer(facts: Facts) -> str:
    """The layer of areas that is shown where none is asked for; empty where there is none."""
    known = facts.about.layers
    return LAYER if LAYER in known else next(iter(known), "")


def always(measure: Measure) -> bool:
    """Whether it counts whenever something was received: what is open or overdue is so now."""
    return measure.shape is Shape.STOCK or measure.name == "overdue"


def keep_answers(facts: Facts) -> None:
    """Keep the answers to what the first pages ask, so that nobody waits for them."""
    for questions in _pages(facts):
        keep(questions, facts)


def _pages(facts: Facts) -> Iterator[list[Question]]:
    yield public.questions(facts)
    layer = usual_layer(facts)
    agencies = facts.sql("SELECT id FROM agencies ORDER BY id")["id"].to_pylist()
    scopes: list[tuple[str, Where]] = [("agency", {})]
    scopes += [("service", {"agency": [agency]}) for agency in agencies]
    for by, where in scopes:
        in_weeks = [*weeks(facts, where), *attention.questions(facts, where)]
        yield [from_first_period(question) for question in in_weeks]
        yield last_weeks(facts, by, where)
        if layer:
            yield last_weeks(facts, area_column(layer), where, [MAPPED])
    yield [each for name in MEASURES for each in _of_measure(usual(name, facts, by="service"))]


def _of_measure(asked: Asked) -> Iterator[Question]:
    """What the page of a measure asks."""
    yield from_first_period(looked_at(asked.question(period=asked.period)))
    yield asked.question()
    yield asked.question(by=(asked.by,))
