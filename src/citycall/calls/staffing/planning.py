"""Whom it needs when: a day's forecast against the shifts that are planned for it."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from citycall.calls.staffing.forecast import HALF_HOURS, Forecast
from citycall.calls.staffing.rules import (
    BadDemand,
    Demand,
    Goal,
    TooFewPeople,
    Waiting,
    required,
    waiting,
)

HALF_HOUR_MINUTES: Final = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """``people`` who come at the half hour ``begins`` (of 48 from midnight) and stay ``lasts``.

    ``break_at`` is the half hour of the day in which they are away; None where nobody is away at
    once. A shift may go past midnight. Raises ``BadDemand``.
    """

    begins: int
    lasts: int
    people: int
    break_at: int | None = None

    def __post_init__(self) -> None:
        if not (0 <= self.begins < HALF_HOURS and 0 < self.lasts <= HALF_HOURS):
            raise BadDemand(_("A shift begins on the day and lasts a day at most."))
        if self.people < 0:
            raise BadDemand(_("The number of people cannot be less than zero."))

    def at_work(self, half_hour: int) -> int:
        """How many of them answer calls in a half hour, counted on from the shift's own day."""
        present = self.begins <= half_hour < self.begins + self.lasts
        return self.people if present and half_hour != self.break_at else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """How calls are handled: mean seconds of a call, mean patience, and what is aimed at.

    ``away`` is the part of paid time in which people do not answer calls: breaks, training,
    illness. Raises ``BadDemand``.
    """

    handling_s: float
    goal: Goal
    patience_s: float | None = None
    away: float = 0.3

    def __post_init__(self) -> None:
        if not 0 <= self.away < 1:
            raise BadDemand(_("The part of time away must be less than 100%."))

    def of(self, calls: float) -> Demand:
        """What a half hour with these calls asks for."""
        return Demand(
            calls=calls,
            minutes=HALF_HOUR_MINUTES,
            handling_s=self.handling_s,
            patience_s=self.patience_s,
        )

    def paid(self, answering: int) -> int:
        """How many must be paid for so that these many answer."""
        return math.ceil(answering / (1 - self.away) - 1e-9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A half hour: what comes, who is needed to answer, who is planned, and what that makes.

    ``told`` is None where calls come and the planned people can never work them off, or where
    nobody is there and nothing is known of the callers' patience.
    """

    half_hour: int
    calls: float
    needed: int
    planned: int
    told: Waiting | None

    @property
    def gap(self) -> int:
        """How many are missing; below zero, how many are more than needed."""
        return self.needed - self.planned


def plan(
    forecast: Forecast, needs: Needs, shifts: Iterable[Shift], *, before: Iterable[Shift] = ()
) -> tuple[Row, ...]:
    """The day in half hours; ``before`` are the shifts of the day before, some past midnight."""
    today, yesterday = tuple(shifts), tuple(before)
    return tuple(
        _row(half_hour, calls, needs, _planned(half_hour, today, yesterday))
        for half_hour, calls in enumerate(forecast.half_hours)
    )


def _planned(half_hour: int, today: Sequence[Shift], yesterday: Sequence[Shift]) -> int:
    still = sum(shift.at_work(half_hour + HALF_HOURS) for shift in yesterday)
    return still + sum(shift.at_work(half_hour) for shift in today)


def _row(half_hour: int, calls: float, needs: Needs, planned: int) -> Row:
    demand = needs.of(calls)
    try:
        told: Waiting | None = waiting(demand, planned, within_s=needs.goal.within_s)
    except TooFewPeople:
        told = None
    return Row(
        half_hour=half_hour,
        calls=calls,
        needed=required(demand, needs.goal).people,
        planned=planned,
        told=told,
    )
