"""Confirmation numbers that somebody may have meant who said or wrote one with a slip."""

import re
from collections.abc import Iterator
from typing import Final

from stdnum import damm

from citycall.core.numbers import LENGTH, MISREADINGS

_DIGITS: Final = "0123456789"


def meant(text: str) -> list[int]:
    """The valid numbers that are one slip away from what was said: at most about a dozen.

    A slip is a wrong digit, two neighbours swapped, a digit left out or said twice. Empty where
    the text is no such number at all, and where it is right as it is.
    """
    digits = re.sub(r"[\s.\-–—_/#]", "", text[:80]).translate(MISREADINGS)
    if not re.fullmatch(r"[0-9]+", digits) or abs(len(digits) - LENGTH) > 1:
        return []
    if len(digits) == LENGTH and damm.is_valid(digits):
        return []
    return sorted({int(each) for each in _slips(digits) if damm.is_valid(each)})


def _slips(digits: str) -> Iterator[str]:
    if len(digits) == LENGTH:
        for at in range(LENGTH):
            yield from (digits[:at] + other + digits[at + 1 :] for other in _DIGITS)
            yield digits[:at] + digits[at : at + 2][::-1] + digits[at + 2 :]
    elif len(digits) > LENGTH:
        yield from (digits[:at] + digits[at + 1 :] for at in range(len(digits)))
    else:
        for at in range(len(digits) + 1):
            yield from (digits[:at] + other + digits[at:] for other in _DIGITS)
