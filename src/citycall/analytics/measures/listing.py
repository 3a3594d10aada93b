"""The requests behind a number: every one can be looked at."""

from dataclasses import replace
from typing import Any, Final

from citycall.analytics.measures.asking import Question, chosen, now_of, within
from citycall.analytics.measures.book import MEASURES
from citycall.analytics.measures.measure import Shape
from citycall.analytics.store import Facts

SIZE: Final = 50


def behind(
    question: Question, facts: Facts, *, before: int | None = None
) -> tuple[list[int], bool]:
    """The ids of the requests that a number counts, the newest first, and whether there are more.

    ``before`` is the last id of the page before. What stands at the end of a period is what was
    open when the day before ``until`` ended.
    """
    import ibis

    measure = MEASURES[question.measure]
    now = now_of(facts)
    if measure.shape is Shape.STOCK:
        whole = replace(question, since=None)
        table = within(chosen(measure, whole, facts, now), "received", whole)
        if question.until is None:
            table = table.filter(table.ended_on.isnull())
        else:
            table = table.filter(table.ended_on.isnull() | (table.ended_on >= question.until))
    else:
        table = within(chosen(measure, question, facts, now), measure.when, question)
    column = table.id if measure.fact == "requests" else table.request
    ids: Any = table.select(id=column).distinct()
    if before is not None:
        ids = ids.filter(ids.id < before)
    found = facts.ask(ids.order_by(ibis.desc("id")).limit(SIZE + 1))["id"].to_pylist()
    return found[:SIZE], len(found) > SIZE
