"""Confirmation numbers: year, nine random digits, and a check digit.

Digits only, so that a number can be read aloud in any language and typed on a phone keypad.
The check digit is H. M. Damm's (*Total anti-symmetrische Quasigruppen*, 2004): it catches every
wrong digit and every swap of neighbours. The nine digits are drawn at random rather than
counted, so that one number says nothing of the next; a unique index refuses a repetition.

The last tenth of the serials is set aside for continuity kits, which give numbers where the system
cannot be reached; nothing else draws there, so the two can never meet.
"""

import re
import secrets

from django.utils.translation import gettext as _
from stdnum import damm
from stdnum.exceptions import ValidationError

from citycall.core.errors import DomainError

SERIALS = 10**9
# From here on serials are for continuity kits alone.
FIRST_SET_ASIDE = 900_000_000
LENGTH = 12

# What people write or say for a digit when they copy a number by hand.
MISREADINGS = str.maketrans("OoQDIilL|SsBZz", "00001111155822")


class BadNumber(DomainError):
    """What was typed is not a confirmation number; nobody's request is looked up for it."""

    code = "bad_number"


def draw(*, year: int) -> int:
    """A new confirmation number of this year, as a 12-digit whole number."""
    return compose(year=year, serial=secrets.randbelow(FIRST_SET_ASIDE))


def draw_set_aside(*, year: int) -> int:
    """A number of this year that only a continuity kit gives; that it is new is for its caller."""
    serial = FIRST_SET_ASIDE + secrets.randbelow(SERIALS - FIRST_SET_ASIDE)
    return compose(year=year, serial=serial)


def is_set_aside(number: int) -> bool:
    """Whether a number lies where only continuity kits draw."""
    return number // 10 % SERIALS >= FIRST_SET_ASIDE


def compose(*, year: int, serial: int) -> int:
    """The number of ``serial`` (0 to 999,999,999) in ``year``, check digit last."""
    body = f"{year % 100:02d}{serial:09d}"
    return int(body + damm.calc_check_digit(body))


def show(number: int) -> str:
    """How a number is written: ``26-48392-01755``."""
    digits = f"{number:0{LENGTH}d}"
    return f"{digits[:2]}-{digits[2:7]}-{digits[7:]}"


def read(text: str) -> int:
    """The number that somebody typed, forgiving spaces, dashes, case and misread letters.

    Raises ``BadNumber`` with what to do when the length or the check digit is wrong.
    """
    digits = re.sub(r"[\s.\-–—_/#]", "", text[:80]).translate(MISREADINGS)
    if not re.fullmatch(r"[0-9]+", digits) or len(digits) != LENGTH:
        raise BadNumber(
            _("A confirmation number has 12 digits, such as 26-48392-01755."), field="number"
        )
    try:
        damm.validate(digits)
    except ValidationError:
        raise BadNumber(
            _("One digit of this number seems wrong. Please check it and try again."),
            field="number",
        ) from None
    return int(digits)
