"""Numbers of measures in words, as the reader's language writes them."""

from math import ceil, floor, isnan
from typing import Final

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from citycall.analytics.measures.measure import Unit

_PRECISE: Final = 10
# A part of something takes the form of hundreds in every language offered: "1.4 days".
_BROKEN: Final = 100


def told(value: float | None, unit: Unit) -> str:
    """A value with its unit: ``1,234``, ``81.2%``, ``3.4 days``; a dash where nothing is known."""
    if value is None or isnan(value):
        return "–"
    if unit is Unit.COUNT:
        return rounded(value)
    if unit is Unit.SHARE:
        return _("%(percent)s%%") % {"percent": rounded(value * 100, 1)}
    if unit is Unit.DAYS:
        return days(value)
    return rounded(value, 2)


def rounded(value: float, decimals: int = 0) -> str:
    """A number as the language writes it; by itself Django cuts what is too much off."""
    return number_format(round(value, decimals), decimals, force_grouping=True)


def days(value: float) -> str:
    """A duration in days: with a decimal below ten, as nobody can tell more from more."""
    broken = value < _PRECISE
    shown = rounded(value, 1 if broken else 0)
    count = _BROKEN if broken else round(value)
    return ngettext("%(days)s day", "%(days)s days", count) % {"days": shown}


def between(low: float, high: float, unit: Unit) -> str:
    """A range; a dash where it is not known."""
    if isnan(low) or isnan(high):
        return "–"
    if unit is Unit.COUNT:
        # Whole numbers that are between the two.
        low, high = min(ceil(low), floor(high)), floor(high)
    return _("%(low)s to %(high)s") % {"low": told(low, unit), "high": told(high, unit)}
