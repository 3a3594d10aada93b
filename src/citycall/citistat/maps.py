"""A measure by area as a map, and the table that says the same; hot spots on the map."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import isnan
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import numpy as np
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from citycall.analytics import standing
from citycall.analytics.attention import FEWEST
from citycall.analytics.facts import area_column
from citycall.analytics.measures.asked import WITHOUT
from citycall.analytics.measures.asking import answers
from citycall.analytics.measures.book import MEASURES
from citycall.analytics.measures.measure import Measure, Shape, Unit
from citycall.analytics.measures.names import names_of, titles, unnamed
from citycall.analytics.store import Facts, store
from citycall.citistat import kept, layers, links
from citycall.citistat.trouble import Place
from citycall.pages import area_maps, numbers
from citycall.pages.area_maps import GRAY, HATCHED, Marked, Rings, Shaded
from citycall.places.queries import drawn_areas, residents

# One area: its layer and its id.
Within = tuple[str, int]
USUAL: Final = standing.MAPPED
# Requests received for each thousand of an area's residents, where the city's file has them.
RATE: Final = "received-per-1000"
# In degrees: about thirty metres, which nobody sees on so small a map.
TOLERANCE: Final = 0.0003
_CLASSES: Final = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One area: its value as it is read, how many it rests on, and the requests behind it."""

    name: str
    address: str
    value: str
    few: bool
    size: str
    query: str


@dataclass(frozen=True, slots=True)
class Band:
    """One line of the legend: a shade, what it means, and how many areas have it."""

    swatch: SafeString
    words: str
    areas: int


@dataclass(frozen=True)
class AreaMap:
    """A measure by area in the last four whole weeks."""

    svg: SafeString
    measure: Measure
    title: str
    layer_title: str
    rows: Sequence[Row]
    bands: Sequence[Band]
    query: str
    # Whether it is of the parts of one area.
    parts: bool = False

    @property
    def when(self) -> str:
        """Of which time it is."""
        if self.measure.shape is Shape.STOCK:
            return _("At the end of the last whole week.")
        if standing.always(self.measure):
            return _("Now, of what was received until the end of the last whole week.")
        return _("In the last four whole weeks.")


@dataclass(frozen=True, slots=True)
class _Told:
    """What is known of one area."""

    value: float | None
    size: int
    few: bool


def shown(request: HttpRequest, facts: Facts, where: standing.Where) -> dict[str, Any]:
    """The map that the address asks for with ``map`` and ``layer``; nothing without areas."""
    return _shown(request, facts, where, layers.asked(request, facts), facts.about.layers)


def shown_within(
    request: HttpRequest, facts: Facts, where: standing.Where, within: Within
) -> dict[str, Any]:
    """The same of the smaller areas in one area; nothing where no layer has smaller ones."""
    offered = layers.finer(facts, within[0])
    usual = layers.asked(request, facts)
    layer = usual if usual in offered else next(iter(offered), "")
    return _shown(request, facts, where, layer, offered, within)


def _shown(
    request: HttpRequest,
    facts: Facts,
    where: standing.Where,
    layer: str,
    offered: Sequence[str],
    within: Within | None = None,
) -> dict[str, Any]:
    if not layer:
        return {}
    known = store()
    version = (known.folder, known.version(), get_language() or "")
    names = _offered(*version, layer, whole=within is None)
    name = request.GET.get("map", "")
    name = name if name in names else USUAL
    return {
        **layers.choices(facts, layer, offered),
        "map": _kept(*version, kept.frozen(where), name, layer, within),
        "map_name": name,
        "map_names": names,
    }


@lru_cache(maxsize=32)
def _offered(
    _folder: Path, _version: str, _language: str, layer: str, *, whole: bool
) -> Mapping[str, str]:
    found = {name: str(MEASURES[name].title) for name in standing.COLUMNS}
    # Of an area's part nobody knows how many people live there.
    if whole and residents(layer):
        found[RATE] = _("Requests received for 1,000 residents")
    return found


@lru_cache(maxsize=64)
def _kept(
    _folder: Path,
    _version: str,
    _language: str,
    where: kept.Frozen,
    name: str,
    layer: str,
    within: Within | None,
) -> AreaMap:
    return area_map(store().facts(), name=name, layer=layer, where=dict(where), within=within)


def area_map(
    facts: Facts,
    *,
    name: str,
    layer: str,
    where: standing.Where,
    within: Within | None = None,
) -> AreaMap:
    """A measure, or ``RATE``, by the areas of a layer; by those that something is told of where
    it is of what lies ``within`` one area, whose outline is drawn over them.
    """
    by = area_column(layer)
    measure = MEASURES["received" if name == RATE else name]
    people = residents(layer) if name == RATE else None
    shapes = drawn_areas(layer, tolerance=TOLERANCE)
    told = _told(facts, measure, by, where, people)
    if within:
        shapes = {key: rings for key, rings in shapes.items() if key in told}
    for key in shapes:
        told.setdefault(key, _nothing(key, measure, people))
    names = {key: text or unnamed() for key, text in names_of(facts, by).items()}
    title = _("Requests received for 1,000 residents") if people else str(measure.title)
    layer_title = titles(facts)[by]
    looks, bands = _classes({key: told[key] for key in shapes}, measure, rated=bool(people))
    texts = {key: _value(each, measure, rated=bool(people)) for key, each in told.items()}
    svg = area_maps.shaded(
        shapes,
        {
            key: Shaded(look, f"{names.get(key, unnamed())}: {texts[key]}")
            for key, look in looks.items()
        },
        alt=_("%(measure)s by area as a map. The table says the same.") % {"measure": title},
        outline=_edge(within),
    )
    times = kept.times_of(facts, measure)

    def query(key: Any) -> str:
        return urlencode({by: WITHOUT if key is None else key}) + f"&{times}"

    return AreaMap(
        svg=svg,
        measure=measure,
        title=title,
        layer_title=layer_title,
        rows=_rows(told, texts, names, links.areas_of(facts, layer), query),
        bands=bands,
        query=f"by={by}&{times}",
        parts=within is not None,
    )


def _edge(within: Within | None) -> Rings:
    return drawn_areas(within[0], tolerance=TOLERANCE).get(within[1], ()) if within else ()


def _rows(
    told: Mapping[Any, _Told],
    texts: Mapping[Any, str],
    names: Mapping[Any, str],
    pages: Mapping[Any, str],
    query: Callable[[Any], str],
) -> list[Row]:
    """A row for each area: most first, what rests on too little and what is unknown last."""

    def order(key: Any) -> tuple[bool, bool, float, str]:
        each = told[key]
        return each.value is None, each.few, -(each.value or 0.0), names.get(key, "")

    return [
        Row(
            name=names.get(key, unnamed()),
            address=pages.get(key, ""),
            value=texts[key],
            few=told[key].few,
            size=numbers.told(told[key].size, Unit.COUNT),
            query=query(key),
        )
        for key in sorted(told, key=order)
    ]


def _told(
    facts: Facts,
    measure: Measure,
    by: str,
    where: standing.Where,
    people: Mapping[int, int] | None,
) -> dict[Any, _Told]:
    (answered,) = answers(standing.last_weeks(facts, by, where, [measure.name]), facts)
    found = {}
    for row in answered.to_pylist():
        value, size = row["value"], int(row["size"] or 0)
        if value is not None and isnan(value):
            value = None
        if people is not None:
            # A rate of an area whose residents nobody told is not known.
            living = people.get(row[by])
            value = value / living * 1000 if value is not None and living else None
        rated = people is not None or measure.unit is not Unit.COUNT
        few = rated and value is not None and size < FEWEST
        found[row[by]] = _Told(value, size, few)
    return found


def _nothing(key: int, measure: Measure, people: Mapping[int, int] | None) -> _Told:
    """Where nothing was counted, a count is nought; anything else is not known."""
    counted = measure.unit is Unit.COUNT and (people is None or key in people)
    return _Told(0.0 if counted else None, 0, few=False)


def _value(told: _Told, measure: Measure, *, rated: bool) -> str:
    if told.value is None:
        return unnamed()
    return numbers.rounded(told.value, 1) if rated else numbers.told(told.value, measure.unit)


def _classes(
    told: Mapping[int, _Told], measure: Measure, *, rated: bool
) -> tuple[dict[int, str], list[Band]]:
    """The shade of each area, and what the shades mean: about as many areas in each."""
    sure = {
        key: each.value for key, each in told.items() if not each.few and each.value is not None
    }
    groups = grouped(list(sure.values()))
    shades = area_maps.shades(len(groups))
    looks: dict[int, str] = {}
    bands = []
    for shade, (least, most) in zip(shades, groups, strict=True):
        keys = [key for key, value in sure.items() if least <= value <= most]
        looks |= dict.fromkeys(keys, shade)
        low, high = (
            _value(_Told(each, 0, few=False), measure, rated=rated) for each in (least, most)
        )
        words = low if low == high else _("%(low)s to %(high)s") % {"low": low, "high": high}
        bands.append(Band(area_maps.swatch(shade), words, len(keys)))
    few = [key for key, each in told.items() if each.few]
    if few:
        looks |= dict.fromkeys(few, HATCHED)
        bands.append(Band(area_maps.swatch(HATCHED), _("Too few to tell"), len(few)))
    unknown = len(told) - len(looks)
    if unknown:
        looks |= dict.fromkeys((key for key in told if key not in looks), GRAY)
        bands.append(Band(area_maps.swatch(GRAY), unnamed(), unknown))
    return looks, bands


def grouped(values: Sequence[float]) -> list[tuple[float, float]]:
    """The values in at most five classes of about as many each, as the least and most of each.

    Equal values are never parted.
    """
    if not values:
        return []
    limits = np.quantile(values, [n / _CLASSES for n in range(1, _CLASSES)], method="lower")
    classes: dict[int, list[float]] = {}
    for value in sorted(values):
        classes.setdefault(int(np.searchsorted(limits, value, side="left")), []).append(value)
    return [(each[0], each[-1]) for each in classes.values()]


def spots(places: Sequence[Place]) -> SafeString:
    """Hot spots over the outlines of areas, numbered as they stand in their table.

    Nothing where there are no areas, or nothing to mark.
    """
    known = store()
    layer = standing.usual_layer(known.facts()) if known.version() else ""
    if not layer or not places:
        return SafeString("")
    marks = [
        Marked(
            number=n,
            longitude=each.found.longitude,
            latitude=each.found.latitude,
            radius_m=each.found.radius_m,
            title=f"{n}. {each.service}: {each.where}",
        )
        for n, each in enumerate(places, start=1)
    ]
    alt = _("The hot spots on a map, with the numbers that they have in the table.")
    return area_maps.marked(_outlines(known.folder, known.version(), layer), marks, alt=alt)


@lru_cache(maxsize=4)
def _outlines(_folder: Path, _version: str, layer: str) -> Sequence[Rings]:
    return tuple(drawn_areas(layer, tolerance=TOLERANCE).values())
