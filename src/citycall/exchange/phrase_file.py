"""The phrase book as files that translators work on: one in gettext's format for each language."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _

from citycall.agencies.queries import DIRECTORY
from citycall.catalog import queries, said
from citycall.catalog.policies import PERMISSIONS
from citycall.core import phrases, translation_files
from citycall.core.actors import Actor
from citycall.core.errors import Faults
from citycall.core.permissions import require
from citycall.knowledge import picture
from citycall.knowledge import said as knowledge

LONGEST: Final = 10_000
_HEADING: Final = (
    "What the city says, for translation. What has no msgstr is said as it is written."
)


@dataclass(frozen=True, slots=True)
class PhraseReport:
    """What a file did: how many phrases changed, and which texts the language still lacks."""

    language: str
    changed: int
    missing: tuple[str, ...]


def texts(language: str) -> list[str]:
    """Every text of the city's that people read, each once, as far as it is for the phrase book.

    That is the whole catalog, and of what staff tell all that is not written in this language.
    """
    services = [spec for spec in queries.services() if not spec.retired]
    outcomes = [spec for spec in queries.outcomes() if not spec.retired]
    catalog = said.texts(services, outcomes, DIRECTORY.get())
    told = filter(None, knowledge.texts(picture.told(), language=language))
    return list(dict.fromkeys((*catalog, *told)))


def missing(language: str) -> tuple[str, ...]:
    """The texts that the book does not say in a language, so that they appear untranslated."""
    if phrases.is_first(language):
        return ()
    return tuple(text for text in texts(language) if not phrases.has(text, language=language))


def export_phrases(language: str) -> bytes:
    """All texts with what the book says of them in a language, empty where it says nothing.

    Raises ``Faults`` for a language that is not offered, or is the first one.
    """
    _check(language)
    catalog = translation_files.empty(language)
    known = phrases.book().get(language, {})
    for text in texts(language):
        catalog.add(text, known.get(text, ""))
    return translation_files.written(catalog, heading=_HEADING)


def import_phrases(content: bytes, *, language: str, by: Actor, at: datetime) -> PhraseReport:
    """Put what a file says into the book; what it leaves empty stays as it is.

    Raises ``Faults`` with every fault where the file cannot be read, a phrase is too long, or the
    language is not offered; then nothing is changed.
    """
    require(PERMISSIONS, "import_catalog", by=by)
    _check(language)
    told = dict(_told(content, language))
    faults = {
        text[:80]: _("A phrase must have at most %(most)s characters.") % {"most": LONGEST}
        for text, words in told.items()
        if len(words) > LONGEST
    }
    if faults:
        raise Faults(faults)
    changed = phrases.write(told, language=language, by=by, at=at)
    return PhraseReport(language, changed, missing(language))


def _told(content: bytes, language: str) -> Iterator[tuple[str, str]]:
    try:
        catalog = translation_files.parsed(content, language)
    except translation_files.Unreadable as error:
        sentence = _("This file cannot be read as a file of phrases: %(why)s")
        raise Faults({"file": sentence % {"why": error}}) from error
    for message in catalog:
        if message.id and isinstance(message.id, str) and message.string and not message.fuzzy:
            yield message.id, str(message.string)


def _check(language: str) -> None:
    if not phrases.is_offered(language) or phrases.is_first(language):
        others = ", ".join(code for code, _n in settings.LANGUAGES if not phrases.is_first(code))
        sentence = _("This must be one of: %(known)s.") % {"known": others}
        raise Faults({"language": sentence})
