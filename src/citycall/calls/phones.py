"""Telephone numbers as telephone systems tell them: in E.164 form, or withheld."""

from typing import Final

import phonenumbers
from django.conf import settings

LONGEST: Final = 20
# What systems say instead of a number that is not shown, +266696687 being "anonymous" on a keypad.
_WITHHELD: Final = frozenset(
    {
        *("anonymous", "unknown", "restricted", "private", "unavailable", "withheld", "blocked"),
        *("+266696687", "266696687", "+7378742833", "+2562533", "+8566696687", "+86282452253"),
    }
)


def e164(told: str) -> str:
    """The number in E.164 form; empty where it was withheld, or is none that could be called.

    SIP and telephone addresses are read too: ``sip:+14105550123@carrier.example``.
    """
    number = _bare(told)
    if not number or number.casefold() in _WITHHELD:
        return ""
    try:
        parsed = phonenumbers.parse(number, settings.CITYCALL_COUNTRY)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(parsed):
        return ""
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def line(told: str) -> str:
    """A number of the city's own as it is dialled: in E.164 form, or as short as 311."""
    return e164(told) or _bare(told)[:LONGEST]


def _bare(told: str) -> str:
    text = told.strip()[:200]
    scheme, colon, rest = text.partition(":")
    if colon and scheme.lower() in {"sip", "sips", "tel"}:
        text = rest
    return text.partition("@")[0].partition(";")[0].strip()
