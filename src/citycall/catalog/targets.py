"""The promised time of a service, and where it differs by priority and area."""

from collections.abc import Collection, Iterator
from enum import StrEnum
from typing import Annotated

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from pydantic import (
    AfterValidator,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from citycall.agencies.documents import Code, Document, Fault, Words, raise_any

LONGEST_DAYS = 3650


class Unit(StrEnum):
    """What a target's amount counts."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"


class Clock(StrEnum):
    """Whether time runs always, or in working hours only."""

    CALENDAR = "calendar"
    BUSINESS = "business"


MINUTES_OF = {Unit.MINUTES: 1, Unit.HOURS: 60, Unit.DAYS: 24 * 60}


def _area(text: str) -> str:
    layer, slash, code = text.partition("/")
    if not (slash and layer.strip() and code.strip()):
        raise ValueError(_("An area is written as its layer and code: “police_districts/1”."))
    return text


AreaCode = Annotated[str, StringConstraints(min_length=1, max_length=150), AfterValidator(_area)]


class Override(Document):
    """Another promise for a priority (1 most urgent, to 5), an area, or both; and why.

    ``area`` is "layer/code". ``area_id`` is its id as the catalog snapshot found it, none where
    no such area is loaded; it is no part of what is written and kept.
    """

    priority: int | None = Field(None, ge=1, le=5)
    area: AreaCode | None = None
    amount: int = Field(ge=0)
    unit: Unit
    clock: Clock = Clock.CALENDAR
    reason: Words
    area_id: int | None = Field(None, exclude=True)

    @field_validator("area_id", mode="before")
    @classmethod
    def _not_written(cls, _value: object) -> None:
        raise ValueError(_("There is no such field here."))

    @model_validator(mode="after")
    def _for_something(self) -> "Override":
        faults = list(_amount_faults(self.amount, self.unit, self.clock))
        if self.priority is None and self.area is None:
            faults.append(Fault((), _("An override is for a priority, an area, or both.")))
        raise_any(faults)
        return self

    def holds(self, *, priority: int | None, area_ids: Collection[int]) -> bool:
        """Whether a request of this priority, in these areas, gets this promise."""
        if self.area is not None and self.area_id not in area_ids:
            return False
        return self.priority is None or self.priority == priority

    @property
    def weight(self) -> int:
        """How specific it is: area and priority, then area, then priority."""
        return 2 * (self.area is not None) + (self.priority is not None)


class Target(Document):
    """The time in which a service is promised.

    ``days`` by the calendar clock are the same local time so many days later, by the business
    clock the same local time so many working days later; hours and minutes are elapsed or
    worked ones. ``calendar`` names working hours other than the agency's.
    """

    amount: int = Field(ge=0)
    unit: Unit
    clock: Clock = Clock.CALENDAR
    calendar: Code | None = None
    overrides: tuple[Override, ...] = Field((), max_length=200)

    @model_validator(mode="after")
    def _consistent(self) -> "Target":
        faults = list(_amount_faults(self.amount, self.unit, self.clock))
        clocks = {self.clock, *(override.clock for override in self.overrides)}
        if self.calendar and Clock.BUSINESS not in clocks:
            sentence = _("A calendar is only for targets by the business clock.")
            faults.append(Fault(("calendar",), sentence))
        faults += self._repeated()
        raise_any(faults)
        return self

    def _repeated(self) -> Iterator[Fault]:
        seen = set()
        for index, override in enumerate(self.overrides):
            case = (override.priority, override.area)
            if case in seen:
                yield Fault(("overrides", index), _("There is an override for this already."))
            seen.add(case)

    def chosen(self, *, priority: int | None, area_ids: Collection[int]) -> "Target | Override":
        """The promise for one request: the most specific override, or the target itself."""
        holding = [o for o in self.overrides if o.holds(priority=priority, area_ids=area_ids)]
        return max(holding, key=lambda override: override.weight) if holding else self


def _amount_faults(amount: int, unit: Unit, clock: Clock) -> Iterator[Fault]:
    if amount * MINUTES_OF[unit] > LONGEST_DAYS * MINUTES_OF[Unit.DAYS]:
        yield Fault(("amount",), _("A target must not be longer than ten years."))
    if clock is Clock.BUSINESS and amount == 0:
        yield Fault(("amount",), _("A target in working time must be at least 1."))


def describe(promise: Target | Override) -> str:
    """The promise in plain words: “3 working days”."""
    forms = {
        (Unit.MINUTES, Clock.CALENDAR): ngettext("%(n)s minute", "%(n)s minutes", promise.amount),
        (Unit.HOURS, Clock.CALENDAR): ngettext("%(n)s hour", "%(n)s hours", promise.amount),
        (Unit.DAYS, Clock.CALENDAR): ngettext("%(n)s day", "%(n)s days", promise.amount),
        (Unit.MINUTES, Clock.BUSINESS): ngettext(
            "%(n)s working minute", "%(n)s working minutes", promise.amount
        ),
        (Unit.HOURS, Clock.BUSINESS): ngettext(
            "%(n)s working hour", "%(n)s working hours", promise.amount
        ),
        (Unit.DAYS, Clock.BUSINESS): ngettext(
            "%(n)s working day", "%(n)s working days", promise.amount
        ),
    }
    return forms[promise.unit, promise.clock] % {"n": promise.amount}
