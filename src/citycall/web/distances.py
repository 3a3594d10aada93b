"""How far away something is, in a reader's words and in the measures of the city."""

from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _

from citycall.pages.numbers import rounded

# Nearer than this is the same spot: nobody tells a place more exactly.
HERE_M: Final = 10.0
_FOOT_M: Final = 0.3048
_MILE_M: Final = 1_609.344
_KILOMETRE_M: Final = 1_000.0
# From so many feet on a distance is told in miles.
_MOST_FEET: Final = 1_000


def away(metres: float) -> str:
    """Such as "About 40 m away", as exact as anybody walks; in feet where the city counts so."""
    if metres < HERE_M:
        return _("At the place that you gave")
    return _("About %(distance)s away") % {"distance": measured(metres)}


def measured(metres: float) -> str:
    """A distance with its measure: "40 m", "1.2 km", "150 ft", "0.4 mi"."""
    if settings.CITYCALL_UNITS == "us":
        feet = max(10, round(metres / _FOOT_M / 10) * 10)
        if feet < _MOST_FEET:
            return _("%(n)s ft") % {"n": rounded(feet)}
        return _("%(n)s mi") % {"n": rounded(metres / _MILE_M, 1)}
    if metres < _KILOMETRE_M:
        return _("%(n)s m") % {"n": rounded(max(10, round(metres / 10) * 10))}
    return _("%(n)s km") % {"n": rounded(metres / _KILOMETRE_M, 1)}
