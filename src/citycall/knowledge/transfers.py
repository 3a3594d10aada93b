"""Whom a caller is passed on to: is anybody there now, and who answers in their place if not."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from citycall.agencies.opening import Opening, opening
from citycall.core import phrases
from citycall.core.errors import NotFound
from citycall.knowledge import days
from citycall.knowledge.days import Contact

# Who answers for whom who answers for whom: longer chains say nothing to a caller.
_LONGEST_CHAIN: Final = 4


class UnknownTarget(NotFound):
    """Neither the directory nor the agencies have this code."""

    code = "unknown_target"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Somebody to pass a caller on to, at one moment.

    ``phone`` is the number to dial now, empty where none is known. ``opening`` is none where
    hours are not known. ``instead`` is who answers now where this one is closed; ``after_hours``
    what to do then, in words.
    """

    code: str
    name: str
    words: str
    phone: str
    opening: Opening | None
    warm: bool
    urgent: bool
    after_hours: str
    instead: "Target | None" = None

    @property
    def is_open(self) -> bool:
        """Whether somebody answers there now, as far as is known."""
        return self.opening is None or self.opening.is_open

    @property
    def answering(self) -> "Target":
        """Who answers now: this one, or who stands in for it."""
        return self if self.is_open or self.instead is None else self.instead.answering


def whom(code: str, at: datetime) -> Target:
    """Whom to call for a directory entry's or agency's code at a moment, in the language spoken.

    Raises ``UnknownTarget``.
    """
    book = _book()
    if code not in book:
        raise UnknownTarget(_("There is nobody with this code in the directory."))
    return _target(book[code], at, book=book)


def targets(words: str = "", *, at: datetime) -> list[Target]:
    """Everybody whom a caller can be passed on to, what is urgent first, then by name.

    With words, those that have every one of them in name, purpose or keywords, or else whom a
    whole sentence of a caller may be for.
    """
    language = phrases.spoken()
    found = days.contacts(words, language=language, for_staff=True)
    if not found:
        found = days.contacts_meant(words, language=language)
    book = _book()
    known = [_target(each, at, book=book) for each in found]
    return sorted(known, key=lambda each: not each.urgent)


def _book() -> Mapping[str, Contact]:
    """Everybody by code; an agency that somebody speaks for is reached there."""
    found = days.contacts(for_staff=True)
    spoken_for = {each.spec.agency: each for each in reversed(found) if each.spec.agency}
    return {**spoken_for, **{each.spec.code: each for each in found}}


def _target(
    contact: Contact,
    at: datetime,
    *,
    book: Mapping[str, Contact],
    before: Set[str] = frozenset(),
) -> Target:
    spec = contact.spec
    title, words, _language = spec.said(phrases.spoken())
    hours = opening(contact.hours, at) if contact.hours else None
    closed = hours is not None and not hours.is_open
    return Target(
        code=spec.code,
        name=title,
        words=words,
        phone=spec.transfer_phone or spec.phone,
        opening=hours,
        warm=spec.warm_transfer,
        urgent=spec.urgent,
        after_hours=phrases.said(spec.after_hours),
        instead=_instead(contact, at, book=book, before=before) if closed else None,
    )


def _instead(
    contact: Contact, at: datetime, *, book: Mapping[str, Contact], before: Set[str]
) -> Target | None:
    spec = contact.spec
    asked = before | {spec.code}
    other = book.get(spec.after_hours_entry or "")
    if other is not None and other.spec.code not in asked and len(asked) < _LONGEST_CHAIN:
        return _target(other, at, book=book, before=asked)
    if not spec.after_hours_phone:
        return None
    return Target(
        code="",
        name=phrases.said(spec.after_hours) or spec.said(phrases.spoken())[0],
        words="",
        phone=spec.after_hours_phone,
        opening=None,
        warm=False,
        urgent=spec.urgent,
        after_hours="",
    )
