"""What is known around a place: what was asked of the page, and what its map and list are told."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Final

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from citycall.catalog.queries import catalog, written
from citycall.core import clock
from citycall.core.errors import DomainError
from citycall.pages import moments
from citycall.pages.numbers import rounded
from citycall.places.queries import areas, surroundings
from citycall.service_requests import cells
from citycall.service_requests.cells import Box
from citycall.service_requests.map import Hexagon, Point
from citycall.service_requests.selections import (
    Age,
    Selection,
    by_age,
    by_months,
    shown_services,
)
from citycall.web.forms import TypedForm

MONTHS: Final = "months"
WITHIN_M: Final = (250, 500, 1_000, 2_000)
USUAL_WITHIN_M: Final = 500
LONGEST_WORDS: Final = 300
_SHOWS: Final = (
    (Age.OPEN.value, gettext_lazy("Open now")),
    (Age.WEEK.value, gettext_lazy("Reported in the last 7 days")),
    (Age.MONTH.value, gettext_lazy("Reported in the last 30 days")),
    (Age.YEAR.value, gettext_lazy("Reported in the last 12 months")),
    (MONTHS, gettext_lazy("Reported in the months given below")),
)
_FILTERS: Final = ("within", "show", "group", "first", "last")
_FIRST_YEAR, _LAST_YEAR = 1990, 2200
_GREATEST_ZOOM: Final = 24.0
# From this resolution on several hexagons lie in one neighborhood and need names of their own.
_NAMED_FINELY_FROM: Final = 9
_MOST_NAMED_FINELY: Final = 40

Query = Mapping[str, str]


class BadQuestion(DomainError):
    """The address of the page has something in it that cannot be read."""

    code = "bad_question"


class NearbyForm(TypedForm):
    """Where, what and of when; nothing of it must be told."""

    mark_optional = False
    place = forms.CharField(
        label=gettext_lazy("Near which place?"),
        help_text=gettext_lazy("An address, a street corner, a park or another name."),
        required=False,
        max_length=LONGEST_WORDS,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    within = forms.ChoiceField(label=gettext_lazy("How far from there?"), required=False)
    show = forms.ChoiceField(label=gettext_lazy("Which requests?"), required=False, choices=_SHOWS)
    first = forms.CharField(
        label=gettext_lazy("From the month"),
        required=False,
        widget=forms.TextInput(attrs={"type": "month"}),
    )
    last = forms.CharField(
        label=gettext_lazy("To the month"),
        required=False,
        widget=forms.TextInput(attrs={"type": "month"}),
    )
    group = forms.ChoiceField(label=gettext_lazy("What about?"), required=False)

    def __init__(
        self, *, typed: Mapping[str, Any], faults: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(typed=typed, faults=faults)
        self._offer("within", [(str(metres), distance(metres)) for metres in WITHIN_M])
        self._offer("group", [("", _("Everything")), *_groups().items()])

    @property
    def filters(self) -> str:
        """All that the filters' fields show: what is chosen in them and what is wrong."""
        shown = {name: self.data.get(name, "") for name in _FILTERS}
        return json.dumps([shown, self.errors.get_json_data()])

    def chosen(self) -> list[str]:
        """What is chosen, in words; what was not told has its usual value."""
        shows = {value: str(words) for value, words in _SHOWS}
        distances = {str(metres): distance(metres) for metres in WITHIN_M}
        return [
            shows.get(str(self.data.get("show")), shows[Age.OPEN.value]),
            _groups().get(str(self.data.get("group")), _("Everything")),
            distances.get(str(self.data.get("within")), distance(USUAL_WITHIN_M)),
        ]

    def _offer(self, name: str, choices: Sequence[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = list(choices)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody asked for: the words of a place or its point, and which requests."""

    words: str
    point: tuple[float, float] | None
    within_m: int
    selection: Selection
    typed: Mapping[str, str]


def read(query: Query, *, at: datetime) -> Asked:
    """What the page's address asks for; raises ``BadQuestion`` and ``selections.BadAge``."""
    words = query.get("place", "").strip()
    if len(words) > LONGEST_WORDS:
        raise BadQuestion(
            _("Please use at most %(limit)d characters.") % {"limit": LONGEST_WORDS}, field="place"
        )
    within = query.get("within") or str(USUAL_WITHIN_M)
    if within not in {str(metres) for metres in WITHIN_M}:
        raise BadQuestion(_("Please choose one of the distances."), field="within")
    names = [name for name in _FILTERS if name != "within"]
    # The point is that of the words it came with; with other words it means nothing.
    is_same_place = query.get("of", words) == words
    return Asked(
        words=words,
        point=read_point(query) if is_same_place else None,
        within_m=int(within),
        selection=read_selection(query, at=at),
        typed={**{name: query.get(name, "") for name in names}, "place": words, "within": within},
    )


def read_selection(query: Query, *, at: datetime) -> Selection:
    """Which requests are asked for; raises ``BadQuestion`` and ``selections.BadAge``."""
    show = query.get("show") or Age.OPEN.value
    zone = clock.city_zone()
    if show == MONTHS:
        first, last = (_month(query.get(name, ""), name) for name in ("first", "last"))
        selection = by_months(first, last, zone=zone)
    elif show in set(Age):
        selection = by_age(Age(show), at=at, zone=zone)
    else:
        raise BadQuestion(_("Please choose which requests to show."), field="show")
    group = query.get("group", "")
    if not group:
        return selection
    of_group = [entry.id for entry in shown_services() if _group_of(entry.id) == group]
    if not of_group:
        raise BadQuestion(_("There is no such group of services."), field="group")
    return selection.of(of_group)


def read_box(query: Query) -> Box:
    """The part of the map in ``box=west,south,east,north``; raises for anything else."""
    try:
        west, south, east, north = (float(number) for number in query.get("box", "").split(","))
    except ValueError:
        raise BadQuestion(_("Give box as west,south,east,north in degrees."), field="box") from None
    return Box(west=west, south=south, east=east, north=north)


def read_zoom(query: Query) -> float:
    """How near the map is; raises ``BadQuestion``."""
    try:
        zoom = float(query.get("zoom", ""))
    except ValueError:
        zoom = -1.0
    if not 0.0 <= zoom <= _GREATEST_ZOOM:
        raise BadQuestion(_("Give zoom as a number from 0 to 24."), field="zoom")
    return zoom


def read_point(query: Query) -> tuple[float, float] | None:
    """The point in ``lon`` and ``lat``, if both are there; raises ``BadQuestion``."""
    told = [query.get(name, "").strip() for name in ("lon", "lat")]
    if not any(told):
        return None
    try:
        longitude, latitude = (float(number) for number in told)
    except ValueError:
        raise BadQuestion(_("lon and lat are both needed, as degrees with a point.")) from None
    if not (-180 <= longitude <= 180 and -85 <= latitude <= 85):
        raise BadQuestion(_("lon must be within 180 degrees and lat within 85."))
    return longitude, latitude


def _month(text: str, name: str) -> date:
    try:
        year, month = (int(number) for number in text.split("-"))
        day = date(year, month, 1)
    except ValueError:
        day = date.min
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise BadQuestion(_("Give the month as year and month: 2026-03."), field=name)
    return day


def _groups() -> dict[str, str]:
    """The groups' names in the reader's language, by those in which addresses name them."""
    shown = {entry.spec.group: _group_of(entry.id) for entry in shown_services()}
    return {shown[group.name]: group.name for group in catalog().groups if group.name in shown}


def _group_of(service_id: int) -> str:
    """The name of a service's group that is the same for everybody who shares an address."""
    return written().service_by_id(service_id).spec.group


def distance(metres: float) -> str:
    """A distance in words, as exact as anybody walks."""
    if metres < 1_000:
        return _("%(n)d meters") % {"n": max(10, round(metres / 10) * 10)}
    return _("%(n)g kilometers") % {"n": round(metres / 1_000, 1)}


def request_told(point: Point, *, at: datetime) -> dict[str, Any]:
    """A request as a line of the list and as a mark on the map says it."""
    entry = catalog().service_by_id(point.service_id)
    return {
        "id": point.request_id,
        "url": f"{_requests_address()}{point.request_id}",
        "service": entry.name,
        "place": point.place,
        "status": point.status.value,
        "state": str(point.status.label),
        "reported": _("Reported %(day)s")
        % {"day": moments.in_words(point.requested_at, at=at, style="day")},
        "reports": _reports(point.report_count),
    }


@cache
def _requests_address() -> str:
    """What the address of every request on the map begins with."""
    return reverse("web:nearby-request", args=[0]).removesuffix("0")


def _reports(count: int) -> str:
    if count < 2:
        return ""
    return ngettext("%(n)d person has reported it", "%(n)d people have reported it", count) % {
        "n": count
    }


def hexagons_told(hexagons: Sequence[Hexagon]) -> list[dict[str, Any]]:
    """The hexagons as lines of a list say them, in their order."""
    return [
        _hexagon_told(hexagon, name=_name_of(hexagon.cell, finely=place < _MOST_NAMED_FINELY))
        for place, hexagon in enumerate(hexagons)
    ]


def _hexagon_told(hexagon: Hexagon, *, name: str) -> dict[str, Any]:
    count = hexagon.count
    if name:
        words = ngettext("%(n)s request around %(name)s", "%(n)s requests around %(name)s", count)
    else:
        words = ngettext("%(n)s request", "%(n)s requests", count)
    number = rounded(count)
    return {"count": count, "number": number, "words": words % {"n": number, "name": name}}


def _name_of(cell: int, *, finely: bool) -> str:
    """What lies in the middle of a hexagon: an address or park in a small one, else an area."""
    middle = cells.middle(cell)
    if finely and cells.resolution_of(cell) >= _NAMED_FINELY_FROM:
        around = surroundings(*middle)
        if name := around.feature or around.park or around.address:
            return name
    index = areas()
    held = (index.neighborhood_at(*point) for point in (middle, *cells.outline(cell)))
    return next((area.name for area in held if area is not None), "")


def points_collection(
    points: Sequence[Point], *, at: datetime, measured: bool = False
) -> dict[str, Any]:
    """The requests as GeoJSON, with a sentence on how many they are.

    ``measured``: their distances are from a place that was asked for, and are told.
    """
    features = [
        _feature(
            {"type": "Point", "coordinates": _rounded((p.longitude, p.latitude))},
            request_told(p, at=at) | ({"distance": distance(p.metres)} if measured else {}),
        )
        for p in points
    ]
    count = len(points)
    sentence = ngettext(
        "%(n)s request is on this part of the map.",
        "%(n)s requests are on this part of the map.",
        count,
    )
    return _collection(features, sentence % {"n": rounded(count)} if count else nothing_here())


def too_many() -> dict[str, Any]:
    """What is said instead of more points than anybody can tell apart."""
    sentence = _("There are too many requests here to show each of them. They are counted instead.")
    return _collection([], sentence, complete=False)


def hexagons_collection(hexagons: Sequence[Hexagon]) -> dict[str, Any]:
    """The counted hexagons as GeoJSON, with a sentence on how many requests they hold."""
    features = [
        _feature(
            {"type": "Polygon", "coordinates": [[_rounded(c) for c in cells.outline(h.cell)]]}, told
        )
        for h, told in zip(hexagons, hexagons_told(hexagons), strict=True)
    ]
    count = sum(h.count for h in hexagons)
    sentence = ngettext(
        "%(n)s request is in these parts of the city.",
        "%(n)s requests are in these parts of the city.",
        count,
    )
    return _collection(features, sentence % {"n": rounded(count)} if count else nothing_here())


def nothing_here() -> str:
    """What is said where nothing is found."""
    return _("No such requests are known here. Look further around, or choose other requests.")


def _collection(
    features: list[dict[str, Any]], summary: str, *, complete: bool = True
) -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        "complete": complete,
        "summary": summary,
        "features": features,
    }


def _feature(geometry: dict[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _rounded(point: tuple[float, float]) -> list[float]:
    return [round(degrees, 5) for degrees in point]
