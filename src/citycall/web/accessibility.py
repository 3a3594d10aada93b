"""What the accessibility statement says that changes: the limits, the contacts, the last look."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# When all residents' pages were last looked at, by machine and by eye; changed with each release.
CHECKED_ON: Final = date(2026, 11, 22)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """Something that does not work for everybody, why that is, and what does instead."""

    what: Promise
    why: Promise
    instead: Promise


LIMITS: Final[Sequence[Limit]] = (
    Limit(
        what=_("Photos that people send have no description."),
        why=_("They are shown as they were sent; nobody describes each of them."),
        instead=_("What matters is in the words of the report and of the agency."),
    ),
    Limit(
        what=_("Maps cannot be read by a screen reader."),
        why=_("They are drawn pictures."),
        instead=_("Use the list beside each map, or name the place in words."),
    ),
    Limit(
        what=_("What agencies write may be hard to understand or use abbreviations."),
        why=_("It is written by many people while they work."),
        instead=_("Ask the agency: its phone number is on the report's page."),
    ),
    Limit(
        what=_("Open data and the pages for developers have not been checked as closely."),
        why=_("Tables of many thousand rows and program texts are made for machines."),
        instead=_("Write to us; you get what you need in a form that you can use."),
    ),
)


def statement() -> dict[str, Any]:
    """What the page of the statement shows: contacts, days to answer, limits, the last check."""
    phone = settings.CITYCALL_ACCESSIBILITY_PHONE
    return {
        "email": settings.CITYCALL_ACCESSIBILITY_EMAIL,
        "phone": phone,
        "phone_link": "".join(sign for sign in phone if sign.isdigit() or sign == "+"),
        "answer_days": settings.CITYCALL_ACCESSIBILITY_ANSWER_DAYS,
        "checked_on": CHECKED_ON,
        "limits": LIMITS,
    }
