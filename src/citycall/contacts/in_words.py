"""Phone numbers, e-mail addresses and plates inside words: found, and hidden from everyone.

What people write about a problem may say how to reach them. Wherever their words are public, a
mark stands in place of it. Names cannot be told from other words and are not found here.
"""

import re
from collections.abc import Callable, Collection
from typing import Final

from django.utils.translation import gettext as _

# Other scripts' digits are digits too. A sign in front says that digits follow, and does no harm.
_EMAIL: Final = (
    r"(?<![\w.%+'-])[\w.%+'-]++"
    r"(?:@|＠|\s?[(\[{]\s?at\s?[)\]}]\s?)"
    r"[\w-]+(?:(?:\.|．|\s?[(\[{]\s?dot\s?[)\]}]\s?)[\w-]+)+"
)
_BETWEEN: Final = r"[\s()\[\].·/\-‐‑‒–—−]{0,3}"
_PHONE: Final = rf"(?<!\d)(?:\+|＋)?[(\[]?\d(?:{_BETWEEN}\d){{6,}}"
# Long numbers that reach nobody: dates, postal codes, degrees, a house in a numbered street.
_DAY, _MONTH = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])"
_HARMLESS: Final = "|".join(
    (
        rf"(?<!\d)(?:19|20)\d\d-{_MONTH}-{_DAY}(?!\d)",
        rf"(?<!\d)(?:{_DAY}[./-]{_MONTH}|{_MONTH}[./-]{_DAY})[./-](?:19|20)\d\d(?!\d)",
        r"(?<!\d)\d{5}-\d{4}(?![\d-])",
        r"(?<![\d.])(?:[1-8]?\d|1[0-7]\d)\.\d{4,8}(?![\d.])",
        r"(?<!\d)\d{1,6}\s\d{1,3}(?:st|nd|rd|th)\b",
    )
)
# A plate is told from other words by the word before it; it has a digit, and no more than eight.
_PLATE_WORD: Final = r"(?:plates?|tags?|placas?|matrículas?|車牌|车牌号?|لوحة)"
_PLATE: Final = (
    rf"(?<=\b)(?P<before>{_PLATE_WORD}(?:\s+(?:number|no\.?|num|is|was|número|es))*[\s:#]*)"
    r"(?P<sign>(?=[A-Z0-9·-]*\d)[A-Z0-9]{1,4}[ ·-]?[A-Z0-9]{2,5})(?![A-Z0-9])"
)
_ANY: Final = re.compile(
    rf"(?P<email>{_EMAIL})|(?P<harmless>{_HARMLESS})|(?P<phone>{_PHONE})", re.IGNORECASE
)
_PLATES: Final = re.compile(_PLATE, re.IGNORECASE)
_WORTH_PLATES: Final = re.compile(_PLATE_WORD, re.IGNORECASE)
# Most texts have neither, which one look says.
_WORTH_LOOKING: Final = re.compile(r"[@＠]|[(\[{]\s?at\s?[)\]}]|\d(?:\D{0,3}\d){6}", re.IGNORECASE)
# Of a number as it is written here and there, so many last digits are always the same.
_SAME_DIGITS: Final = 7

Chosen = Callable[[str], bool]


def hide(words: str) -> str:
    """The words with a mark in place of every e-mail address, phone number and plate."""
    return _hidden(_without_plates(words), lambda _found: True)


def found(words: str) -> list[str]:
    """The e-mail addresses, phone numbers and plates in these words, as they are written."""
    told = [each["sign"] for each in _PLATES.finditer(words)]
    told += [each[0] for each in _ANY.finditer(words) if not each["harmless"]]
    return list(dict.fromkeys(told))


def hide_of(words: str, *, reached_at: Collection[str]) -> str:
    """The words with a mark in place of these addresses and numbers, however they are written.

    Others stay: the city tells people whom to call.
    """
    told = {_key(each) for each in reached_at if each}
    return _hidden(words, lambda found: _key(found) in told) if told else words


def hide_in_place(place: str) -> str:
    """A place's name with its contacts hidden; an undivided number is that of a pole or a stop."""
    return _hidden(place, lambda found: not _is_of_a_thing(found))


def _without_plates(words: str) -> str:
    if not _WORTH_PLATES.search(words):
        return words
    mark = _("[license plate hidden]")
    return _PLATES.sub(lambda plate: plate["before"] + mark, words)


def _hidden(words: str, chosen: Chosen) -> str:
    if not _WORTH_LOOKING.search(words):
        return words

    def mark(found: re.Match[str]) -> str:
        if found["harmless"] or not chosen(found[0]):
            return found[0]
        return _("[e-mail address hidden]") if found["email"] else _("[phone number hidden]")

    return _ANY.sub(mark, words)


def _is_of_a_thing(found: str) -> bool:
    return found.isdigit() and len(found) < 10


def _key(reach: str) -> str:
    digits = "".join(str(int(each)) for each in reach if each.isdecimal())
    if "@" in reach or len(digits) < _SAME_DIGITS:
        return reach.casefold()
    return digits[-_SAME_DIGITS:]
