"""Paper cards, the last resort: one number each, and what to ask for the commonest services."""

from typing import Any, Final

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from citycall.catalog.queries import ServiceEntry, catalog
from citycall.continuity.actions.make import MadeKit
from citycall.core import numbers
from citycall.service_requests.popular import most_used

_COMMONEST: Final = 10


def cards_html(made: MadeKit) -> str:
    """A page to print: a sheet of what to ask, then a card for each number."""
    with translation.override(settings.LANGUAGE_CODE):
        offered = most_used(_COMMONEST) or catalog().services[:_COMMONEST]
        context = {
            "kit": made.kit,
            "numbers": [numbers.show(number) for number in made.numbers],
            "services": [_asked(entry) for entry in offered],
            "city_name": settings.CITYCALL_CITY_NAME,
            "emergency_number": settings.CITYCALL_EMERGENCY_NUMBER,
            "language": settings.LANGUAGE_CODE,
            "rtl": translation.get_language_bidi(),
        }
        return render_to_string("continuity/cards.html", context)


def _asked(entry: ServiceEntry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "contact": entry.spec.contact.value,
        "questions": [question for question in entry.spec.questions if question.variable],
        "stops": [stop for question in entry.spec.questions for stop in question.stops],
    }
