"""Whom a coming day needs when: the forecast against what is planned, and what if."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings

from citycall.agencies.calendars import HolidaySpec
from citycall.calls.measures import queries
from citycall.calls.measures.models import Cut
from citycall.calls.measures.rules import BOUNDS, Counts
from citycall.calls.policies import PERMISSIONS
from citycall.calls.shifts import planned
from citycall.calls.staffing.forecast import HALF_HOURS, Forecast, Learned, Unusual
from citycall.calls.staffing.planning import Needs, Shift
from citycall.calls.staffing.proposing import propose
from citycall.calls.staffing.rules import Goal, TooFewPeople, Waiting, required, waiting
from citycall.catalog.queries import catalog
from citycall.core.actors import Actor
from citycall.core.permissions import require

AHEAD_DAYS: Final = 14
_LEARNED_DAYS: Final = 730
_LATELY: Final = timedelta(days=28)
# Hardly any calls need nobody: so few a half hour are left to the next one.
_HARDLY_ANY: Final = 0.2
_USUAL_HANDLING_S: Final = 240.0
_USUAL_PATIENCE_S: Final = 180.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """What is asked: the target, how calls are handled, who is absent, how many more calls."""

    answered: float
    within_s: float
    handling_s: float
    patience_s: float
    absent: float
    times: float = 1.0
    patient: bool = False

    def needs(self, *, patient: bool) -> Needs:
        """The same for callers who wait for as long as it takes, or who hang up."""
        return Needs(
            handling_s=self.handling_s,
            patience_s=None if patient else self.patience_s,
            goal=Goal(answered=self.answered, within_s=self.within_s),
            away=self.absent,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfHour:
    """``answering`` by Erlang C and A; ``needed`` with those absent, by the model asked for.

    ``told`` is what callers live through with the people planned of whom some are absent; None
    where the queue would never end.
    """

    begins: datetime
    calls: float
    by_c: int
    by_a: int
    needed: int
    planned: int
    told: Waiting | None

    @property
    def gap(self) -> int:
        """How many are missing; below zero, how many are more than needed."""
        return self.needed - self.planned


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """A day in half hours; ``storm`` is how many times as many calls unusually busy days had."""

    forecast: Forecast
    half_hours: Sequence[HalfHour]
    holiday: bool
    storm: float
    unusual: Sequence[Unusual]
    learned_days: int
    proposal: Sequence[Shift]
    days: Sequence[Forecast]

    @property
    def missing_hours(self) -> float:
        """Hours of work that nobody is planned for."""
        return sum(max(row.gap, 0) for row in self.half_hours) / 2

    @property
    def spare_hours(self) -> float:
        """Planned hours beyond what is needed."""
        return sum(max(-row.gap, 0) for row in self.half_hours) / 2


def usual(*, zone: ZoneInfo, at: datetime) -> tuple[float, float]:
    """Mean handling time and patience of the last four weeks, in seconds; usual ones without.

    Patience as if everybody hung up at a constant rate: all the time that people waited, over how
    many hung up. Who was answered would have hung up some time later, and counts so.
    """
    today = at.astimezone(zone).date()
    since, until = today - _LATELY, today - timedelta(days=1)
    phone = queries.by_value(since, until, cut=Cut.MEDIUM, zone=zone, at=at).get("phone", Counts())
    bounds = (0, *BOUNDS, 2 * BOUNDS[-1])
    middles = [(low + high) / 2 for low, high in pairwise(bounds)]
    waited = phone.speed_seconds + sum(n * s for n, s in zip(phone.left, middles, strict=True))
    patience = waited / phone.abandoned if phone.abandoned else _USUAL_PATIENCE_S
    return phone.handling_seconds or _USUAL_HANDLING_S, max(patience, 1.0)


def outlook(day: date, what_if: WhatIf, *, by: Actor, zone: ZoneInfo, at: datetime) -> Outlook:
    """The day as it is expected; raises ``TooShort``, ``BadDemand``, ``OutOfReach``."""
    require(PERMISSIONS, "supervise", by=by)
    today = at.astimezone(zone).date()
    history = queries.arrivals(
        today - timedelta(days=_LEARNED_DAYS), today - timedelta(days=1), zone=zone
    )
    learned, holidays = _learned(tuple((d, tuple(n)) for d, n in history.items()), today)
    ahead = [today + timedelta(days=n) for n in range(AHEAD_DAYS + 1)]
    forecasts = learned.forecast(ahead, times=what_if.times)
    chosen = next((each for each in forecasts if each.day == day), forecasts[0])
    people = planned.people(chosen.day, zone=zone)
    half_hours = _half_hours(chosen, what_if, people, zone)
    return Outlook(
        forecast=chosen,
        half_hours=half_hours,
        holiday=chosen.day in holidays,
        storm=learned.storm(),
        unusual=learned.unusual,
        learned_days=len(history),
        proposal=propose([row.gap for row in half_hours]),
        days=forecasts,
    )


def _half_hours(
    forecast: Forecast, what_if: WhatIf, people: Mapping[int, int], zone: ZoneInfo
) -> list[HalfHour]:
    start = queries.midnight(forecast.day, zone)
    return [
        _half_hour(start + timedelta(minutes=30 * n), calls, what_if, people.get(n, 0))
        for n, calls in zip(range(HALF_HOURS), forecast.half_hours, strict=True)
    ]


def _half_hour(begins: datetime, calls: float, what_if: WhatIf, planned: int) -> HalfHour:
    few = calls < _HARDLY_ANY
    patient, impatient = what_if.needs(patient=True), what_if.needs(patient=False)
    by_c = 0 if few else required(patient.of(calls), patient.goal).people
    by_a = 0 if few else required(impatient.of(calls), impatient.goal).people
    asked = patient if what_if.patient else impatient
    present = round(planned * (1 - what_if.absent))
    try:
        told: Waiting | None = waiting(asked.of(calls), present, within_s=what_if.within_s)
    except TooFewPeople:
        told = None
    return HalfHour(
        begins=begins,
        calls=calls,
        by_c=by_c,
        by_a=by_a,
        needed=asked.paid(by_c if what_if.patient else by_a),
        planned=planned,
        told=told,
    )


@lru_cache(maxsize=2)
def _learned(
    history: tuple[tuple[date, tuple[float, ...]], ...], today: date
) -> tuple[Learned, frozenset[date]]:
    """What the history says; the same history is learned from once."""
    days = [day for day, _counts in history]
    days += [today + timedelta(days=n) for n in range(AHEAD_DAYS + 1)]
    holidays = _holidays(days)
    return Learned(dict(history), holidays=holidays), holidays


def _holidays(days: Sequence[date]) -> frozenset[date]:
    """The days on which most agencies do not work; the country's where there is no agency."""
    agencies = {entry.agency_id for entry in catalog().services}
    specs = [catalog().working_time(each).spec.holidays for each in sorted(agencies)]
    specs = specs or [HolidaySpec(country=settings.CITYCALL_COUNTRY)]
    return frozenset(day for day in days if 2 * sum(spec.holds(day) for spec in specs) > len(specs))
