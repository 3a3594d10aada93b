"""Numbers and days of a pack in words, in the reader's language."""

from datetime import date
from typing import Final

from django.utils import formats
from django.utils.translation import gettext as _

from citycall.pages.numbers import rounded

UNKNOWN: Final = "–"


def amount(value: float | None, unit: str) -> str:
    """A measured value with its unit; a dash where it is not known."""
    if value is None:
        return UNKNOWN
    if unit == "share":
        return _("%(number)s%%") % {"number": rounded(100 * value, 1)}
    if unit == "days":
        return _("%(number)s d") % {"number": rounded(value, 1)}
    if unit == "hours":
        return _("%(number)s h") % {"number": rounded(value, 1)}
    return rounded(value, 0 if float(value).is_integer() else 1)


def span(low: float | None, high: float | None, unit: str) -> str:
    """From one value to another; a dash where either is not known."""
    if low is None or high is None:
        return UNKNOWN
    return _("%(low)s to %(high)s") % {"low": amount(low, unit), "high": amount(high, unit)}


def day(on: date) -> str:
    """A day as the language writes it, short."""
    return formats.date_format(on, "SHORT_DATE_FORMAT")


def month_day(on: date) -> str:
    """A day without its year, in the language's own order and with its short month."""
    return formats.date_format(on, formats.get_format("MONTH_DAY_FORMAT").replace("F", "M"))


def long_day(on: date) -> str:
    """A day as the language writes it, in words."""
    return formats.date_format(on, "DATE_FORMAT")


def hours(minutes: int) -> str:
    """Minutes of work as hours."""
    return _("%(number)s h") % {"number": rounded(minutes / 60, 1)}
