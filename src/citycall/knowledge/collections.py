"""Collections as their planners write them: trash, recycling, yard waste, street sweeping."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from django.utils.translation import gettext as _
from pydantic import Field, StringConstraints, model_validator

from citycall.agencies.calendars import WeekdayKey
from citycall.agencies.documents import Code, Document, Fault, Line, LongCode, raise_any
from citycall.knowledge.specs import EntrySpec

_Layer = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]+$", max_length=40)]
_AreaCode = Annotated[str, StringConstraints(min_length=1, max_length=100)]
_Month = Annotated[int, Field(ge=1, le=12)]
# The fifth is the last of a month that has five.
_WeekOfMonth = Annotated[int, Field(ge=1, le=5)]


class HolidayRule(StrEnum):
    """What becomes of a round that falls on a holiday."""

    AS_USUAL = "as_usual"
    LEFT_OUT = "left_out"
    NEXT_WORKING_DAY = "next_working_day"
    # All later rounds of that week come a day later too, as private haulers often do.
    REST_OF_WEEK_A_DAY_LATER = "rest_of_week_a_day_later"


class RoundSpec(Document):
    """The days of some areas of the collection's layer.

    ``weekdays`` of every week, or of every ``every_weeks``-th week counted from the week of
    ``counted_from``, or of the named ``weeks_of_month`` ("first and third Tuesday").
    """

    areas: tuple[_AreaCode, ...] = Field(min_length=1, max_length=2_000)
    weekdays: tuple[WeekdayKey, ...] = Field(min_length=1, max_length=7)
    every_weeks: int = Field(1, ge=1, le=12)
    counted_from: date | None = None
    weeks_of_month: tuple[_WeekOfMonth, ...] = Field((), max_length=5)

    @model_validator(mode="after")
    def _can_be_counted(self) -> "RoundSpec":
        faults = []
        if self.every_weeks > 1 and self.counted_from is None:
            sentence = _("Say a date of a week in which it comes, so that weeks can be counted.")
            faults.append(Fault(("counted_from",), sentence))
        if self.every_weeks > 1 and self.weeks_of_month:
            sentence = _("Give either every how many weeks, or which weeks of the month.")
            faults.append(Fault(("weeks_of_month",), sentence))
        raise_any(faults)
        return self


class CollectionSpec(EntrySpec):
    """What is collected (``title``), how to put it out (``words``), and its rounds.

    ``layer`` is the code of the area layer whose areas have their days. ``months`` are those in
    which it comes at all, none meaning all. ``calendar`` is the working calendar whose holidays
    count, ``on_holidays`` what then happens. ``service`` is the code of the service by which one
    that did not come is reported; ``article`` that of the article that says more.
    """

    layer: _Layer
    rounds: tuple[RoundSpec, ...] = Field(min_length=1, max_length=500)
    months: tuple[_Month, ...] = Field((), max_length=12)
    calendar: Code | None = None
    on_holidays: HolidayRule = HolidayRule.AS_USUAL
    put_out: Line = ""
    agency: Code | None = None
    service: LongCode | None = None
    article: LongCode | None = None

    @model_validator(mode="after")
    def _each_area_once(self) -> "CollectionSpec":
        faults = []
        seen: set[str] = set()
        for index, each in enumerate(self.rounds):
            if twice := seen.intersection(each.areas):
                sentence = _("The area “%(area)s” is in an earlier round already.")
                faults.append(Fault(("rounds", index, "areas"), sentence % {"area": min(twice)}))
            seen.update(each.areas)
        if self.on_holidays is not HolidayRule.AS_USUAL and self.calendar is None:
            sentence = _("Name the working calendar whose holidays count.")
            faults.append(Fault(("calendar",), sentence))
        raise_any(faults)
        return self

    def round_of(self, area: str) -> RoundSpec | None:
        """The round of the area with this code, if it has one."""
        return next((each for each in self.rounds if area in each.areas), None)


class ChangeSpec(Document):
    """One change on a day: of a collection or of something named in words.

    A collection moves to ``moved_to``; without one it is left out, or ``as_usual``.
    """

    collection: LongCode | None = None
    what: Line = ""
    says: Line = ""
    moved_to: date | None = None
    as_usual: bool = False

    @model_validator(mode="after")
    def _says_something(self) -> "ChangeSpec":
        faults = []
        if self.collection is None and not (self.what and self.says):
            sentence = _("Name a collection, or say what changes and how.")
            faults.append(Fault(("what",), sentence))
        if self.moved_to is not None and self.as_usual:
            faults.append(Fault(("as_usual",), _("It cannot both move and be as usual.")))
        raise_any(faults)
        return self


class HolidayNoticeSpec(EntrySpec):
    """What is otherwise on ``day``; it wins over what a collection does on holidays usually."""

    day: date
    changes: tuple[ChangeSpec, ...] = Field((), max_length=50)

    def change_of(self, collection: str) -> ChangeSpec | None:
        """What it says of the collection with this code, if anything."""
        return next((each for each in self.changes if each.collection == collection), None)
