"""Places while a resident types or points: candidates for words, and what lies at a point."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from citycall.accounts.sign_in import client_address
from citycall.core.errors import DomainError, Faults
from citycall.places import queries
from citycall.places.candidates import Candidate
from citycall.places.coordinates import Point
from citycall.places.locations import Location
from citycall.places.models import LocationKind
from citycall.web.nearby import BadQuestion, read_point

LONGEST_WORDS: Final = 300
MOST_CANDIDATES: Final = 8
# Counted by each web process. One address may be a library full of people who type.
LIMIT: Final[RateLimitItem] = RateLimitItemPerMinute(600)
Answering = Callable[[HttpRequest], dict[str, Any]]
_asked = MovingWindowRateLimiter(MemoryStorage())


class TooMany(DomainError):
    """This client asks faster than people type."""

    code = "too_many"
    status = 429

    def __init__(self) -> None:
        super().__init__(_("Too many questions at once. Please wait a minute and try again."))


def count(request: HttpRequest) -> None:
    """Count a question of this client; raises ``TooMany`` where it asks too often."""
    if not _asked.hit(LIMIT, client_address(request)):
        raise TooMany


def forget() -> None:
    """Forget who asked, as a restart does."""
    _asked.storage.reset()


def _in_json(*, seconds: int) -> Callable[[Answering], Callable[[HttpRequest], HttpResponse]]:
    """Tell the answer, or the fault, in JSON; its reader alone may keep it so many seconds."""

    def decorate(answer: Answering) -> Callable[[HttpRequest], HttpResponse]:
        @wraps(answer)
        def view(request: HttpRequest) -> HttpResponse:
            try:
                count(request)
                kept = {"Cache-Control": f"private, max-age={seconds}"}
                return JsonResponse(answer(request), headers=kept)
            except DomainError as error:
                told = {"code": error.code, "detail": error.message}
                never = {"Cache-Control": "no-store"}
                return JsonResponse(told, status=error.status, headers=never)

        return view

    return decorate


@require_safe
@_in_json(seconds=60)
def search(request: HttpRequest) -> dict[str, Any]:
    """``?q=words&lon=&lat=``: the places that words, perhaps only begun, may mean, best first."""
    words = _printable(request.GET.get("q", ""))
    if len(words) > LONGEST_WORDS:
        raise BadQuestion(_("Please use at most %(limit)d characters.") % {"limit": LONGEST_WORDS})
    answer = queries.search(words, near=read_point(request.GET), limit=MOST_CANDIDATES, typing=True)
    return {
        "verdict": answer.verdict.value,
        "candidates": [_candidate(each) for each in answer.candidates],
    }


@require_safe
@_in_json(seconds=300)
def at(request: HttpRequest) -> dict[str, Any]:
    """``?lon=&lat=``: what lies at a point, in words; outside the city, whose it is."""
    point = read_point(request.GET)
    if point is None:
        raise BadQuestion(_("Give lon and lat, in degrees."))
    longitude, latitude = point
    try:
        location = Location(kind=LocationKind.POINT, longitude=longitude, latitude=latitude)
        queries.check_inside(location)
    except Faults as error:
        raise BadQuestion(error.message) from None
    except queries.OutsideCity as error:
        return {"inside": False, "sentence": error.message, "neighbor": neighbor_at(point)}
    around = queries.surroundings(longitude, latitude)
    names = ("words", "address", "cross_street", "park", "feature", "side")
    return {
        "inside": True,
        "kind": around.kind.value,
        **{name: getattr(around, name) for name in names},
        "distance_m": round(around.distance_m, 1),
        "areas": [{"layer": area.layer, "name": area.name} for area in around.areas],
    }


def neighbor_at(point: Point) -> dict[str, str] | None:
    """The body outside the city that holds the point, with how to reach it."""
    body = queries.areas().neighbor_at(*point)
    if body is None:
        return None
    return {"name": body.name, "phone": body.phone, "website": body.website}


def _candidate(found: Candidate) -> dict[str, Any]:
    return {
        "code": found.code,
        "kind": found.kind.value,
        "label": found.label,
        "detail": found.detail,
        "longitude": round(found.longitude, 6),
        "latitude": round(found.latitude, 6),
        "accuracy_m": round(found.accuracy_m, 1),
        "confidence": round(found.confidence, 3),
        "reason": found.reason,
        "directions": found.directions,
    }


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text).strip()
