"""When a service comes by appointment: on which dates, how often, and until when to say so."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import time
from math import ceil
from typing import Annotated, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from pydantic import Field, PlainSerializer, field_validator, model_validator

from citycall.agencies.calendars import Hours, Opening, WeekdayKey
from citycall.agencies.documents import Code, Document, Fault, LongCode, Name, raise_any
from citycall.catalog.questions import Datatype, Question
from citycall.catalog.targets import AreaCode

MOST_A_DAY = 2_000
LONGEST_AHEAD = 365

TimeOfDay = Annotated[time, PlainSerializer(lambda at: at.strftime("%H:%M"), return_type=str)]


class BookingCrew(Document):
    """A crew with its truck: on which weekdays it drives, and how many stops it makes on a date.

    Without ``weekdays`` it drives on those of its routes; without ``capacity`` it makes as many
    stops as the service says.
    """

    code: Code
    name: Name
    weekdays: tuple[WeekdayKey, ...] = Field((), max_length=7)
    capacity: int | None = Field(None, ge=1, le=MOST_A_DAY)


class BookingMaterial(Document):
    """What a truck has room for only so much of: so many mattresses, so many refrigerators.

    ``question`` asks a number and its answer is the amount; or ``choice`` is one of its choices
    and counts as one where it was chosen. ``a_day`` is how much a crew (a route, where there are
    no crews) takes on one date.
    """

    code: Code
    name: Name
    question: LongCode
    choice: LongCode | None = None
    a_day: int = Field(ge=1, le=MOST_A_DAY)


class BookingRoute(Document):
    """An area with dates of its own: the weekdays of its route, and how many stops it makes.

    ``crews`` are the codes of those who drive it; all of the service's crews, where none is named.
    """

    area: AreaCode
    weekdays: tuple[WeekdayKey, ...] = Field(min_length=1, max_length=7)
    capacity: int | None = Field(None, ge=1, le=MOST_A_DAY)
    crews: tuple[Code, ...] = Field((), max_length=50)


class BookingSpec(Document):
    """What a service says of its appointments.

    The crew comes within ``hours`` of a working day of ``calendar`` (the agency's, where none is
    named). The first of ``routes`` whose area holds the place says on which weekdays; elsewhere
    ``weekdays`` hold, and where there are none, no dates are offered. ``capacity`` is how many
    appointments a route takes on one date. Dates up to ``days_ahead`` days from today can be
    booked, moved and cancelled until ``closes_at`` of the day that lies ``closes_days`` before.
    ``items`` is the question that says how many things, of which at most ``most_items`` are
    taken; ``per_year`` limits the appointments of one address in a calendar year.

    With ``crews`` the places of a date are those of the crews who drive that day, and a crew that
    drives two routes has its places once. ``materials`` are what a truck runs out of before it
    runs out of places. Whoever waits for a place that comes free has ``keep_hours`` to take it;
    that nobody came can be said for ``missed_days`` after the date, and the crew is promised
    anew within ``return_days`` days on which the agency works.
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
    crews: tuple[BookingCrew, ...] = Field((), max_length=50)
    materials: tuple[BookingMaterial, ...] = Field((), max_length=20)
    keep_hours: int = Field(24, ge=1, le=240)
    missed_days: int = Field(3, ge=1, le=30)
    return_days: int = Field(2, ge=1, le=30)

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
        crews = {crew.code for crew in self.crews}
        for index, route in enumerate(self.routes):
            if route.area in seen:
                yield Fault(("routes", index, "area"), _("There is a route for this already."))
            seen.add(route.area)
            if not crews.issuperset(route.crews):
                sentence = _("Please name crews that are among the service's crews.")
                yield Fault(("routes", index, "crews"), sentence)
        yield from _repeated("crews", [crew.code for crew in self.crews])
        yield from _repeated("materials", [each.code for each in self.materials])


def _repeated(name: str, codes: Sequence[str]) -> Iterator[Fault]:
    for index, code in enumerate(codes):
        if code in codes[:index]:
            yield Fault((name, index, "code"), _("There is one with this code already."))


def question_faults(booking: BookingSpec, questions: Mapping[str, Question]) -> Iterator[Fault]:
    """A fault for each question that dates depend on and that is not there, or asks no number."""
    for index, each in enumerate(booking.materials):
        if not _counts(each, questions.get(each.question)):
            sentence = _("“%(code)s” asks no number, and is no question with that choice.")
            path = ("booking", "materials", index, "question")
            yield Fault(path, sentence % {"code": each.question})
    if booking.items is None:
        return
    asked = questions.get(booking.items)
    if asked is None or asked.datatype is not Datatype.NUMBER:
        sentence = _("“%(code)s” is not a question of this service that asks a number.")
        yield Fault(("booking", "items"), sentence % {"code": booking.items})


def _counts(material: BookingMaterial, asked: Question | None) -> bool:
    if asked is None:
        return False
    if material.choice is None:
        return asked.datatype is Datatype.NUMBER
    return material.choice in asked.keys


def needs_of(booking: BookingSpec, answers: Mapping[str, Any]) -> dict[str, int]:
    """How much of each material an appointment with these answers takes, where it takes any."""
    found = {each.code: _amount(each, answers.get(each.question)) for each in booking.materials}
    return {code: amount for code, amount in found.items() if amount > 0}


def _amount(material: BookingMaterial, given: Any) -> int:
    if material.choice is None:
        # As it was typed, or as it was checked.
        with suppress(TypeError, ValueError, OverflowError):
            return max(0, ceil(float(given)))
        return 0
    chosen = given if isinstance(given, list | tuple) else [given]
    return int(material.choice in chosen)


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
