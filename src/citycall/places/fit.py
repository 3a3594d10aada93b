"""How well a partition's areas fit together: ground that two claim, and ground that none does."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from shapely.geometry.base import BaseGeometry

from citycall.places import apart
from citycall.places.geojson import ReadArea

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Warn:
    """Something about a layer that a person should look at; size in square metres."""

    message: str
    square_metres: float

    def __str__(self) -> str:
        return self.message


def warnings_of(
    areas: Sequence[ReadArea], *, boundary: BaseGeometry | None, seconds: float
) -> list[Warn]:
    """Overlaps and gaps of at least one square metre, the largest 20 of each, then the rest in one.

    Gaps are measured against ``boundary``, or, without one, are holes between the areas.
    """
    try:
        found = apart.find_misfits(
            [area.shape for area in areas], boundary=boundary, seconds=seconds
        )
    except apart.TooHard:
        return [Warn(_("Overlaps and gaps could not be measured in time."), 0.0)]
    overlaps = [
        Warn(
            _("“%(first)s” and “%(second)s” overlap by %(size)s m².")
            % {
                "first": areas[misfit.first].name,
                "second": areas[misfit.second].name,
                "size": _size(misfit.square_metres),
            },
            misfit.square_metres,
        )
        for misfit in found
        if misfit.first >= 0
    ]
    gaps = [
        Warn(
            _("A piece of %(size)s m² belongs to no area.") % {"size": _size(misfit.square_metres)},
            misfit.square_metres,
        )
        for misfit in found
        if misfit.first < 0
    ]
    return [*_largest(overlaps), *_largest(gaps)]


def _largest(warnings: Sequence[Warn]) -> list[Warn]:
    ordered = sorted(warnings, key=lambda warning: -warning.square_metres)
    rest = ordered[SHOWN:]
    if not rest:
        return ordered
    size = sum(warning.square_metres for warning in rest)
    message = ngettext(
        "%(count)d more such piece has %(size)s m².",
        "%(count)d more such pieces have %(size)s m² in all.",
        len(rest),
    ) % {"count": len(rest), "size": _size(size)}
    return [*ordered[:SHOWN], Warn(message, size)]


def _size(square_metres: float) -> str:
    return str(number_format(round(square_metres), force_grouping=True))
