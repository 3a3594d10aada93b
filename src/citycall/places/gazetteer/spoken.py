"""What people call places and streets, put onto those that are built already."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from django.utils.translation import gettext as _
from shapely import MultiPolygon, Point, Polygon

from citycall.places.coordinates import Point as LonLat
from citycall.places.gazetteer.built import (
    BadRow,
    BuiltBlock,
    BuiltPlace,
    Codes,
    NamedArea,
    Refused,
)
from citycall.places.gazetteer.features import NEIGHBORHOOD, middle_of
from citycall.places.gazetteer.ground import Ground, radius_m
from citycall.places.gazetteer.lookup import Lookup
from citycall.places.gazetteer.manifest import NAMES
from citycall.places.gazetteer.names_file import SpokenName, SpokenStreet
from citycall.places.street_names import standard
from citycall.places.words import fold


def name_streets(
    blocks: Sequence[BuiltBlock], entries: Sequence[SpokenStreet]
) -> tuple[list[BuiltBlock], list[Refused]]:
    """The blocks with their streets' other names; entries without a street are refused."""
    others: dict[str, list[str]] = defaultdict(list)
    known = {block.name for block in blocks}
    refused = []
    for number, entry in enumerate(entries, start=1):
        name = standard(entry.name)
        if name not in known:
            reason = _("There is no street called “%(name)s”.") % {"name": name}
            refused.append(Refused(NAMES, number, "", entry.name, reason))
        others[name] += entry.others()
    return [_also(block, others.get(block.name, ())) for block in blocks], refused


def _also(block: BuiltBlock, names: Sequence[str]) -> BuiltBlock:
    added = [name for name in names if name and name != block.name]
    if not added:
        return block
    return replace(block, other_names=tuple(dict.fromkeys((*block.other_names, *added))))


class Speaking:
    """Puts spoken names onto places that are built already, and makes those that are new."""

    def __init__(
        self,
        places: Iterable[BuiltPlace],
        areas: Iterable[NamedArea],
        lookup: Lookup,
        ground: Ground,
    ) -> None:
        self._lookup, self._ground = lookup, ground
        self._by_name: dict[str, list[BuiltPlace]] = defaultdict(list)
        self._by_alias: dict[str, list[BuiltPlace]] = defaultdict(list)
        self._areas: dict[str, list[NamedArea]] = defaultdict(list)
        for place in places:
            self._know(place)
        for area in areas:
            self._areas[fold(area.name)].append(area)

    def put(
        self, entries: Sequence[SpokenName], codes: Codes
    ) -> tuple[list[BuiltPlace], list[Refused]]:
        """The new places; entries that mean nothing are refused. ``of`` comes last, so that it
        may speak of the file's own places.
        """
        made: list[BuiltPlace] = []
        refused: list[Refused] = []
        order = sorted(enumerate(entries, start=1), key=lambda pair: pair[1].of is not None)
        for number, entry in order:
            try:
                made += self._take(entry, codes)
            except BadRow as error:
                name = entry.name or entry.of or ""
                refused.append(Refused(NAMES, number, "", name, str(error)))
        return made, refused

    def _take(self, entry: SpokenName, codes: Codes) -> Iterator[BuiltPlace]:
        if entry.of is not None:
            for place in self._meant(entry.of, entry.kind):
                place.add_aliases(entry.others())
                place.names.update(entry.own_names())
            return
        place = self._new(entry, codes)
        self._know(place)
        yield place

    def _know(self, place: BuiltPlace) -> None:
        self._by_name[fold(place.name)].append(place)
        for alias in place.aliases:
            self._by_alias[fold(alias)].append(place)

    def _meant(self, name: str, kind: str | None) -> list[BuiltPlace]:
        """The existing places of a name: two where two layers tell of one, such as a park that
        is a landmark too; a neighborhood only where nothing else is called so.
        """
        found = self._by_name.get(fold(name)) or self._by_alias.get(fold(name)) or []
        fitting = (
            [place for place in found if place.kind == kind]
            or [place for place in found if place.kind != NEIGHBORHOOD]
            or found
        )
        if not fitting:
            raise BadRow(_("There is no place called “%(name)s”.") % {"name": name})
        kinds = {place.kind for place in fitting}
        if len(fitting) > len(kinds):
            sentence = _("%(n)s places of one kind are called “%(name)s”.")
            raise BadRow(sentence % {"n": len(fitting), "name": name})
        return fitting

    def _new(self, entry: SpokenName, codes: Codes) -> BuiltPlace:
        assert entry.name is not None, "the spec has checked it"
        assert entry.kind is not None, "the spec has checked it"
        parent, outline = self._around(entry.inside) if entry.inside else ("", None)
        point, accuracy = self._place_of(entry, outline)
        place = BuiltPlace(
            code=codes.take(NAMES, "", {}, content=f"{entry.kind}|{fold(entry.name)}|{parent}"),
            layer=NAMES,
            kind=entry.kind,
            name=entry.name,
            point=point,
            parent=parent,
            names=entry.own_names(),
            address=entry.address or (entry.at or ""),
            accuracy_m=accuracy,
        )
        place.add_aliases(entry.others())
        return place

    def _place_of(
        self, entry: SpokenName, outline: Polygon | MultiPolygon | None
    ) -> tuple[LonLat, float]:
        if entry.point is not None:
            fault = self._ground.fault_of(Point(entry.point))
            if fault:
                raise BadRow(fault)
            return entry.point, 0.0
        if entry.at is not None:
            return self._lookup.find(entry.at)
        assert outline is not None, "the spec has checked that it lies in something"
        middle = middle_of(outline)
        return middle, radius_m(outline, middle)

    def _around(self, name: str) -> tuple[str, Polygon | MultiPolygon]:
        """The park, other place or area of a name that has a shape: its name and its shape."""
        found = self._by_name.get(fold(name), []) + self._by_alias.get(fold(name), [])
        shaped = [(place, place.shape) for place in found if place.shape is not None]
        for place, outline in sorted(shaped, key=lambda pair: pair[0].kind != "park"):
            return place.name, outline
        for area in self._areas.get(fold(name), []):
            return area.name, area.shape
        raise BadRow(_("There is no park or area called “%(name)s”.") % {"name": name})
