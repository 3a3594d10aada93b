"""What can be asked for: services, their groups, and the agencies behind them."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router

from citycall.api import selection
from citycall.api.catalog_shapes import (
    AgencyOut,
    GroupOut,
    ServiceListing,
    ServiceOut,
    ServiceWhole,
)
from citycall.api.conditions import conditional
from citycall.api.cursors import Listed
from citycall.api.keys import ANYBODY
from citycall.api.naming import Code
from citycall.api.parameters import Fields, Language, speaking
from citycall.api.telling import told
from citycall.catalog.booking import BookingSpec
from citycall.catalog.queries import Catalog, ServiceEntry, catalog
from citycall.catalog.questions import Question
from citycall.catalog.targets import Target, describe
from citycall.core.errors import Faults

router = Router(tags=["Catalog"], auth=ANYBODY)
# Catalogs change a few times a month; a minute late is soon enough.
_CACHE: Final = "public, max-age=60"
_POTHOLE: Final = {
    "code": "pothole",
    "name": "Pothole",
    "group": "Streets",
    "description": "A hole in the surface of a street.",
    "keywords": ["hole", "pavement"],
    "agency": "streets",
    "location": "required",
    "contact": "optional",
    "privacy": "public",
}


@router.get(
    "/services",
    **told(
        "list_services",
        "The services that can be asked for",
        gives=Listed[ServiceOut],
        items=(ServiceOut,),
        conditional=True,
        example={"items": [_POTHOLE]},
    ),
)
def services(request: HttpRequest, asked: Query[ServiceListing]) -> HttpResponse:
    """Every service that is offered now, by group and name."""
    selection.check(asked.fields, ServiceOut)
    with speaking(asked.language):
        book = catalog()
        return conditional(request, lambda: _services(book, asked), pulse=book, cache=_CACHE)


@router.get(
    "/services/{code}",
    **told(
        "get_service",
        "One service with its questions",
        gives=ServiceWhole,
        items=(ServiceWhole,),
        conditional=True,
    ),
)
def service(
    request: HttpRequest, code: Code, fields: Fields = "", language: Language = ""
) -> HttpResponse:
    """What a report of it must say: questions with their conditions and stops, place, contact."""
    selection.check(fields, ServiceWhole)
    with speaking(language):
        book = catalog()
        entry = book.service(code)

        def make() -> Any:
            return selection.select(_whole(book, entry), fields, ServiceWhole)

        return conditional(request, make, pulse=book, cache=_CACHE)


@router.get(
    "/groups",
    **told(
        "list_groups",
        "The groups in which services are shown",
        gives=Listed[GroupOut],
        conditional=True,
        example={"items": [{"name": "Streets", "services": ["pothole", "graffiti"]}]},
    ),
)
def groups(request: HttpRequest, language: Language = "") -> HttpResponse:
    """The groups of services, with the codes of those in them, in the order to show them in."""
    with speaking(language):
        book = catalog()
        items = [{"name": g.name, "services": [e.code for e in g.services]} for g in book.groups]
        return conditional(request, lambda: {"items": items}, pulse=book, cache=_CACHE)


@router.get(
    "/agencies",
    **told(
        "list_agencies",
        "The agencies that do the work",
        gives=Listed[AgencyOut],
        conditional=True,
    ),
)
def agencies(request: HttpRequest, language: Language = "") -> HttpResponse:
    """The agencies that take work, with how to reach them, by name."""
    with speaking(language):
        book = catalog()

        def make() -> Any:
            return {"items": [agency_told(book, entry.id) for entry in book.agencies]}

        return conditional(request, make, pulse=book, cache=_CACHE)


def agency_told(book: Catalog, agency_id: int) -> dict[str, Any]:
    """An agency as this door tells it."""
    spec = book.agency(agency_id).spec
    return {
        "code": spec.code,
        "name": spec.name,
        "phone": spec.phone,
        "email": spec.email,
        "website": spec.website,
    }


def _services(book: Catalog, asked: ServiceListing) -> Any:
    words = asked.q.casefold().split()
    found = [
        _brief(book, entry)
        for entry in book.services
        if (not asked.group or entry.spec.group == asked.group)
        and (not asked.agency or book.agency(entry.agency_id).code == asked.agency)
        and all(word in _searchable(entry) for word in words)
    ]
    return {"items": selection.select(found, asked.fields, ServiceOut)}


def _searchable(entry: ServiceEntry) -> str:
    spec = entry.spec
    return " ".join([spec.name, spec.description, spec.group, *spec.keywords]).casefold()


def _brief(book: Catalog, entry: ServiceEntry) -> dict[str, Any]:
    spec = entry.spec
    return {
        "code": spec.code,
        "name": spec.name,
        "group": spec.group,
        "description": spec.description,
        "keywords": list(spec.keywords),
        "agency": book.agency(entry.agency_id).code,
        "location": spec.location.value,
        "contact": spec.contact.value,
        "privacy": spec.privacy.value,
    }


def _whole(book: Catalog, entry: ServiceEntry) -> dict[str, Any]:
    spec = entry.spec
    return {
        **_brief(book, entry),
        "active": entry.active,
        "location_kinds": [kind.value for kind in spec.location_kinds],
        "something_else": spec.something_else,
        "photo_on_completion": spec.photo_on_completion,
        "verification_days": spec.verification_days,
        "target": _target(spec.target) if spec.target else None,
        "questions": [_question(question) for question in spec.questions],
        "booking": _booking(spec.booking) if spec.booking else None,
        "outcomes": [_outcome(book, code) for code in spec.outcomes],
        "pause_reasons": [reason.model_dump() for reason in spec.pause_reasons],
        "hold_reasons": [reason.model_dump() for reason in spec.hold_reasons],
    }


def _target(target: Target) -> dict[str, Any]:
    return {
        "words": describe(target),
        "amount": target.amount,
        "unit": target.unit.value,
        "clock": target.clock.value,
        "overrides": [
            {
                "words": describe(override),
                "priority": override.priority,
                "area": override.area,
                "amount": override.amount,
                "unit": override.unit.value,
                "clock": override.clock.value,
                "reason": override.reason,
            }
            for override in target.overrides
        ],
    }


def _booking(booking: BookingSpec) -> dict[str, Any]:
    return {
        "days_ahead": booking.days_ahead,
        "items": booking.items,
        "most_items": booking.most_items,
        "per_year": booking.per_year,
    }


def _question(question: Question) -> dict[str, Any]:
    return {
        "code": question.code,
        "text": question.text,
        "help": question.help,
        "datatype": question.datatype.value,
        "variable": question.variable,
        "required": question.required,
        "choices": [choice.model_dump() for choice in question.choices],
        "only_if": [condition.model_dump(mode="json") for condition in question.only_if],
        "stops": [stop.model_dump(mode="json") for stop in question.stops],
    }


def _outcome(book: Catalog, code: str) -> dict[str, Any]:
    spec = book.outcome(code).spec
    return {"code": spec.code, "name": spec.name, "fixed": spec.fixed}


def ids_of_services(listed: list[str], book: Catalog) -> list[int]:
    """The ids of services by their codes; raises ``Faults`` for a code that is not known."""
    known = {entry.code: entry.id for entry in book.all_services}
    return _ids(listed, known, field="service")


def ids_of_agencies(listed: list[str], book: Catalog) -> list[int]:
    """The ids of agencies by their codes; raises ``Faults`` for a code that is not known."""
    known = {entry.code: entry.id for entry in book.directory.agencies}
    return _ids(listed, known, field="agency")


def _ids(listed: list[str], known: dict[str, int], *, field: str) -> list[int]:
    unknown = [code for code in listed if code not in known]
    if unknown:
        sentence = _("There is no “%(codes)s” here.") % {"codes": ", ".join(unknown)[:100]}
        raise Faults({field: sentence})
    return [known[code] for code in listed]
