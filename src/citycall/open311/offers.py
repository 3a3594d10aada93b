"""What can be asked for here: the server itself, its services, and what each of them asks."""

from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from citycall.catalog.queries import ServiceEntry, UnknownService
from citycall.catalog.questions import Condition, Question, Stop
from citycall.open311.calls import Answer, Call, Unchanged
from citycall.open311.vocabulary import Vocabulary, vocabulary

SPECIFICATION: Final = "http://wiki.open311.org/GeoReport_v2"
# When what this door says of itself last changed.
CHANGESET: Final = "2026-11-22T00:00:00Z"
_SELDOM: Final[Mapping[str, str]] = {"Cache-Control": "public, max-age=60"}


def beginning(request: HttpRequest) -> HttpResponse:
    """The door's own address leads to what it says of itself."""
    return HttpResponseRedirect(f"{request.path}discovery.xml")


def discovery(_call: Call) -> Answer:
    """Where the calls of the standard are, in which formats, and whom to ask for a key."""
    contact = settings.CITYCALL_CONTACT or settings.PUBLIC_URL
    names = {"city": settings.CITYCALL_CITY_NAME, "contact": contact}
    told = {
        "changeset": CHANGESET,
        "contact": _("%(city)s 311: %(contact)s") % names,
        "key_service": _("To send requests, ask %(contact)s for a key. Reading needs none.")
        % names,
        "endpoints": [
            {
                "specification": SPECIFICATION,
                "url": f"{settings.PUBLIC_URL}{_base(_call.request.path)}",
                "changeset": CHANGESET,
                "type": "production",
                "formats": ["text/xml", "application/json"],
            }
        ],
    }
    return Answer("discovery", None, told, headers=_SELDOM)


def services(call: Call) -> Answer | Unchanged:
    """Every service that can be asked for now, in the order in which residents find them."""
    words = vocabulary()
    tag = _tag(call, words)
    if call.has(tag):
        return Unchanged(tag)
    more = call.parameters.says("extensions")
    rows = [_service(entry, words, more=more) for entry in _offered(call, words)]
    return Answer("services", "service", rows, headers={**_SELDOM, "ETag": tag})


def definition(call: Call, code: str) -> Answer | Unchanged:
    """What a service asks; raises ``UnknownService``, also for one of another jurisdiction."""
    words = vocabulary()
    entry = next((each for each in _offered(call, words) if each.code == code.lower()), None)
    if entry is None:
        raise UnknownService(_("service_code was not found."))
    tag = _tag(call, words)
    if call.has(tag):
        return Unchanged(tag)
    more = call.parameters.says("extensions")
    told = {
        "service_code": entry.code,
        "attributes": [
            _attribute(question, order, more=more)
            for order, question in enumerate(entry.spec.questions, start=1)
        ],
    }
    return Answer("service_definition", None, told, headers={**_SELDOM, "ETag": tag})


def _base(path: str) -> str:
    return path[: path.rindex("/discovery")]


def _tag(call: Call, words: Vocabulary) -> str:
    of = call.jurisdiction.agency_ids(words.catalog)
    part = "" if of is None else "-".join(map(str, sorted(of)))
    return f'W/"{words.digest}-{part}-{int(call.parameters.says("extensions"))}"'


def _offered(call: Call, words: Vocabulary) -> list[ServiceEntry]:
    of = call.jurisdiction.agency_ids(words.catalog)
    return [entry for entry in words.catalog.services if of is None or entry.agency_id in of]


def _service(entry: ServiceEntry, words: Vocabulary, *, more: bool) -> dict[str, Any]:
    spec = entry.spec
    told: dict[str, Any] = {
        "service_code": spec.code,
        "service_name": spec.name,
        "description": spec.description or None,
        "metadata": bool(spec.questions),
        "type": "realtime",
        "keywords": ", ".join(spec.keywords) or None,
        "group": spec.group,
        "groups": [spec.group],
    }
    if more:
        told["extended_attributes"] = {
            "agency": words.agencies[entry.agency_id],
            "location": spec.location.value,
            "contact": spec.contact.value,
            "privacy": spec.privacy.value,
        }
    return told


def _attribute(question: Question, order: int, *, more: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "variable": question.variable,
        "code": question.code,
        "datatype": question.datatype.value,
        # The standard knows no conditions: what is asked only sometimes cannot be demanded.
        "required": question.required and not question.only_if,
        "datatype_description": question.help or None,
        "order": order,
        "description": question.text,
        "values": [{"key": choice.key, "name": choice.name} for choice in question.choices],
    }
    if more:
        told["extended_attributes"] = {
            "only_if": [_condition(condition) for condition in question.only_if],
            "stops": [_stop(stop) for stop in question.stops],
        }
    return told


def _condition(condition: Condition) -> dict[str, Any]:
    return {
        "attribute": condition.question,
        "any_of": list(condition.values),
        "answered": condition.answered,
    }


def _stop(stop: Stop) -> dict[str, Any]:
    return {"any_of": list(stop.when), "kind": stop.kind.value, "description": stop.text}
