"""What a measure is: what it counts, of which facts, by which date, and what it does not say."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Unit(StrEnum):
    """What the number is a number of."""

    COUNT = "count"
    DAYS = "days"
    SHARE = "share"
    RATIO = "ratio"


class Better(StrEnum):
    """In which direction it is better, where that can be said."""

    MORE = "more"
    LESS = "less"
    NEITHER = "neither"


class Shape(StrEnum):
    """How it is worked out: of what happened in a period, or of what stands at its end.

    ``SURVIVAL`` is of what began in a period, with what has not ended yet taken into account.
    """

    FLOW = "flow"
    STOCK = "stock"
    SURVIVAL = "survival"


class Counted(StrEnum):
    """What a measure counts, as people call it."""

    REQUESTS = "requests"
    REPORTS = "reports"
    RATINGS = "ratings"
    TIMES = "times"
    CONVERSATIONS = "conversations"


@dataclass(frozen=True, slots=True)
class Now:
    """The moment of the facts: as an expression, and in days since 1970."""

    moment: Any
    days: float


# A condition or an aggregate over a table of facts.
Expression = Callable[[Any, Now], Any]


def _all(_table: Any, _now: Now) -> None:
    return None


def _count(table: Any, _now: Now) -> Any:
    return table.count()


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One measure.

    ``fact`` is the table of facts, ``when`` the beginning of its columns that say in which period
    something counts, ``chosen`` what is counted of it. ``size`` is how many the value rests on:
    the denominator of a share, the number of durations of a median. ``value`` is worked out of
    the chosen rows by Ibis, the same on every engine. ``formula`` and ``caveats`` are told
    wherever the number is; ``source`` names whose definition it is. ``counted`` is what ``size``
    is a number of. ``ripens_weeks`` is for how many weeks after a period people still say what
    the value rests on: no younger one is judged.
    """

    name: str
    title: Promise
    formula: Promise
    unit: Unit
    better: Better
    fact: str = "requests"
    when: str = "received"
    shape: Shape = Shape.FLOW
    chosen: Expression = _all
    size: Expression = _count
    value: Expression = _count
    caveats: Sequence[Promise] = field(default_factory=tuple)
    source: str = ""
    counted: Counted = Counted.REQUESTS
    ripens_weeks: int | None = 0

    @property
    def has_requests(self) -> bool:
        """Whether there are requests behind its numbers that can be listed."""
        return self.counted is not Counted.CONVERSATIONS


def worse(measure: Measure, value: float, expected: float) -> bool | None:
    """Whether a value that is not the expected one is a change for the worse, where one can be."""
    if measure.better is Better.NEITHER:
        return None
    return (value < expected) == (measure.better is Better.MORE)


class Period(StrEnum):
    """How long the stretches of time are that a measure is told by."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


PERIOD_NAMES: Final = {
    Period.DAY: _("Day"),
    Period.WEEK: _("Week"),
    Period.MONTH: _("Month"),
    Period.QUARTER: _("Quarter"),
    Period.YEAR: _("Year"),
}


def period_column(table: Any, when: str, period: Period) -> Any:
    """The first day of the period in which something counts."""
    if period is Period.DAY:
        return table[f"{when}_on"]
    if period is Period.WEEK:
        return table[f"{when}_week"]
    month = table[f"{when}_month"]
    if period is Period.MONTH:
        return month
    return month.truncate("Q" if period is Period.QUARTER else "Y").cast("date")
