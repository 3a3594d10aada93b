"""Which day? Collections at an address, holidays, events, and when somebody answers the phone."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citycall.core import clock, paging
from citycall.core.errors import DomainError, NotFound
from citycall.core.phrases import said
from citycall.knowledge import days
from citycall.knowledge.collecting import CollectionDay
from citycall.knowledge.days import Contact, Holiday, OwnCollection
from citycall.knowledge.picture import told
from citycall.knowledge.specs import EventSpec
from citycall.pages import hours, moments
from citycall.pages.holiday_names import translated
from citycall.places import queries as places
from citycall.places.candidates import Verdict
from citycall.web import alerts, icalendar, pace
from citycall.web.forms import PlaceForm
from citycall.web.nearby import LONGEST_WORDS, BadQuestion, read_point
from citycall.web.opinion_limits import LOOKED_UP

PAGE: Final = 25
_SHOWN: Final = timedelta(days=41)
_IN_CALENDAR: Final = timedelta(days=365)
_HOLIDAYS_AHEAD: Final = timedelta(days=395)
_MOST_CANDIDATES: Final = 6

Told = dict[str, Any]
Point = tuple[float, float]


@require_safe
def collection_days(request: HttpRequest) -> HttpResponse:
    """When do they come to my house?"""
    pace.count(request, LOOKED_UP, "collection")
    at = clock.now()
    query = request.GET.dict()
    words = query.get("place", "").replace("\x00", "").strip()
    try:
        context = _asked(query, words, at=at)
    except DomainError as error:
        context = {"faults": {"place": error.message}}
    faults = context.pop("faults", {})
    form = PlaceForm(typed={"place": words}, faults=faults)
    return render(
        request,
        "web/answers/collection.html",
        {"now": at, **context, "form": form, "words": words},
        status=422 if faults else 200,
    )


def _asked(query: Mapping[str, str], words: str, *, at: datetime) -> Told:
    """What is told of the place that was asked for; places to choose from; or nothing."""
    if len(words) > LONGEST_WORDS:
        raise BadQuestion(_("Please use at most %(limit)d characters.") % {"limit": LONGEST_WORDS})
    point = read_point(query) if query.get("of", words) == words else None
    if point is not None:
        return _collected(point, words or places.surroundings(*point).words, at=at)
    if not words:
        return {}
    answer = places.search(words, limit=_MOST_CANDIDATES)
    if answer.verdict is Verdict.CLEAR:
        best = answer.candidates[0]
        return _collected((best.longitude, best.latitude), best.label, at=at)
    if answer.verdict is Verdict.NOTHING or not answer.candidates:
        sentence = _(
            "We found no place with this name. Check the spelling, or name a street corner, a park"
            " or an address nearby."
        )
        return {"faults": {"place": sentence}}
    return {"choices": answer.candidates}


def _collected(point: Point, label: str, *, at: datetime) -> Told:
    today = at.astimezone(clock.city_zone()).date()
    own = days.collections_at(point, first=today, last=today + _SHOWN)
    longitude, latitude = (round(degrees, 6) for degrees in point)
    return {
        "label": label,
        "collections": [_collection(each) for each in own],
        "dates": list(_by_date(own)),
        "calendar": f"{reverse('web:collection-calendar')}?lon={longitude}&lat={latitude}",
    }


def _collection(own: OwnCollection) -> Told:
    spec = own.collection
    title, words, _language = spec.said(alerts.language())
    turn = spec.round_of(own.area)
    coming = [each for each in own.days if each.day is not None]
    return {
        "title": title,
        "words": words,
        "rule": hours.rule(spec, turn) if turn else "",
        "put_out": said(spec.put_out),
        "next": coming[0].day if coming else None,
        "services": alerts.offered([spec.service] if spec.service else []),
        "article": spec.article,
    }


def _by_date(own: Sequence[OwnCollection]) -> Iterator[Told]:
    comings = sorted(
        (each for collection in own for each in collection.days), key=lambda each: each.shown_on
    )
    for day, same in groupby(comings, key=lambda each: each.shown_on):
        yield {"day": day, "items": [_coming(each) for each in same]}


def _coming(each: CollectionDay) -> Told:
    title = each.collection.said(alerts.language())[0]
    return {"title": title, "left_out": each.day is None, "note": _why(each)}


def _why(each: CollectionDay) -> str:
    """Why it does not come on its usual day; empty where it does."""
    if not each.is_moved:
        return ""
    names = {"day": _long(each), "holiday": _cause(each)}
    if each.day is None:
        return _("No collection: %(holiday)s") % names
    return _("Instead of %(day)s: %(holiday)s") % names


def _long(each: CollectionDay) -> str:
    return moments.in_words(each.planned, at=clock.now(), style="day")


def _cause(each: CollectionDay) -> str:
    if each.notice is not None:
        return each.notice.said(alerts.language())[0]
    return translated(each.holiday) or _("holiday")


@require_safe
def collection_calendar(request: HttpRequest) -> HttpResponse:
    """The coming year's collection days of a point, for a calendar."""
    pace.count(request, LOOKED_UP, "collection")
    at = clock.now()
    point = read_point(request.GET.dict())
    if point is None:
        raise BadQuestion(_("lon and lat are both needed, as degrees with a point."))
    today = at.astimezone(clock.city_zone()).date()
    own = days.collections_at(point, first=today, last=today + _IN_CALENDAR)
    dates = [
        icalendar.Date(
            uid=f"{each.collection.code}-{collection.area}-{each.planned}@{request.get_host()}",
            starts=each.day,
            summary=each.collection.said(alerts.language())[0],
            description="\n".join(filter(None, (_why(each), said(each.collection.put_out)))),
        )
        for collection in own
        for each in collection.days
        if each.day is not None
    ]
    text = icalendar.calendar(dates, name=_("Collection days"), at=at)
    return icalendar.response(text, file_name="collection-days.ics")


@require_safe
def holidays(request: HttpRequest) -> HttpResponse:
    """What is closed, and which collections move?"""
    at = clock.now()
    today = at.astimezone(clock.city_zone()).date()
    found = days.holidays(first=today, last=today + _HOLIDAYS_AHEAD)
    context = {"now": at, "holidays": [_holiday(each) for each in found]}
    return render(request, "web/answers/holidays.html", context)


def _holiday(each: Holiday) -> Told:
    written = each.notice.said(alerts.language()) if each.notice else ("", "", "")
    moved = [one for one in each.collections if one.is_moved]
    return {
        "day": each.day,
        "title": written[0] or translated(each.name) or _("Other hours"),
        "words": written[1],
        "closed": [one.name for one in each.agencies if not one.off.hours],
        "other_hours": [
            {"name": one.name, "hours": hours.openings(one.off.hours)}
            for one in each.agencies
            if one.off.hours
        ],
        "moved": [
            {"title": one.collection.said(alerts.language())[0], "day": one.day} for one in moved
        ],
        "usual": [
            one.collection.said(alerts.language())[0]
            for one in each.collections
            if one not in moved
        ],
        "changes": [
            {"what": said(one.what), "says": said(one.says)}
            for one in (each.notice.changes if each.notice else ())
            if one.what and one.says
        ],
    }


@require_safe
def events(request: HttpRequest) -> HttpResponse:
    """What is on in the city?"""
    at = clock.now()
    coming = told().events_from(at)
    after = request.GET.get("after", "")[:600]
    if after:
        starts, code = paging.decode(after, kinds=(paging.moment, str))
        coming = [each for each in coming if (each.starts, each.code) > (starts, code)]
    shown = coming[:PAGE]
    more = len(coming) > PAGE
    context = {
        "now": at,
        "events": [_event(each) for each in shown],
        "after": paging.encode([shown[-1].starts, shown[-1].code]) if more else "",
        "begun": bool(after),
    }
    return render(request, "web/answers/events.html", context)


def _event(each: EventSpec) -> Told:
    title, words, _language = each.said(alerts.language())
    return {"spec": each, "title": title, "words": words, "one_day": _is_one_day(each)}


def _is_one_day(each: EventSpec) -> bool:
    zone = clock.city_zone()
    return each.starts.astimezone(zone).date() == each.ends.astimezone(zone).date()


@require_safe
def event_calendar(request: HttpRequest, code: str) -> HttpResponse:
    """One event for a calendar."""
    each = next((event for event in told().events if event.code == code), None)
    if each is None:
        raise NotFound(_("There is no such event."))
    title, words, _language = each.said(alerts.language())
    date = icalendar.Date(
        uid=f"event-{each.code}@{request.get_host()}",
        starts=each.starts,
        ends=each.ends,
        summary=title,
        description=words,
        place=each.place,
        cancelled=each.cancelled,
    )
    text = icalendar.calendar([date], name=title, at=clock.now())
    return icalendar.response(text, file_name=f"{each.code}.ics")


@require_safe
def directory(request: HttpRequest) -> HttpResponse:
    """Whom do I call, and is anybody there now?"""
    at = clock.now()
    words = request.GET.get("q", "").replace("\x00", "")[:200].strip()
    found = days.contacts(words, language=alerts.language())
    context = {"now": at, "words": words, "contacts": [contact_told(each, at=at) for each in found]}
    return render(request, "web/answers/directory.html", context)


def contact_told(contact: Contact, *, at: datetime) -> Told:
    """Somebody to call, for a template."""
    title, words, _language = contact.spec.said(alerts.language())
    working = contact.hours
    return {
        "spec": contact.spec,
        "title": title,
        "words": words,
        "state": hours.state(working, at=at) if working else None,
        "hours": hours.by_weekday(working.spec) if working else [],
        "next_off": hours.next_day_off(working, at=at) if working else "",
    }
