"""The agency's texts for one request: what they say of it, in each language that they have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format

from citycall.catalog.queries import catalog
from citycall.core import numbers, phrases
from citycall.notifications import text_actions
from citycall.notifications.models import StandardText, TextUse
from citycall.notifications.texts import fill
from citycall.service_requests.models import ServiceRequest

# The field of each form that a text goes into, and what the text is for.
FIELD: Final[Mapping[str, str]] = {
    "complete": "explanation",
    "hold": "words",
    "refer": "referred_to",
    "public": "words",
}
_USE: Final[Mapping[str, TextUse]] = {
    "complete": TextUse.COMPLETE,
    "hold": TextUse.HOLD,
    "refer": TextUse.REFER,
    "public": TextUse.MESSAGE,
}


@dataclass(frozen=True, slots=True)
class Filled:
    """A text with its fields filled in; ``others`` are language, its name, and the words in it."""

    id: int
    name: str
    words: str
    others: Sequence[tuple[str, str, str]]
    chosen: bool


@dataclass(frozen=True, slots=True)
class TextChoice:
    """The texts that can be put into one field, whose id in the page is ``target``."""

    code: str
    target: str
    texts: Sequence[Filled]


def choice(
    code: str, problem: ServiceRequest, *, offered: Sequence[StandardText], chosen: str
) -> TextChoice | None:
    """The texts for the form of this code; none where the agency has none for it."""
    kept = [text for text in offered if code in _USE and text.use == _USE[code]]
    if not kept:
        return None
    names = dict(settings.LANGUAGES)
    told = []
    for text in kept:
        words = _in_each(text, problem)
        first = words.pop(settings.LANGUAGE_CODE)
        others = [(lang, str(names.get(lang, lang)), said) for lang, said in words.items()]
        told.append(Filled(text.pk, text.name, first, others, str(text.pk) == chosen))
    return TextChoice(code=code, target=f"id_{code}-{FIELD[code]}", texts=told)


def filled(problem: ServiceRequest, chosen: str) -> str:
    """The chosen text in the city's first language; empty where none was chosen."""
    text = _chosen(problem, chosen)
    return _in_each(text, problem)[settings.LANGUAGE_CODE] if text else ""


def said(problem: ServiceRequest, chosen: str, words: str) -> dict[str, str]:
    """The words in other languages; none where they are not those of the chosen text."""
    text = _chosen(problem, chosen)
    if text is None:
        return {}
    told = _in_each(text, problem)
    return told if told.pop(settings.LANGUAGE_CODE).split() == words.split() else {}


def _chosen(problem: ServiceRequest, chosen: str) -> StandardText | None:
    kept = text_actions.offered(problem.agency_id) if chosen else []
    return next((text for text in kept if str(text.pk) == chosen), None)


def _in_each(text: StandardText, problem: ServiceRequest) -> dict[str, str]:
    return {
        language: fill(words, _values(problem, language))
        for language, words in text.words.items()
        if phrases.is_offered(language)
    }


def _values(problem: ServiceRequest, language: str) -> dict[str, str]:
    """What stands for each field, as it is said in a language."""
    agency = catalog().agency(problem.agency_id)
    service = catalog().service_by_id(problem.service_id)
    with translation.override(language):
        due = timezone.localtime(problem.due_at) if problem.due_at else None
        return {
            "number": numbers.show(problem.number),
            "service": phrases.said(service.spec.name),
            "place": problem.place,
            "due": date_format(due, "DATE_FORMAT") if due else "",
            "agency": phrases.said(agency.name),
            "phone": agency.spec.phone,
        }
