"""A confirmation number as it is read to a caller: each digit as a word, in the printed groups."""

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from citycall.core import numbers

_DIGITS: Final = (
    noop("zero"),
    noop("one"),
    noop("two"),
    noop("three"),
    noop("four"),
    noop("five"),
    noop("six"),
    noop("seven"),
    noop("eight"),
    noop("nine"),
)


def in_words(number: int) -> list[str]:
    """The groups of a number, such as ``["two six", "four eight three nine two", ...]``."""
    groups = numbers.show(number).split("-")
    return [" ".join(_(_DIGITS[int(digit)]) for digit in group) for group in groups]
