"""The public facts of requests: lists, one of them, what has happened, and tracking by number."""

from collections.abc import Sequence
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router

from citycall.accounts import misses
from citycall.api import selection
from citycall.api.catalog import ids_of_agencies, ids_of_services
from citycall.api.conditions import PRIVATE, conditional, last_change
from citycall.api.cursors import Page, check_time_cursor, page
from citycall.api.keys import ANYBODY
from citycall.api.naming import NAME, Name, id_named, is_number, number_named
from citycall.api.parameters import Fields, codes
from citycall.api.parameters import numbers as numbers_in
from citycall.api.places import area_named, area_told
from citycall.api.requests_shapes import HistoryOut, Listing, ServiceRequestOut, TrackedOut
from citycall.api.telling import told
from citycall.appointments import queries as appointments
from citycall.catalog.queries import Catalog, catalog
from citycall.core import clock, numbers
from citycall.core.actors import resident
from citycall.core.errors import Faults, NotFound
from citycall.durations import queries as durations
from citycall.places.coordinates import distance_m
from citycall.places.index import AreaIndex
from citycall.places.queries import areas
from citycall.service_requests import public, published
from citycall.service_requests.cells import Box
from citycall.service_requests.models import OPEN_STATUSES
from citycall.service_requests.public import Happening, PublicRequest
from citycall.service_requests.published import Asked, Published

router = Router(tags=["Service requests"], auth=ANYBODY)
_OPEN: Final = frozenset(status.value for status in OPEN_STATUSES)


@router.get(
    "/service_requests",
    **told(
        "list_service_requests",
        "Public requests",
        gives=Page[ServiceRequestOut],
        items=(ServiceRequestOut,),
        conditional=True,
    ),
)
def listed(request: HttpRequest, asked: Query[Listing]) -> HttpResponse:
    """Requests of services that everyone may see, a page at a time.

    To keep a copy, ask with `sort=updated` and `updated_since` the last `updated_at` that you
    have, and go on with `next` until it is null.
    """
    selection.check(asked.fields, ServiceRequestOut)
    check_time_cursor(asked.after)
    pulse = _pulse()
    return conditional(request, lambda: _page(request, asked), pulse=pulse)


@router.get(
    f"/service_requests/{NAME}",
    **told(
        "get_service_request",
        "One request, by its public id or a confirmation number",
        gives=ServiceRequestOut | TrackedOut,
        items=(ServiceRequestOut, TrackedOut),
        conditional=True,
        problems=(400,),
    ),
)
def one(request: HttpRequest, name: Name, fields: Fields = "") -> HttpResponse:
    """By its id, what everyone may know; by a confirmation number, what its number leads to.

    Every number of a problem leads to it, those of merged reports too. Numbers that lead nowhere
    are counted: after twenty of them in ten minutes the answer is 429.
    """
    if is_number(name):
        return _tracked(request, name, fields)
    selection.check(fields, ServiceRequestOut)
    request_id = id_named(name)

    def make() -> Any:
        row = published.one(request_id)
        if row is None:
            raise NotFound(_("There is no such request."))
        data = request_told(row, catalog(), areas())
        return selection.select(data, fields, ServiceRequestOut)

    return conditional(request, make, pulse=_pulse())


@router.get(
    f"/service_requests/{NAME}/history",
    **told(
        "get_service_request_history",
        "What has happened to a request",
        gives=HistoryOut,
        conditional=True,
        problems=(400,),
    ),
)
def history(request: HttpRequest, name: Name) -> HttpResponse:
    """The events that everyone may know of, first things first."""

    def make() -> Any:
        number = number_named(name)
        with misses.counted(request):
            found = public.by_number(number, by=resident())
        return {"items": [_happening(each) for each in found.happenings]}

    cache = {"cache": PRIVATE} if is_number(name) else {}
    return conditional(request, make, **cache)


def _tracked(request: HttpRequest, name: str, fields: str) -> HttpResponse:
    selection.check(fields, TrackedOut)
    with misses.counted(request):
        found = public.by_number(numbers.read(name), by=resident())
    data = selection.select(_tracked_told(found), fields, TrackedOut)
    return conditional(request, lambda: data, cache=PRIVATE)


def _pulse() -> Any:
    latest = last_change()
    return None if latest is None else (latest, catalog(), areas())


def _page(request: HttpRequest, listing: Listing) -> Any:
    asked = _asked(listing)
    book, index = catalog(), areas()
    rows = published.listed(asked)
    shown = page(
        request,
        rows,
        limit=listing.limit,
        cursor_of=lambda row: published.cursor_of(row, asked),
        tell=lambda row: row,
    )
    kept = _around(listing, shown["items"])
    items = [request_told(row, book, index) for row in kept]
    return {**shown, "items": selection.select(items, listing.fields, ServiceRequestOut)}


def _asked(listing: Listing) -> Asked:
    book = catalog()
    services, agencies = codes(listing.service), codes(listing.agency)
    return Asked(
        services=ids_of_services(services, book) if services else None,
        agencies=ids_of_agencies(agencies, book) if agencies else None,
        is_open=listing.open,
        statuses=codes(listing.status) or None,
        since=listing.since,
        until=listing.until,
        updated_since=listing.updated_since,
        box=_box(listing),
        area=area_named(listing.area) if listing.area else None,
        text=listing.q.strip(),
        by_update=listing.sort.endswith("updated"),
        oldest_first=not listing.sort.startswith("-"),
        older_than=listing.after,
        limit=listing.limit + 1,
    )


def _box(listing: Listing) -> Box | None:
    if listing.near and listing.bbox:
        raise Faults({"near": _("Please give either near or bbox.")})
    if listing.bbox:
        west, south, east, north = numbers_in(listing.bbox)
        if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
            raise Faults({"bbox": _("This box is not on earth: west,south,east,north.")})
        return Box(west=west, south=south, east=east, north=north)
    if listing.near:
        longitude, latitude = numbers_in(listing.near)
        if not (abs(longitude) <= 180 and abs(latitude) <= 85):
            raise Faults({"near": _("This point is not on earth.")})
        return Box.around(longitude, latitude, metres=listing.radius)
    return None


def _around(listing: Listing, rows: Sequence[Published]) -> Sequence[Published]:
    if not listing.near:
        return rows
    longitude, latitude = numbers_in(listing.near)
    here = (longitude, latitude)
    return [
        row
        for row in rows
        if row.longitude is not None
        and row.latitude is not None
        and distance_m((row.longitude, row.latitude), here) <= listing.radius
    ]


def request_told(row: Published, book: Catalog, index: AreaIndex) -> dict[str, Any]:
    """The public facts of a request as this door tells them."""
    service = book.service_by_id(row.service_id).spec
    agency = book.agency(row.agency_id).spec
    return {
        "id": str(row.id),
        "service": {"code": service.code, "name": service.name},
        "agency": {"code": agency.code, "name": agency.name},
        "status": row.status,
        "open": row.status in _OPEN,
        "requested_at": row.requested_at,
        "updated_at": row.updated_at,
        "due_at": row.due_at,
        "completed_at": row.completed_at,
        "closed_at": row.closed_at,
        "outcome": _outcome(book, row.outcome_id),
        "verification": row.verification,
        "explanation": row.explanation,
        "referred_to": row.referred_to,
        "place": row.place,
        "longitude": row.longitude,
        "latitude": row.latitude,
        "areas": [area_told(area) for area in index.areas_of(row.areas)],
        "report_count": row.report_count,
        "merged_into": str(row.merged_into_id) if row.merged_into_id else None,
        "words": row.words,
        "photo": _photo(row.photo_id),
    }


def _outcome(book: Catalog, outcome_id: int | None) -> dict[str, Any] | None:
    if outcome_id is None:
        return None
    spec = book.outcome_by_id(outcome_id).spec
    return {"code": spec.code, "name": spec.name, "fixed": spec.fixed}


def _photo(photo_id: int | None) -> dict[str, str] | None:
    if photo_id is None:
        return None
    address = f"{settings.PUBLIC_URL}/api/v1/photos/{photo_id}"
    return {"url": address, "thumbnail_url": f"{address}?size=small"}


def _tracked_told(found: PublicRequest) -> dict[str, Any]:
    entry = found.entry
    longitude, latitude = found.point or (None, None)
    return {
        "number": numbers.show(found.number),
        "id": None if found.hidden else str(found.request_id),
        "service": {"code": entry.code, "name": entry.name} if entry else None,
        "agency": found.agency,
        "agency_phone": found.agency_phone,
        "team": found.team,
        "status": found.status.value,
        "open": found.open,
        "requested_at": found.reported_at,
        "updated_at": max([found.reported_at, *(each.at for each in found.happenings)]),
        "promised_at": found.promised_at,
        "due_at": found.due_at,
        "clock_stopped": found.clock_stopped,
        "completed_at": found.completed_at,
        "closed_at": found.closed_at,
        "verify_until": found.verify_until,
        "verification": found.verification,
        "outcome": found.outcome,
        "fixed": found.fixed,
        "explanation": found.explanation,
        "referred_to": found.referred_to,
        "place": found.place,
        "longitude": longitude,
        "latitude": latitude,
        "report_count": found.report_count,
        **_ahead(found),
        "history": [_happening(each) for each in found.happenings],
    }


def _ahead(found: PublicRequest) -> dict[str, Any]:
    """When the crew comes, or what is realistic."""
    entry = found.entry
    told: dict[str, Any] = {"comes_at": None, "comes_until": None, "expected": None}
    if entry is None or not found.open:
        return told
    booked = appointments.of_request(found.request_id) if entry.spec.booking else None
    if booked is not None:
        return {**told, "comes_at": booked.starts_at, "comes_until": booked.ends_at}
    expected = durations.expected(
        service_id=entry.id,
        area_ids=found.areas,
        requested_at=found.requested_at,
        at=clock.now(),
    )
    if expected is not None:
        names = ("half_at", "most_at", "area", "done", "waiting", "few")
        told["expected"] = {name: getattr(expected, name) for name in names}
    return told


def _happening(happening: Happening) -> dict[str, Any]:
    return {
        "kind": happening.kind,
        "at": happening.at,
        "by_reporter": happening.by_reporter,
        "facts": dict(happening.facts),
        "words": happening.words,
    }
