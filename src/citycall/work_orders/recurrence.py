"""On which dates work comes again: every so many weeks or months, in a season of the year."""

import calendar
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Literal, NamedTuple

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field, model_validator


class DayOfYear(NamedTuple):
    """A day of every year."""

    month: int
    day: int


class Rule(BaseModel):
    """Every ``every`` weeks on some ``weekdays`` (1 is Monday), or months on a ``day``.

    Counted from the week or month of ``begins``. A ``day`` that a month does not have is its last.
    A season from ``season_from`` to ``season_until``, both included, may run over the new year.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    every: int = Field(ge=1, le=60)
    unit: Literal["weeks", "months"]
    weekdays: tuple[int, ...] = ()
    day: int = Field(default=1, ge=1, le=31)
    begins: date
    ends: date | None = None
    season_from: DayOfYear | None = None
    season_until: DayOfYear | None = None

    @model_validator(mode="after")
    def _whole(self) -> "Rule":
        if self.unit == "weeks" and not self.weekdays:
            raise ValueError(_("Please choose a day of the week."))
        if not all(1 <= weekday <= 7 for weekday in self.weekdays):
            raise ValueError(_("Please choose a day of the week."))
        if (self.season_from is None) != (self.season_until is None):
            raise ValueError(_("A season needs its first and its last day."))
        return self

    def dates(self, since: date, until: date) -> Iterator[date]:
        """The dates from ``since`` to ``until``, both included, in their order."""
        last = until if self.ends is None else min(until, self.ends)
        here = max(since, self.begins)
        while here <= last:
            if self._falls_on(here) and self._in_season(here):
                yield here
            here += timedelta(days=1)

    def _falls_on(self, day: date) -> bool:
        if self.unit == "weeks":
            monday, first = (each - timedelta(days=each.weekday()) for each in (day, self.begins))
            weeks = (monday - first).days // 7
            return weeks % self.every == 0 and day.isoweekday() in self.weekdays
        months = (day.year - self.begins.year) * 12 + day.month - self.begins.month
        last = calendar.monthrange(day.year, day.month)[1]
        return months % self.every == 0 and day.day == min(self.day, last)

    def _in_season(self, day: date) -> bool:
        if self.season_from is None or self.season_until is None:
            return True
        here = DayOfYear(day.month, day.day)
        if self.season_from <= self.season_until:
            return self.season_from <= here <= self.season_until
        return here >= self.season_from or here <= self.season_until
