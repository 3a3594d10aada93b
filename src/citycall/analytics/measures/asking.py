"""Asking for a measure: by what, where, when. Every door asks here and so tells the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

import pyarrow as pa

from citycall.analytics.facts import area_column
from citycall.analytics.measures import kept, survival
from citycall.analytics.measures.book import MEASURES
from citycall.analytics.measures.measure import Measure, Now, Period, Shape, period_column
from citycall.analytics.store import Facts

# What every fact has, whatever its measure; areas come besides, by the city's layers.
DIMENSIONS: Final = ("service", "agency", "team", "channel", "language")
GROUP: Final = "service_group"
_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001  (naive, as the facts are)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A measure by dimensions and period, of what is in ``where``, from ``since`` to ``until``.

    ``by`` and the keys of ``where`` are names of dimensions (see ``dimensions``); ``where`` says
    which values are counted. Days are the city's; ``until`` is not counted any more. Without a
    period the whole stretch is one number.
    """

    measure: str
    by: Sequence[str] = ()
    period: Period | None = None
    since: date | None = None
    until: date | None = None
    where: Mapping[str, Sequence[Any]] = field(default_factory=dict)

    def words(self) -> str:
        """The same for the same question, however its conditions were put together."""
        where = sorted((name, sorted(map(repr, values))) for name, values in self.where.items())
        return repr((self.measure, tuple(self.by), self.period, self.since, self.until, where))


def dimensions(facts: Facts) -> list[str]:
    """Everything that a measure can be told by, besides the period."""
    return [*DIMENSIONS, GROUP, *(area_column(layer) for layer in facts.about.layers)]


def now_of(facts: Facts) -> Now:
    """The moment of the facts, as measures need it."""
    import ibis

    moment = facts.as_of
    days = (moment - _EPOCH) / timedelta(days=1)
    return Now(moment=ibis.literal(moment, type="timestamp"), days=days)


def expression(question: Question, tables: Any, now: Now) -> Any:
    """The question as one Ibis expression over ``tables`` (anything with a ``table`` method).

    Its columns are those of ``by``, ``period`` where one is asked for, ``size`` and ``value``.
    Survival measures have no such expression of their own: see ``survival``.
    """
    measure = MEASURES[question.measure]
    if measure.shape is Shape.STOCK:
        return _stock(question, tables)
    table = within(chosen(measure, question, tables, now), measure.when, question)
    keys = _keys(question, table, measure.when)
    told = table.group_by(keys) if keys else table
    answered = told.aggregate(size=measure.size(table, now), value=measure.value(table, now))
    return answered.order_by(list(keys)) if keys else answered


def answer(question: Question, facts: Facts) -> pa.Table:
    """The rows of the answer, in the order of their keys; those of size nought are left out.

    Where nothing was counted there is no row, except without dimensions and period.
    """
    measure = MEASURES[question.measure]
    now = now_of(facts)
    if measure.shape is Shape.SURVIVAL:
        table = within(chosen(measure, question, facts, now), measure.when, question)
        keys = _keys(question, table, measure.when)
        counted = facts.ask(survival.counted(table, keys, now))
        return survival.medians(counted, list(keys))
    return facts.ask(expression(question, facts, now))


def answers(questions: Sequence[Question], facts: Facts) -> list[pa.Table]:
    """The answers to many questions, in their order, each as ``answer`` gives it.

    What is kept with the facts is not asked for again, and what counts the same facts in the same
    way is asked for at once: so a page of a dozen measures reads the facts a few times at most.
    """
    recalled = ((n, kept.recall(question, facts)) for n, question in enumerate(questions))
    found = {n: table for n, table in recalled if table is not None}
    together: dict[Any, list[int]] = {}
    for n, question in enumerate(questions):
        if n not in found:
            together.setdefault(_company(question, n), []).append(n)
    for numbers in together.values():
        some = [questions[n] for n in numbers]
        told = _at_once(some, facts) if len(some) > 1 else [answer(some[0], facts)]
        found.update(zip(numbers, told, strict=True))
    return [found[n] for n in range(len(questions))]


def keep(questions: Sequence[Question], facts: Facts) -> None:
    """Keep the answers with the facts, for all who ask the same of them."""
    for question, table in zip(questions, answers(questions, facts), strict=True):
        kept.keep(question, table, facts)


def _company(question: Question, alone: int) -> Any:
    """What questions must share to be asked for together; some keep to themselves."""
    measure = MEASURES[question.measure]
    if measure.shape is not Shape.FLOW:
        return alone
    counted = (measure.fact, measure.when, measure.chosen, measure.size)
    return (*counted, replace(question, measure="").words())


def _at_once(questions: Sequence[Question], facts: Facts) -> list[pa.Table]:
    """The answers to questions that keep each other company."""
    first, now = questions[0], now_of(facts)
    measure = MEASURES[first.measure]
    table = within(chosen(measure, first, facts, now), measure.when, first)
    keys = _keys(first, table, measure.when)
    told = table.group_by(keys) if keys else table
    values = {
        f"value_{n}": MEASURES[question.measure].value(table, now)
        for n, question in enumerate(questions)
    }
    asked = told.aggregate(size=measure.size(table, now), **values)
    whole = facts.ask(asked.order_by(list(keys)) if keys else asked)
    kept = [*keys, "size"]
    return [whole.select([*kept, name]).rename_columns([*kept, "value"]) for name in values]


def chosen(measure: Measure, question: Question, tables: Any, now: Now) -> Any:
    """The facts that a measure counts, of those that the question asks for, at any time."""
    table = tables.table(measure.fact)
    if "is_merged" in table.columns:
        # Reports and conversations count for the request that they lead to, never a merged one.
        table = table.filter(~table.is_merged)
    if GROUP in question.by or GROUP in question.where:
        named = tables.table("services").select("id", service_group="group_name")
        table = table.inner_join(named, table.service == named.id).drop("id_right")
    for name, values in question.where.items():
        table = table.filter(_is_one_of(table[name], values))
    condition = measure.chosen(table, now)
    return table if condition is None else table.filter(condition)


def _is_one_of(column: Any, values: Sequence[Any]) -> Any:
    import ibis

    known = [value for value in values if value is not None]
    condition = column.isin(known) if known else ibis.literal(value=False)
    return condition | column.isnull() if None in values else condition


def within(table: Any, when: str, question: Question) -> Any:
    """Those of the facts that count between the question's days."""
    day = table[f"{when}_on"]
    if question.since is not None:
        table = table.filter(day >= question.since)
    if question.until is not None:
        table = table.filter(table[f"{when}_on"] < question.until)
    return table


def _keys(question: Question, table: Any, when: str) -> dict[str, Any]:
    keys = {name: table[name] for name in question.by}
    if question.period is not None:
        keys["period"] = period_column(table, when, question.period)
    return keys


def _stock(question: Question, tables: Any) -> Any:
    """What stands at the end of each period: all that came in less all that was over.

    What happened before ``since`` is counted into the first period. A period in which nothing
    changed has no row: what stood before it still stands.
    """
    import ibis

    measure = MEASURES[question.measure]
    now = Now(moment=None, days=0.0)
    table = chosen(measure, question, tables, now)
    period = question.period
    flows = []
    for when, sign in (("received", 1), ("ended", -1)):
        moved = table.filter(table[f"{when}_on"].notnull())
        if question.until is not None:
            moved = moved.filter(moved[f"{when}_on"] < question.until)
        keys = {name: moved[name] for name in question.by}
        if period is not None:
            begun = period_column(moved, when, period)
            if question.since is not None:
                begun = ibis.greatest(begun, ibis.literal(question.since))
            keys["period"] = begun
        counted = moved.count().cast("int64") * sign
        flows.append((moved.group_by(keys) if keys else moved).aggregate(moved=counted))
    both = ibis.union(*flows)
    names = [*question.by, *(["period"] if period is not None else [])]
    net = (both.group_by(names) if names else both).aggregate(moved=both.moved.sum().cast("int64"))
    if period is None:
        told = net.select(*question.by, size=net.moved, value=net.moved)
        return told.order_by(question.by) if question.by else told
    so_far = net.moved.sum().over(
        ibis.cumulative_window(group_by=list(question.by) or None, order_by="period")
    )
    told = net.select(*names, value=so_far.cast("int64"))
    return told.mutate(size=told.value).select(*names, "size", "value").order_by(names)
