"""What a kit knows: catalog, warnings, alerts, answers and whom to call, in every language."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, TypeVar

from django.conf import settings
from django.utils import translation

from citycall.agencies.hours_in_words import by_weekday
from citycall.catalog.queries import ServiceEntry, written
from citycall.catalog.questions import Question
from citycall.continuity.gazetteer import packed
from citycall.continuity.kit_words import words
from citycall.core import phrases
from citycall.emergencies.dangers import Danger, caution
from citycall.emergencies.rules import for_browsers
from citycall.knowledge import days, queries
from citycall.knowledge.picture import told
from citycall.places.search.kinds import LABELS, SORTS

T = TypeVar("T")
_MARKS: Final = re.compile(r"^#+ |\*\*|__|`", re.MULTILINE)
_LINK: Final = re.compile(r"\[([^\]]+)\]\([^)]*\)")
Told = dict[str, Any]
# After so many reports the kit writes an export file by itself.
EXPORT_EVERY: Final = 10


def content(*, at: datetime) -> Told:
    """All that kits made at one time have in common."""
    services = [_service(entry) for entry in written().services]
    return {
        "city": settings.CITYCALL_CITY_NAME,
        "emergency": settings.CITYCALL_EMERGENCY_NUMBER,
        "exportEvery": EXPORT_EVERY,
        "languages": languages(),
        "words": _in_each(words),
        "texts": _texts(services),
        "sorts": _in_each(_sorts),
        "services": services,
        "cautions": _in_each(_cautions),
        "dangers": json.loads(for_browsers()),
        "told": _in_each(lambda: _knowledge(at)),
        "gazetteer": packed(),
    }


def languages() -> list[Told]:
    """The languages that the city speaks, its own first."""
    return [
        {"code": code, "name": name, "rtl": translation.get_language_info(code)["bidi"]}
        for code, name in settings.LANGUAGES
    ]


def _in_each(made: Callable[[], T]) -> dict[str, T]:
    found = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found[code] = made()
    return found


def _service(entry: ServiceEntry) -> Told:
    spec = entry.spec
    return {
        "code": spec.code,
        "name": spec.name,
        "group": spec.group,
        "description": spec.description,
        "keywords": list(spec.keywords),
        "location": spec.location.value,
        "contact": spec.contact.value,
        "somethingElse": spec.something_else,
        "questions": [_question(question) for question in spec.questions],
    }


def _question(question: Question) -> Told:
    return {
        "code": question.code,
        "text": question.text,
        "help": question.help,
        "datatype": question.datatype.value,
        "variable": question.variable,
        "required": question.required,
        "choices": [{"key": choice.key, "name": choice.name} for choice in question.choices],
        "onlyIf": [
            {"question": each.question, "values": list(each.values), "answered": each.answered}
            for each in question.only_if
        ],
        "stops": [
            {"when": list(stop.when), "kind": stop.kind.value, "text": stop.text}
            for stop in question.stops
        ],
    }


_SAID: Final = frozenset({"name", "group", "description", "text", "help"})


def _city_texts(told: Any, key: str = "") -> Iterator[str]:
    """Every text that the city wrote for people to read or hear."""
    if isinstance(told, Mapping):
        for name, value in told.items():
            yield from _city_texts(value, name)
    elif isinstance(told, list):
        for each in told:
            yield from _city_texts(each, key)
    elif isinstance(told, str) and told and (key in _SAID or key == "keywords"):
        yield told


def _texts(services: list[Told]) -> dict[str, dict[str, str]]:
    """What the phrase book says of these texts, by language; none where nothing differs."""
    all_texts = set(_city_texts(services))
    found = {}
    for code, _name in settings.LANGUAGES:
        said = {text: phrases.said(text, code) for text in all_texts}
        found[code] = {text: words for text, words in said.items() if words != text}
    return found


def _sorts() -> dict[str, str]:
    sorts = {kind.value: str(label) for kind, label in SORTS.items()}
    return sorts | {kind: str(label) for kind, label in LABELS.items()}


def _cautions() -> dict[str, str]:
    return {danger.value: caution(danger).text for danger in Danger}


def _knowledge(at: datetime) -> Told:
    """What is told now and may still be told while the kit is used."""
    language = phrases.spoken()
    return {
        "alerts": [
            _alert(each, language)
            for each in told().alerts
            if not each.retired and (each.ends is None or each.ends > at)
        ],
        "articles": [
            {
                "title": each.title,
                "summary": each.summary,
                "body": _plain(each.body),
                "services": list(each.services),
            }
            for each in queries.articles(language=language)
        ],
        "directory": [_contact(each, language) for each in days.contacts(language=language)],
    }


def _plain(markdown: str) -> str:
    """An article as it is read aloud: without marks for headings, stress and links."""
    return _MARKS.sub("", _LINK.sub(r"\1", markdown))


def _alert(alert: Any, language: str) -> Told:
    title, text, _language = alert.said(language)
    return {
        "code": alert.code,
        "title": title,
        "words": text,
        "starts": alert.starts.isoformat(),
        "ends": alert.ends.isoformat() if alert.ends else None,
        "services": list(alert.services),
    }


def _contact(contact: days.Contact, language: str) -> Told:
    title, text, _language = contact.spec.said(language)
    return {
        "title": title,
        "words": text,
        "phone": contact.spec.phone,
        "hours": by_weekday(contact.hours.spec) if contact.hours else [],
        "after": phrases.said(contact.spec.after_hours, language),
    }
