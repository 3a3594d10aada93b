"""Texts that an agency often writes: their fields filled in, in each language that they have.

There is no template language: a field is a name from a closed list between double braces, and
what stands for it is put in as it is. Anything else between braces is refused when it is written.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from citycall.core.errors import Faults

LONGEST_TEXT: Final = 2_000
FIELDS: Final[Mapping[str, str | Promise]] = {
    "number": lazy("the confirmation number"),
    "service": lazy("the service"),
    "place": lazy("the place"),
    "due": lazy("the day it is due"),
    "agency": lazy("the agency"),
    "phone": lazy("the agency's phone number"),
}
_FIELD: Final = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")
_BRACES: Final = re.compile(r"\{[{%#]|[}%#]\}")


def fill(words: str, values: Mapping[str, str]) -> str:
    """The words with each field's value in its place; a field without a value becomes a dash."""
    return _FIELD.sub(lambda found: values.get(found[1], "") or "–", words)


def has_fields(words: str) -> bool:
    """Whether anything stands between double braces."""
    return "{{" in words


def check(words: Mapping[str, str]) -> dict[str, str]:
    """The words by language, trimmed and without the empty ones.

    Raises ``Faults`` with field "words.<language>" where they are missing in the city's first
    language, too long, or hold a field that there is none.
    """
    faults: dict[str, str] = {}
    kept = {code: text.strip() for code, text in words.items() if text.strip()}
    if settings.LANGUAGE_CODE not in kept:
        faults[f"words.{settings.LANGUAGE_CODE}"] = _("Please write the text.")
    for code, text in kept.items():
        fault = _fault_of(text)
        if fault:
            faults[f"words.{code}"] = fault
    if faults:
        raise Faults(faults)
    return kept


def _fault_of(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        return _("Please keep this under %(n)s characters.") % {"n": LONGEST_TEXT}
    return fault_of_fields(text)


def fault_of_fields(text: str) -> str:
    """What to change of words that hold a field that there is none; empty where all is well."""
    unknown = [name for name in _FIELD.findall(text) if name not in FIELDS]
    if unknown or _BRACES.search(_FIELD.sub("", text)):
        known = ", ".join(f"{{{{ {name} }}}}" for name in FIELDS)
        return _("Only these fields can stand between braces: %(known)s.") % {"known": known}
    return ""


def as_kept(text: Any) -> dict[str, Any]:
    """A text as a revision keeps it."""
    return {
        "agency": text.agency_id,
        "use": text.use,
        "name": text.name,
        "words": text.words,
        "active": text.active,
    }
