"""The agency's texts for requests: each field filled with what it is of the request.

The names of services and agencies are looked up once, so that thousands of requests can be
written about in one go.
"""

from collections.abc import Mapping

from django.utils import timezone, translation
from django.utils.formats import date_format

from citycall.catalog.queries import catalog
from citycall.catalog.specs import Privacy
from citycall.core import numbers, phrases
from citycall.notifications.texts import fill, has_fields
from citycall.service_requests.models import ServiceRequest
from citycall.service_requests.public import place_for_all


class Filler:
    """Fills texts in, for as many requests as there are."""

    def __init__(self) -> None:
        self._names: dict[tuple[int, int, str], Mapping[str, str]] = {}

    def fill(self, words: str, request: ServiceRequest, language: str) -> str:
        """The words with what each field stands for, as it is said in the language."""
        return fill(words, self._values(request, language)) if has_fields(words) else words

    def in_each(self, words: Mapping[str, str], request: ServiceRequest) -> dict[str, str]:
        """The words by language, filled in, as far as the city speaks the languages."""
        return {
            language: self.fill(each, request, language)
            for language, each in words.items()
            if phrases.is_offered(language)
        }

    def _values(self, request: ServiceRequest, language: str) -> dict[str, str]:
        with translation.override(language):
            key = (request.service_id, request.agency_id, language)
            if key not in self._names:
                self._names[key] = _names_of(request)
            due = timezone.localtime(request.due_at) if request.due_at else None
            return {
                **self._names[key],
                "number": numbers.show(request.number),
                "place": _place(request),
                "due": date_format(due, "DATE_FORMAT") if due else "",
            }


def _place(request: ServiceRequest) -> str:
    """The place, where everyone may know it: these texts are read by strangers too."""
    spec = catalog().service_by_id(request.service_id).spec
    return place_for_all(request) if spec.privacy is Privacy.PUBLIC else ""


def _names_of(request: ServiceRequest) -> dict[str, str]:
    """What is the same for all requests of a service and an agency."""
    agency = catalog().agency(request.agency_id)
    service = catalog().service_by_id(request.service_id)
    return {
        "service": phrases.said(service.spec.name),
        "agency": phrases.said(agency.name),
        "phone": agency.spec.phone,
    }
