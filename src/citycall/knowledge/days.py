"""Collection days of a place, the days on which things are otherwise, and whom to call when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from citycall.agencies.calendars import CalendarSpec, WorkingTime
from citycall.agencies.opening import DayOff, days_off
from citycall.agencies.queries import Directory, UnknownCalendar, directory
from citycall.knowledge import collecting
from citycall.knowledge.collecting import CollectionDay
from citycall.knowledge.collections import CollectionSpec, HolidayNoticeSpec
from citycall.knowledge.picture import told
from citycall.knowledge.specs import DirectorySpec
from citycall.places.coordinates import Point
from citycall.places.queries import areas
from citycall.places.words import fold

LONGEST_AHEAD: Final = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class OwnCollection:
    """A collection that comes to a place, the area that says when, and the dates to come."""

    collection: CollectionSpec
    area: str
    days: Sequence[CollectionDay]


@dataclass(frozen=True, slots=True)
class AgencyOff:
    """An agency on one of its days off."""

    name: str
    off: DayOff


@dataclass(frozen=True, slots=True)
class Holiday:
    """A date on which something is otherwise: what staff wrote, who is off, what moves."""

    day: date
    name: str
    notice: HolidayNoticeSpec | None
    agencies: Sequence[AgencyOff]
    collections: Sequence[CollectionDay]


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to call: what for, and when they are there (``hours`` none: not known)."""

    spec: DirectorySpec
    hours: WorkingTime | None


def collections_at(point: Point, *, first: date, last: date) -> list[OwnCollection]:
    """What is collected at a point and when, by title; what has no round there is left out."""
    here = {ref.layer: ref for ref in areas().at(*point)}
    picture = told()
    found = []
    for each in picture.collections:
        area = here.get(each.layer)
        if area is None or each.round_of(area.code) is None:
            continue
        days = collecting.days(
            each,
            area.code,
            first=first,
            last=min(last, first + LONGEST_AHEAD),
            calendar=_calendar(each.calendar),
            notices=picture.notices,
        )
        found.append(OwnCollection(each, area.code, days))
    return found


def holidays(*, first: date, last: date) -> list[Holiday]:
    """The dates on which agencies or collections are not as usual, by date."""
    off = _agencies_off(first, last)
    notices = {day: each for day, each in told().notices.items() if first <= day <= last}
    return [
        Holiday(
            day=day,
            name=_name(off.get(day, ())),
            notice=notices.get(day),
            agencies=off.get(day, ()),
            collections=_collections_on(day),
        )
        for day in sorted({*off, *notices})
    ]


def _name(agencies: Sequence[AgencyOff]) -> str:
    return next((each.off.name for each in agencies if each.off.name), "")


def _agencies_off(first: date, last: date) -> dict[date, list[AgencyOff]]:
    book = directory()
    found: dict[date, list[AgencyOff]] = {}
    known: dict[str, list[DayOff]] = {}
    for agency in book.agencies:
        if not agency.active:
            continue
        code = agency.spec.calendar
        if code not in known:
            known[code] = days_off(book.working_time(agency.id).spec, first, last)
        for off in known[code]:
            found.setdefault(off.day, []).append(AgencyOff(agency.name, off))
    return found


def _collections_on(day: date) -> list[CollectionDay]:
    """What becomes of the collections whose rounds fall on a date, each told once."""
    picture = told()
    found = []
    for each in picture.collections:
        turns = (turn for turn in each.rounds if collecting.comes_on(each, turn, day))
        if next(turns, None) is not None:
            calendar = _calendar(each.calendar)
            found.append(collecting.settled(each, day, calendar=calendar, notices=picture.notices))
    return found


def _calendar(code: str | None) -> CalendarSpec | None:
    working = _working_time(directory(), code)
    return working.spec if working else None


def _working_time(book: Directory, code: str | None) -> WorkingTime | None:
    if code is None:
        return None
    try:
        return book.calendar(code)
    except UnknownCalendar:
        return None


def contacts(words: str = "", *, language: str = "en", for_staff: bool = False) -> list[Contact]:
    """Whom to call, by name: the entries of the directory, and agencies that have none.

    With words, those that have every one of them in name, purpose or keywords. Entries for staff
    only are left out unless it is ``for_staff``.
    """
    found = _contacts(for_staff=for_staff)
    asked = fold(words).split()
    fitting = [each for each in found if _fits(each.spec, asked, language)]
    return sorted(fitting, key=lambda each: each.spec.said(language)[0].casefold())


def _contacts(*, for_staff: bool) -> list[Contact]:
    book = directory()
    entries = [each for each in told().directory if for_staff or not each.staff_only]
    spoken_for = {entry.agency for entry in entries}
    agencies = {agency.code: agency for agency in book.agencies if agency.active}
    return [_contact(entry, book) for entry in entries] + [
        _contact(
            DirectorySpec.model_construct(code=code, title=agency.name, words="", agency=code), book
        )
        for code, agency in agencies.items()
        if code not in spoken_for
    ]


def _contact(entry: DirectorySpec, book: Directory) -> Contact:
    """The entry with what its agency knows where it says nothing itself."""
    agency = next((a for a in book.agencies if a.code == entry.agency), None)
    calendar = entry.calendar or (agency.spec.calendar if agency else None)
    hours = _working_time(book, calendar)
    if agency is None:
        return Contact(entry, hours)
    own = agency.spec
    known = {
        "phone": entry.phone or own.phone,
        "email": entry.email or own.email,
        "website": entry.website or own.website,
    }
    return Contact(entry.model_copy(update=known), hours)


def contacts_meant(words: str, *, language: str) -> list[Contact]:
    """Whom a whole sentence may be for, staff's own entries too: who has half of its long words.

    The most of them first.
    """
    asked = [word for word in fold(words).split() if len(word) > 3]
    counted = [
        (sum(_fits(each.spec, [word], language) for word in asked), each)
        for each in _contacts(for_staff=True)
    ]
    meant = [pair for pair in counted if pair[0] and 2 * pair[0] >= len(asked)]
    return [each for _count, each in sorted(meant, key=lambda pair: -pair[0])]


def _fits(entry: DirectorySpec, asked: Sequence[str], language: str) -> bool:
    title, words, _language = entry.said(language)
    pieces = (title, words, entry.title, entry.code, *entry.keywords)
    known = [word for piece in pieces for word in fold(piece).split()]
    return all(any(word.startswith(_stem(each)) for word in known) for each in asked)


def _stem(word: str) -> str:
    return word[:-1] if word.endswith("s") and len(word) > 3 else word
