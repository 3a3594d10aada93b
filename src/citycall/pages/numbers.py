"""Numbers of measures in words, as the reader's language writes them."""

from math import ceil, floor, isnan
from typing import Final

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from citycall.analytics.measures.measure import Unit

_PRECISE: Final = 10


def told(value: float | None, unit: Unit) -> str:
    """A value with its unit: ``1,234``, ``81.2%``, ``3.4 days``; a dash where nothing is known."""
    if value is None or isnan(value):
        return "–"
    if unit is Unit.COUNT:
        return number_format(round(value), use_l10n=True, force_grouping=True)
    if unit is Unit.SHARE:
        return _("%(percent)s%%") % {"percent": number_format(value * 100, 1)}
    if unit is Unit.DAYS:
        return days(value)
    return number_format(value, 2)


def days(value: float) -> str:
    """A duration in days: with a decimal below ten, as nobody can tell more from more."""
    shown = number_format(value, 1 if value < _PRECISE else 0, force_grouping=True)
    return ngettext("%(days)s day", "%(days)s days", round(value) or 2) % {"days": shown}


def between(low: float, high: float, unit: Unit) -> str:
    """A range; a dash where it is not known."""
    if isnan(low) or isnan(high):
        return "–"
    if unit is Unit.COUNT:
        # Whole numbers that are between the two.
        low, high = min(ceil(low), floor(high)), floor(high)
    return _("%(low)s to %(high)s") % {"low": told(low, unit), "high": told(high, unit)}
