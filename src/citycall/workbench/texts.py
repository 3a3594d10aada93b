"""The agency's texts for a request or for many: what they say, in each language they have."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.conf import settings

from citycall.catalog.queries import catalog
from citycall.core import phrases
from citycall.notifications import text_actions
from citycall.notifications.models import StandardText, TextUse
from citycall.service_requests.models import ServiceRequest
from citycall.service_requests.standard_texts import Filler

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
    """The texts that can be put into one field, whose id in the page is ``target``.

    For ``many`` requests the fields of the texts are not filled in yet.
    """

    code: str
    target: str
    texts: Sequence[Filled]
    many: bool = False


def choice(
    code: str, problem: ServiceRequest, *, offered: Sequence[StandardText], chosen: str
) -> TextChoice | None:
    """The texts for the form of this code; none where the agency has none for it."""
    kept = [text for text in offered if code in _USE and text.use == _USE[code]]
    if not kept:
        return None
    told = []
    for text in kept:
        words = _in_each(text, problem)
        first = words.pop(settings.LANGUAGE_CODE)
        told.append(Filled(text.pk, text.name, first, named(words), str(text.pk) == chosen))
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
    return Filler().in_each(text.words, problem)


def offered_for_many(code: str, agency_ids: Iterable[int]) -> list[StandardText]:
    """The texts that these agencies' people can choose from in a step for many requests."""
    return [text for text in text_actions.offered(*agency_ids) if text.use == _USE[code]]


def choice_for_many(code: str, kept: Sequence[StandardText], *, chosen: str) -> TextChoice | None:
    """What is offered for many requests, with the fields of the texts as they were written."""
    several = len({text.agency_id for text in kept}) > 1
    told = []
    for text in kept:
        others = {k: v for k, v in text.words.items() if k != settings.LANGUAGE_CODE}
        agency = phrases.said(catalog().agency(text.agency_id).name) if several else ""
        name = f"{text.name} ({agency})" if agency else text.name
        words = text.words[settings.LANGUAGE_CODE]
        told.append(Filled(text.pk, name, words, named(others), str(text.pk) == chosen))
    if not told:
        return None
    return TextChoice(code=code, target=f"id_{FIELD[code]}", texts=told, many=True)


def named(words: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Language, its name, and the words in it, for each language that the city speaks."""
    names = dict(settings.LANGUAGES)
    return [
        (language, str(names.get(language, language)), each)
        for language, each in words.items()
        if phrases.is_offered(language)
    ]


def said_by(text: StandardText | None, words: str) -> dict[str, str]:
    """A text in other languages, with its fields; none where the words are not the text's."""
    if text is None or text.words[settings.LANGUAGE_CODE].split() != words.split():
        return {}
    return {k: v for k, v in text.words.items() if k != settings.LANGUAGE_CODE}
