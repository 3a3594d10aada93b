"""When a service comes by appointment: on which dates, how often, and until when to say so."""

from collections.abc import Iterator, Mapping
from datetime import time
from typing import Annotated, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from pydantic import Field, PlainSerializer, field_validator, model_validator

from citycall.agencies.calendars import Hours, Opening, WeekdayKey
from citycall.agencies.documents import Code, Document, Fault, LongCode, raise_any
from citycall.catalog.questions import Datatype, Question
from citycall.catalog.targets import AreaCode

MOST_A_DAY = 2_000
LONGEST_AHEAD = 365

TimeOfDay = Annotated[time, PlainSerializer(lambda at: at.strftime("%H:%M"), return_type=str)]


class BookingRoute(Document):
    """An area with dates of its own: the weekdays of its route, and how many stops it makes."""

    area: AreaCode
    weekdays: tuple[WeekdayKey, ...] = Field(min_length=1, max_length=7)
    capacity: int | None = Field(None, ge=1, le=MOST_A_DAY)


class BookingSpec(Document):
    """What a service says of its appointments.

    The crew comes within ``hours`` of a working day of ``calendar`` (the agency's, where none is
    named). The first of ``routes`` whose area holds the place says on which weekdays; elsewhere
    ``weekdays`` hold, and where there are none, no dates are offered. ``capacity`` is how many
    appointments a route takes on one date. Dates up to ``days_ahead`` days from today can be
    booked, moved and cancelled until ``closes_at`` of the day that lies ``closes_days`` before.
    ``items`` is the question that says how many things, of which at most ``most_items`` are
    taken; ``per_year`` limits the appointments of one address in a calendar year.
    """

    hours: Opening = Hours(6 * 60, 18 * 60)
    weekdays: tuple[WeekdayKey, ...] = Field((), max_length=7)
    capacity: int = Field(ge=1, le=MOST_A_DAY)
    routes: tuple[BookingRoute, ...] = Field((), max_length=200)
    days_ahead: int = Field(42, ge=1, le=LONGEST_AHEAD)
    closes_days: int = Field(1, ge=0, le=60)
    closes_at: TimeOfDay = time(12, 0)
    calendar: Code | None = None
    items: LongCode | None = None
    most_items: int | None = Field(None, ge=1, le=1000)
    per_year: int | None = Field(None, ge=1, le=366)

    @field_validator("closes_at", mode="after")
    @classmethod
    def _local(cls, value: time) -> time:
        if value.tzinfo is not None or value.second or value.microsecond:
            raise ValueError(_("A time of day is written as “08:00”, up to “23:59”."))
        return value

    @model_validator(mode="after")
    def _consistent(self) -> "BookingSpec":
        raise_any(list(self._faults()))
        return self

    def _faults(self) -> Iterator[Fault]:
        if not self.weekdays and not self.routes:
            sentence = _("Appointments need weekdays, or routes with weekdays.")
            yield Fault(("weekdays",), sentence)
        if self.most_items is not None and self.items is None:
            yield Fault(("most_items",), _("Please name the question that says how many."))
        minutes = self.closes_at.hour * 60 + self.closes_at.minute
        if self.closes_days == 0 and minutes > self.hours.opens:
            yield Fault(("closes_at",), _("Booking must close before the crew may come."))
        seen = set()
        for index, route in enumerate(self.routes):
            if route.area in seen:
                yield Fault(("routes", index, "area"), _("There is a route for this already."))
            seen.add(route.area)


def question_faults(booking: BookingSpec, questions: Mapping[str, Question]) -> Iterator[Fault]:
    """A fault where the question that says how many is not there, or asks no number."""
    if booking.items is None:
        return
    asked = questions.get(booking.items)
    if asked is None or asked.datatype is not Datatype.NUMBER:
        sentence = _("“%(code)s” is not a question of this service that asks a number.")
        yield Fault(("booking", "items"), sentence % {"code": booking.items})


def items_of(booking: BookingSpec, answers: Mapping[str, Any]) -> int:
    """How many things the answers tell of; 1 where they do not say."""
    given = answers.get(booking.items) if booking.items else None
    return max(1, round(given)) if isinstance(given, int | float) else 1


def item_fault(booking: BookingSpec, answers: Mapping[str, Any]) -> tuple[str, str] | None:
    """The code of the question and the sentence, where an appointment cannot take so many."""
    given = answers.get(booking.items) if booking.items else None
    if not isinstance(given, int | float) or booking.items is None:
        return None
    if given < 1 or given != round(given):
        return booking.items, _("Please write a whole number of things, from 1.")
    if booking.most_items is not None and given > booking.most_items:
        sentence = ngettext(
            "One appointment takes at most %(n)s thing. Please book another for the rest.",
            "One appointment takes at most %(n)s things. Please book another for the rest.",
            booking.most_items,
        )
        return booking.items, sentence % {"n": booking.most_items}
    return None
