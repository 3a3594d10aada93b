"""What is said of fairness, to staff and to everybody: sentences first, and a row for each area."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from citycall.analytics.fairness.findings import (
    AreaHeard,
    AreaServed,
    Findings,
    Heard,
    Served,
)
from citycall.analytics.fairness.untold import Between
from citycall.analytics.measures.measure import Unit
from citycall.pages.lists import listed
from citycall.pages.numbers import between, days, rounded, told

Names = Mapping[int, str]
WIDE: Final = 200
NAMED: Final = 5
COLUMNS: Final[tuple[tuple[str, Promise], ...]] = (
    ("days", gettext_lazy("Days for the same work")),
    ("late", gettext_lazy("Late")),
    ("verified", gettext_lazy("Confirmed by who reported")),
    ("disputed", gettext_lazy("Disputed")),
)


@dataclass(frozen=True, slots=True)
class Bar:
    """Where a value, its interval and the city lie on a line ``WIDE`` long."""

    value: float
    low: float
    high: float
    city: float

    @property
    def length(self) -> float:
        """Of the interval."""
        return self.high - self.low


@dataclass(frozen=True, slots=True)
class HeardRow:
    """An area's line in the table of who is heard; ``side`` is -1 below the city, 1 above."""

    name: str
    address: str
    rate: str
    range: str
    bar: Bar
    further: int
    half: str
    later: str
    untold: str
    side: int
    few: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """One measure of an area: at the city's mix of services, with its range.

    Without a ``value`` there are too few (``few``), or nobody knows the measure of any area.
    """

    value: str
    range: str
    side: int
    few: bool


@dataclass(frozen=True, slots=True)
class ServedRow:
    """An area's line in the table of who waits."""

    name: str
    address: str
    cells: Sequence[Cell]


def name_of(names: Names, area: int) -> str:
    """An area's name; one that is gone since is called by its number."""
    return names.get(area) or str(area)


def heard_rows(found: Heard, names: Names, pages: Names | None = None) -> list[HeardRow]:
    """Those who tell least first; ``pages`` are the addresses of the areas' own pages."""
    if not found.areas:
        return []
    pages = pages or {}
    least = log(min(each.rate.low for each in found.areas))
    most = log(max(each.rate.high for each in found.areas))

    def at(value: float) -> float:
        return round(WIDE * (log(value) - least) / max(most - least, 1e-9), 1)

    return [
        HeardRow(
            name=name_of(names, each.area),
            address=pages.get(each.area, ""),
            rate=rounded(each.rate.value, 2),
            range=between(each.rate.low, each.rate.high, Unit.RATIO),
            bar=Bar(at(each.rate.value), at(each.rate.low), at(each.rate.high), at(1.0)),
            further=each.further,
            half=told(each.half_days.value, Unit.DAYS) if each.half_days else told(None, Unit.DAYS),
            later=_later(each.later) if each.later else "",
            untold=_untold(each),
            side=each.stands_out,
            few=each.few,
        )
        for each in found.areas
    ]


def _later(later: Between) -> str:
    """By how many days later (or earlier) than in the city, as a range."""
    low, high = (rounded(value, 1) for value in (later.low, later.high))
    return _("%(low)s to %(high)s days later") % {"low": low, "high": high}


def _untold(each: AreaHeard) -> str:
    if each.untold is None:
        return ""
    return _("%(n)s of %(all)s (%(range)s)") % {
        "n": told(each.untold.value, Unit.COUNT),
        "all": told(each.untold.value + each.told, Unit.COUNT),
        "range": between(each.untold.low, each.untold.high, Unit.COUNT),
    }


def heard_says(found: Heard, names: Names) -> list[str]:
    """The answer in sentences."""
    below = [name_of(names, each.area) for each in found.areas if each.stands_out < 0]
    said = []
    if below:
        said.append(
            ngettext(
                "%(n)s of %(all)s areas surely tells less readily than the city: %(names)s.",
                "%(n)s of %(all)s areas surely tell less readily than the city: %(names)s.",
                len(below),
            )
            % {"n": len(below), "all": len(found.areas), "names": _listed(below)}
        )
    else:
        said.append(_("No area surely tells less readily than the city as a whole."))
    if found.half_days is None or found.untold is None:
        said.append(_("Too few problems were told of again to say how many are never told of."))
        return said
    said.append(
        _("In the city, half of the problems are told of within %(days)s (%(range)s).")
        % {
            "days": days(found.half_days.value),
            "range": between(found.half_days.low, found.half_days.high, Unit.DAYS),
        }
    )
    said.append(
        _(
            "About %(n)s (%(range)s) of %(all)s problems were never told of, if one that nobody "
            "tells of is there for %(days)s. This is said of %(services)s services with %(share)s "
            "of the requests; of the others too few are told of again."
        )
        % {
            "n": told(found.untold.value, Unit.COUNT),
            "range": between(found.untold.low, found.untold.high, Unit.COUNT),
            "all": told(found.untold.value + found.told, Unit.COUNT),
            "days": days(found.untold_days),
            "services": found.services,
            "share": told(found.share, Unit.SHARE),
        }
    )
    return said


def _listed(names: Sequence[str]) -> str:
    shown = listed(names[:NAMED])
    rest = len(names) - NAMED
    if rest <= 0:
        return shown
    more = ngettext("%(names)s and %(n)s more", "%(names)s and %(n)s more", rest)
    return more % {"names": shown, "n": rest}


def served_rows(found: Findings, names: Names, pages: Names | None = None) -> list[ServedRow]:
    """Those who wait longest for the same work first; ``pages`` as of ``heard_rows``."""
    pages = pages or {}
    by_measure = {
        what: {each.area: each for each in served.areas} for what, served in found.served.items()
    }
    areas = dict.fromkeys(area for each in by_measure.values() for area in each)
    return [
        ServedRow(
            name_of(names, area),
            pages.get(area, ""),
            [
                _cell(what, by_measure.get(what, {}).get(area), few=what in by_measure)
                for what, _title in COLUMNS
            ],
        )
        for area in areas
    ]


def _cell(what: str, each: AreaServed | None, *, few: bool) -> Cell:
    """An area's cell in the column of a measure; ``few`` says why where it is not told."""
    if each is None:
        return Cell(value="", range="", side=0, few=few)
    unit = Unit.DAYS if what == "days" else Unit.SHARE
    return Cell(
        value=told(each.value.value, unit),
        range=between(each.value.low, each.value.high, unit),
        side=each.stands_out,
        few=each.few,
    )


def served_says(found: Mapping[str, Served], names: Names) -> list[str]:
    """The gaps in sentences; where nothing stands out, that is said too."""
    said = []
    for what, title in COLUMNS:
        served = found.get(what)
        if served is None or served.gap is None:
            continue
        apart = served.gap.apart
        if not any(each.stands_out for each in served.areas):
            said.append(_("%(measure)s: no area stands out from the city.") % {"measure": title})
        elif what == "days":
            said.append(
                _(
                    "In the fifth of the areas that wait longest (%(names)s) the same work takes "
                    "%(n)s times as long as in the fifth that wait least (%(range)s)."
                )
                % {
                    "names": _listed([name_of(names, area) for area in served.gap.most]),
                    "n": rounded(apart.value, 2),
                    "range": between(apart.low, apart.high, Unit.RATIO),
                }
            )
        else:
            said.append(
                _(
                    "%(measure)s: %(n)s points more in the fifth of the areas with most "
                    "(%(names)s) than in the fifth with least (%(low)s to %(high)s)."
                )
                % {
                    "measure": title,
                    "names": _listed([name_of(names, area) for area in served.gap.most]),
                    "n": rounded(apart.value * 100, 1),
                    "low": rounded(apart.low * 100, 1),
                    "high": rounded(apart.high * 100, 1),
                }
            )
    return said


def said(found: Findings, names: Names, pages: Names | None = None) -> dict[str, Any]:
    """All that a page needs of the findings of a layer."""
    heard = found.heard
    return {
        "found": found,
        "heard_says": heard_says(heard, names) if heard and heard.areas else [],
        "heard_rows": heard_rows(heard, names, pages) if heard else [],
        "served_says": served_says(found.served, names),
        "served_rows": served_rows(found, names, pages),
        "served_columns": [title for _name, title in COLUMNS],
        "wide": WIDE,
    }
