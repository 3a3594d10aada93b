"""The phrase book: what the city itself has written, in each language that it speaks.

The pages' own words are translated by files of the program. Names of services, questions, choices
and outcomes are the city's: they are looked up here by their text in the city's first language,
as gettext does, so that whatever is written once is said in every language, wherever it stands.
What the book does not have is said as it was written.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, Generic, TypeVar

from django.conf import settings
from django.db import transaction
from django.utils.translation import get_language

from citycall.core.actors import Actor
from citycall.core.models import Phrase
from citycall.core.revisions import record
from citycall.core.snapshots import Snapshot

T = TypeVar("T")
Book = Mapping[str, Mapping[str, str]]
Say = Callable[[str], str]

PHRASES: Final = "phrases"


def spoken() -> str:
    """The language that is spoken just now, by its code."""
    return get_language() or settings.LANGUAGE_CODE


def is_offered(language: str) -> bool:
    """Whether the city speaks a language, by its code."""
    return language in dict(settings.LANGUAGES)


def is_first(language: str) -> bool:
    """Whether the city writes in this language itself, so that nothing is to be looked up."""
    return language == settings.LANGUAGE_CODE


def book() -> Book:
    """Every phrase by language and text; the same object until one changes."""
    return BOOK.get()


def said(text: str, language: str = "") -> str:
    """A text of the city's in a language, by default the one that is spoken just now."""
    language = language or spoken()
    if not text or is_first(language):
        return text
    return book().get(language, {}).get(text, text)


def has(text: str, *, language: str) -> bool:
    """Whether the book says this text in a language."""
    return text in book().get(language, {})


class InEachLanguage(Generic[T]):
    """Keeps how one immutable picture is said in each language, until it or the book changes."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[T, Book, T]] = {}

    def get(self, written: T, translate: Callable[[Say], T]) -> T:
        """``written`` in the language spoken, as ``translate`` makes it; itself in the first."""
        language = spoken()
        if is_first(language):
            return written
        there = book()
        kept = self._kept.get(language)
        if kept is None or kept[0] is not written or kept[1] is not there:
            words = there.get(language, {})
            kept = written, there, translate(lambda text: words.get(text, text))
            self._kept[language] = kept
        return kept[2]


@transaction.atomic
def write(
    phrases: Mapping[str, str], *, language: str, by: Actor, at: datetime, note: str = ""
) -> int:
    """Put phrases of one language into the book, by text; an empty one is taken out.

    Returns how many changed. What changed is kept as one revision of the language.
    """
    known = dict(Phrase.objects.filter(language=language).values_list("text", "said"))
    changed = {text: words for text, words in phrases.items() if known.get(text, "") != words}
    before = {text: known.get(text, "") for text in changed}
    record(
        subject_kind=PHRASES,
        subject_code=language,
        before=before,
        after=changed,
        by=by,
        at=at,
        note=note,
    )
    _store(language, changed)
    if changed:
        BOOK.bump()
    return len(changed)


def _store(language: str, changed: Mapping[str, str]) -> None:
    Phrase.objects.filter(language=language, text__in=list(changed)).delete()
    Phrase.objects.bulk_create(
        Phrase(language=language, text=text, said=words) for text, words in changed.items() if words
    )


def _load() -> Book:
    loaded: dict[str, dict[str, str]] = {}
    for language, text, words in Phrase.objects.values_list("language", "text", "said"):
        loaded.setdefault(language, {})[text] = words
    return loaded


BOOK: Final[Snapshot[Book]] = Snapshot("phrases", _load)
