"""What is known around here? A list for everyone, and the same as a map where scripts run."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page, require_safe
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from citycall.accounts.sign_in import client_address
from citycall.catalog.queries import catalog
from citycall.core import clock
from citycall.core.errors import DomainError
from citycall.core.paging import BadCursor
from citycall.knowledge.alerts import touching
from citycall.pages import sentences
from citycall.pages.numbers import rounded
from citycall.places import named
from citycall.places import queries as places
from citycall.places.candidates import Answer, Verdict
from citycall.service_requests import cells
from citycall.service_requests import map as request_map
from citycall.web import alerts, feeds
from citycall.web import nearby as asking
from citycall.web.nearby import Asked, NearbyForm
from citycall.web.views.follow import address_around as follow_around

# Counted by each web process. One address may be a library full of people who move maps.
LIMIT: Final[RateLimitItem] = RateLimitItemPerMinute(300)
PAGE: Final = 25
_MOST_CANDIDATES: Final = 6
# Without a place the whole city is shown in hexagons a few kilometres across.
_CITY_ZOOM: Final = 11.0
_asked = MovingWindowRateLimiter(MemoryStorage())

Told = dict[str, Any]


class TooMany(DomainError):
    """This client asks faster than people look."""

    code = "too_many"
    status = 429

    def __init__(self) -> None:
        super().__init__(_("Too many questions at once. Please wait a minute and try again."))


def forget() -> None:
    """Forget who asked, as a restart does."""
    _asked.storage.reset()


def count(request: HttpRequest) -> None:
    """Count a question; raises ``TooMany``."""
    if not _asked.hit(LIMIT, client_address(request)):
        raise TooMany


@require_safe
def nearby(request: HttpRequest) -> HttpResponse:
    """What is known around a place; without one, how much there is in each part of the city."""
    count(request)
    at = clock.now()
    try:
        asked = asking.read(request.GET.dict(), at=at)
    except BadCursor:
        raise
    except DomainError as error:
        return _page(request, {}, typed=request.GET.dict(), fault=error)
    if asked.point is not None:
        return _page(request, _around(request, asked, asked.point), typed=asked.typed)
    if not asked.words:
        return _page(request, _whole_city(asked), typed=asked.typed)
    answer = places.search(asked.words, limit=_MOST_CANDIDATES)
    if answer.verdict is Verdict.CLEAR:
        found = answer.candidates[0]
        told = _around(request, asked, (found.longitude, found.latitude), label=found.label)
        told["here"] = found.code if named.known(found.code) else ""
        return _page(request, told, typed=asked.typed)
    return _page(request, _choices(asked, answer), typed=asked.typed)


def _page(
    request: HttpRequest, told: Told, *, typed: Any, fault: DomainError | None = None
) -> HttpResponse:
    faults = {fault.field: fault.message} if fault is not None else {}
    if told.get("unknown"):
        faults["place"] = _(
            "We found no place with this name. Check the spelling, or name a street corner, a park"
            " or an address nearby."
        )
    form = NearbyForm(typed=typed, faults=faults)
    context = {
        "now": clock.now(),
        **told,
        "form": form,
        "chosen": form.chosen(),
        "edition": catalog().edition,
    }
    status = fault.status if fault is not None else 200
    return render(request, "web/nearby.html", context, status=status)


def _around(
    request: HttpRequest, asked: Asked, point: tuple[float, float], *, label: str = ""
) -> Told:
    """The requests around a point, nearest first."""
    at = clock.now()
    found = request_map.nearest(
        *point,
        asked.selection,
        within_m=asked.within_m,
        further_than=request.GET.get("further", ""),
        size=PAGE,
    )
    lines = [
        {**asking.request_told(each, at=at), "distance": asking.distance(each.metres)}
        for each in found.points
    ]
    words = label or asked.words or places.surroundings(*point).words
    longitude, latitude = (round(degrees, 6) for degrees in point)
    return {
        "mode": "requests",
        "label": words,
        "point": {"lon": longitude, "lat": latitude},
        "within": asking.distance(asked.within_m),
        "requests": lines,
        "further": found.further,
        "begun": bool(request.GET.get("further")),
        "feed": feeds.address(asked, point),
        "calendar": feeds.calendar_address(asked, point),
        "follow": follow_around(point, within_m=asked.within_m, group=asked.typed["group"]),
        "alerts": alerts.several(touching(point, within_m=asked.within_m, at=at)),
    }


def _whole_city(asked: Asked) -> Told:
    """How many requests there are in each part of the city."""
    box = request_map.extent(asked.selection)
    found = request_map.hexagons(box, _CITY_ZOOM, asked.selection) if box else ()
    parts = [
        {**line, "middle": cells.middle(each.cell)}
        for each, line in zip(found, asking.hexagons_told(found), strict=True)
    ]
    total = sum(each.count for each in found)
    return {"mode": "parts", "parts": parts, "total": total, "in_all": rounded(total)}


def _choices(asked: Asked, answer: Answer) -> Told:
    """The places that the words may mean; ``unknown`` where there are none."""
    if answer.verdict is Verdict.NOTHING or not answer.candidates:
        return {"mode": "nothing", "unknown": True}
    return {"mode": "choices", "words": asked.words, "choices": answer.candidates}


@require_safe
def one(request: HttpRequest, request_id: int) -> HttpResponse:
    """What everyone may know of one request on the map."""
    count(request)
    at = clock.now()
    told = request_map.shown(request_id)
    due = told.due_at
    context = {
        "now": at,
        "told": told,
        "label": str(told.status.label),
        "state": sentences.state(told),
        "next_step": sentences.next_step(told),
        "late": told.open and not told.clock_stopped and due is not None and due < at,
        "moved_why": sentences.reason_in_words(
            told.moved_why, told.entry.spec if told.entry else None
        ),
        "entries": sentences.timeline(told, at=at),
    }
    return render(request, "web/nearby_request.html", context)


def _in_json(answer: Callable[[HttpRequest], Told]) -> Callable[[HttpRequest], HttpResponse]:
    @wraps(answer)
    def view(request: HttpRequest) -> HttpResponse:
        try:
            count(request)
            told = answer(request)
        except DomainError as error:
            fault = {"code": error.code, "detail": error.message}
            return JsonResponse(fault, status=error.status, headers={"Cache-Control": "no-store"})
        return JsonResponse(
            told,
            content_type="application/geo+json",
            json_dumps_params={"separators": (",", ":"), "ensure_ascii": False},
            # Long enough that moving the map back and forth asks nothing twice.
            headers={"Cache-Control": "public, max-age=15"},
        )

    return view


@require_safe
@conditional_page
@_in_json
def points(request: HttpRequest) -> Told:
    """``?box=west,south,east,north&lon=&lat=``: the requests there, latest first.

    With a point, nearest to it first. Where they are too many, ``complete`` is false.
    """
    query = request.GET.dict()
    at = clock.now()
    near = asking.read_point(query)
    found = request_map.points(
        asking.read_box(query), asking.read_selection(query, at=at), near=near
    )
    if found is None:
        return asking.too_many()
    return asking.points_collection(found, at=at, measured=near is not None)


@require_safe
@conditional_page
@_in_json
def hexagons(request: HttpRequest) -> Told:
    """``?box=west,south,east,north&zoom=``: how many requests each hexagon there holds."""
    query = request.GET.dict()
    found = request_map.hexagons(
        asking.read_box(query),
        asking.read_zoom(query),
        asking.read_selection(query, at=clock.now()),
    )
    return asking.hexagons_collection(found)
