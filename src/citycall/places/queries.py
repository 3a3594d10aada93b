"""Reads: the areas in memory, whether a location is in the city, and places by their names."""

from collections.abc import Iterator, Mapping, Sequence

import shapely
from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from shapely import MultiPolygon, Polygon

from citycall.core.errors import DomainError
from citycall.core.snapshots import Snapshot
from citycall.places import coordinates
from citycall.places.candidates import Answer, Surroundings
from citycall.places.index import AreaIndex, AreaRef, StoredArea
from citycall.places.locations import Location
from citycall.places.models import Area, AreaLayer
from citycall.places.search import answering, describing, picture
from citycall.places.search.picture import Gazetteer

# A phone that is unsure by more than this is not believed to be in the city on that account.
GREATEST_BENEFIT_OF_DOUBT_M = 250.0

__all__ = [
    "AREAS",
    "GAZETTEER",
    "AreaIndex",
    "OutsideCity",
    "areas",
    "check_inside",
    "search",
    "shape_of",
    "surroundings",
]


class OutsideCity(DomainError):
    """The place is not in the city; the sentence says whose it is, where that is known."""

    code = "outside_city"
    status = 422


def _load() -> AreaIndex:
    kinds: dict[str, list[StoredArea]] = {kind: [] for kind in AreaLayer.Kind.values}
    rows = Area.objects.filter(retired=False).select_related("layer").order_by("pk")
    for row in rows.iterator():
        kinds[row.layer.kind].append(StoredArea(_ref(row), shape_of(row)))
    return AreaIndex(
        partitions=kinds[AreaLayer.Kind.PARTITION],
        boundary=kinds[AreaLayer.Kind.BOUNDARY],
        neighbors=kinds[AreaLayer.Kind.NEIGHBOR],
        retired=list(_retired()),
    )


def shape_of(row: Area) -> Polygon | MultiPolygon:
    """The stored shape, in degrees of longitude and latitude."""
    shape = shapely.from_wkb(bytes(row.shape))
    if not isinstance(shape, Polygon | MultiPolygon):
        raise TypeError(f"area {row.pk} holds a {shape.geom_type}")
    return shape


def _retired() -> Iterator[AreaRef]:
    rows = Area.objects.filter(retired=True).select_related("layer").defer("shape")
    return (_ref(row) for row in rows.order_by("pk"))


def _ref(row: Area) -> AreaRef:
    return AreaRef(
        id=row.pk,
        layer=row.layer.code,
        code=row.code,
        name=row.name,
        phone=str(row.properties.get("phone") or ""),
        website=str(row.properties.get("website") or ""),
        retired=row.retired,
    )


AREAS = Snapshot("areas", _load)
GAZETTEER: Snapshot[Gazetteer] = Snapshot("gazetteer", picture.load)


def areas() -> AreaIndex:
    """All layers in memory, at most a second behind the tables."""
    return AREAS.get()


def search(
    words: str,
    *,
    near: coordinates.Point | None = None,
    limit: int = 8,
    typing: bool = False,
) -> Answer:
    """The places that words may mean, best first, and whether the first is surely meant.

    Takes whatever a person says or types: addresses, blocks, corners, names, numbers of poles
    and stops, coordinates, mixtures, in English or Spanish, misspelt or (``typing``) only begun.
    ``near`` is a (longitude, latitude) whose surroundings tip ties. At most ``limit`` candidates.
    """
    return answering.answer(
        words,
        GAZETTEER.get(),
        areas(),
        city=settings.CITYCALL_CITY_NAME,
        near=near,
        limit=limit,
        typing=typing,
    )


def outlines(layer: str, *, tolerance: float) -> tuple[tuple[coordinates.Point, ...], ...]:
    """The outer rings of a layer's areas, as points of longitude and latitude, for small maps.

    A ring strays at most ``tolerance`` degrees from the area's own.
    """
    found = []
    for row in _present(layer):
        found += [_points(part.exterior) for part in _simpler(row, tolerance)]
    return tuple(found)


def drawn_areas(
    layer: str, *, tolerance: float
) -> Mapping[int, tuple[tuple[coordinates.Point, ...], ...]]:
    """The rings of each area of a layer by its id, holes among them, for small maps.

    A ring strays at most ``tolerance`` degrees from the area's own.
    """
    return {
        row.pk: tuple(
            _points(ring)
            for part in _simpler(row, tolerance)
            for ring in (part.exterior, *part.interiors)
        )
        for row in _present(layer)
    }


def residents(layer: str) -> Mapping[int, int]:
    """How many people live in each area of a layer, where its file said so (``population``)."""
    rows = _present(layer).values_list("pk", "properties__population")
    return {pk: int(told) for pk, told in rows if isinstance(told, int | float) and told > 0}


def _present(layer: str) -> QuerySet[Area]:
    return Area.objects.filter(layer__code=layer, retired=False).order_by("pk")


def _simpler(row: Area, tolerance: float) -> Sequence[Polygon]:
    simpler = shapely.simplify(shape_of(row), tolerance)
    return list(simpler.geoms) if isinstance(simpler, MultiPolygon) else [simpler]


def _points(ring: shapely.LinearRing) -> tuple[coordinates.Point, ...]:
    points = shapely.get_coordinates(ring).round(5)
    return tuple((x, y) for x, y in points.tolist())


def surroundings(longitude: float, latitude: float) -> Surroundings:
    """What lies at and around a point, in words that a crew can use."""
    return describing.describe_point(longitude, latitude, GAZETTEER.get(), areas())


def check_inside(location: Location) -> None:
    """Raise ``OutsideCity`` where the location's point lies outside the boundary.

    A location without a point passes, and so does one whose own accuracy reaches the city.
    """
    if location.point is None:
        return
    index = areas()
    longitude, latitude = location.point
    if index.inside_city(longitude, latitude):
        return
    doubt_m = min(location.accuracy_m or 0.0, GREATEST_BENEFIT_OF_DOUBT_M)
    if doubt_m and index.metres_to_city(longitude, latitude) <= doubt_m:
        return
    raise OutsideCity(_outside(index, location.point), field="location")


def _outside(index: AreaIndex, point: coordinates.Point) -> str:
    longitude, latitude = point
    city = settings.CITYCALL_CITY_NAME
    if -90 <= longitude <= 90 and index.inside_city(latitude, longitude):
        return _("This place is outside %(city)s. Longitude and latitude seem to be swapped.") % {
            "city": city
        }
    neighbor = index.neighbor_at(longitude, latitude)
    if neighbor is None:
        return _("This place is outside %(city)s, so the city cannot act on it.") % {"city": city}
    names = {"city": city, "neighbor": neighbor.name, "reach": neighbor.phone or neighbor.website}
    if not names["reach"]:
        return _("This place is outside %(city)s, in %(neighbor)s. Please tell them.") % names
    return (
        _("This place is outside %(city)s, in %(neighbor)s. Please contact them at %(reach)s.")
        % names
    )
