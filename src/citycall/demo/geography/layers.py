"""The city's administrative areas: each layer covers the city without gap or overlap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely import LineString, Polygon

from .boundary import Ground
from .model import Area, AreaShape, Floats, Ints, Layer
from .mosaic import Mosaic, face_at, grown, joined, spread_centres
from .names import MORE_NEIGHBORHOODS, NEIGHBORHOODS
from .plane import XY, as_area, lines_of, on_earth, polygons_of
from .residents import describe

NEIGHBORHOOD_COUNT = 48
ZIPS = {"21301": (0, 400), "21302": (-800, 3000), "21303": (-2900, 900), "21304": (-2800, 2700),
        "21305": (-1200, -1800), "21306": (1400, 700), "21307": (1900, 2900),
        "21308": (3200, 200)}  # fmt: skip
POLICE = {
    "Central": (-300, 600),
    "Western": (-2400, 600),
    "Eastern": (1700, 500),
    "Southern": (-800, -1900),
}
SECTORS = {"North": (-300, 2800), "Southwest": (-1700, -900), "Southeast": (1900, 300)}
DAYS = {"MON": ("Monday", (-2700, 1200)), "TUE": ("Tuesday", (-700, 2900)),
        "WED": ("Wednesday", (-300, 500)), "THU": ("Thursday", (1900, 1400)),
        "FRI": ("Friday", (-1000, -1900))}  # fmt: skip
FAR_M = 9500.0  # how far the neighbours' ground is drawn from the zero point
COUNTY_LINE: tuple[XY, XY] = ((3120, 4010), (FAR_M, FAR_M))
BAY_LINE: tuple[XY, XY] = ((-2350, -3050), (-FAR_M, -FAR_M))
NEIGHBORS = {
    "calder-county": ("Calder County", "410-555-0111", "Calder County Public Works"),
    "anselm-county": ("Anselm County", "410-555-0124", "Anselm County Service Desk"),
    "ashby-village": ("Ashby Village", "410-555-0138", "Ashby Village Clerk"),
    "tern-point-reservation": (
        "Tern Point Naval Reservation",
        "410-555-0152",
        "Tern Point Base Operations Desk",
    ),
}


@dataclass(frozen=True)
class Division:
    """All layers of one city, and the neighborhood and zip code of each block."""

    boundary: Area
    layers: Mapping[str, Layer]
    neighborhood: Ints
    zip_code: tuple[str, ...]


def divide(mosaic: Mosaic, ground: Ground, seed: int) -> Division:
    """Cut the city into its layers."""
    boundary = as_area(shapely.coverage_union_all(mosaic.faces))
    neighborhood, first = _neighborhoods(mosaic, np.random.default_rng([seed, 21]))
    zips = grown(mosaic, _points(ZIPS.values()), mosaic.people)
    layers = [
        first,
        _council(mosaic, np.random.default_rng([seed, 22])),
        _named(
            mosaic,
            "police_districts",
            "Police districts",
            {name.upper()[:3]: (f"{name} District", at) for name, at in POLICE.items()},
        ),
        _collection(mosaic),
        _named(
            mosaic,
            "public_works_sectors",
            "Public works sectors",
            {name.upper(): (f"{name} Sector", at) for name, at in SECTORS.items()},
        ),
        _named(mosaic, "zip_codes", "ZIP codes", {code: (code, at) for code, at in ZIPS.items()}),
        _neighbors(boundary, ground),
    ]
    codes = tuple(ZIPS)
    return Division(
        on_earth(boundary),
        {layer.code: layer for layer in layers},
        neighborhood,
        tuple(codes[index] for index in zips.tolist()),
    )


def _neighborhoods(mosaic: Mosaic, rng: np.random.Generator) -> tuple[Ints, Layer]:
    centres = spread_centres(
        mosaic, NEIGHBORHOOD_COUNT, mosaic.people, rng, fixed=_points(NEIGHBORHOODS.values())
    )
    label = grown(mosaic, centres)
    shapes = joined(mosaic, label, NEIGHBORHOOD_COUNT)
    spare = [MORE_NEIGHBORHOODS[int(i)] for i in rng.permutation(len(MORE_NEIGHBORHOODS))]
    names = [*NEIGHBORHOODS, *spare][:NEIGHBORHOOD_COUNT]
    traits = describe(mosaic, label, NEIGHBORHOOD_COUNT, rng)
    areas = tuple(
        AreaShape(_slug(name), name, on_earth(shape), properties)
        for name, shape, properties in zip(names, shapes, traits, strict=True)
    )
    return label, Layer("neighborhoods", "Neighborhoods", areas)


def _council(mosaic: Mosaic, rng: np.random.Generator) -> Layer:
    centres = spread_centres(mosaic, 7, mosaic.people, rng)
    order = np.lexsort((centres[:, 0], -centres[:, 1]))
    places = {
        str(rank + 1): (f"Council District {rank + 1}", tuple(centres[index]))
        for rank, index in enumerate(order)
    }
    return _named(mosaic, "council_districts", "Council districts", places)


def _collection(mosaic: Mosaic) -> Layer:
    places = {code: (f"{day} collection", at) for code, (day, at) in DAYS.items()}
    extra = {code: {"collection_day": day} for code, (day, _) in DAYS.items()}
    return _named(mosaic, "collection_days", "Trash collection days", places, extra)


def _named(
    mosaic: Mosaic,
    code: str,
    name: str,
    places: Mapping[str, tuple[str, tuple[float, ...]]],
    extra: Mapping[str, dict[str, Any]] | None = None,
) -> Layer:
    """A layer of areas with about equal population, grown from the given places."""
    label = grown(mosaic, _points(at for _, at in places.values()), mosaic.people)
    shapes = joined(mosaic, label, len(places))
    areas = tuple(
        AreaShape(area, title, on_earth(shape), (extra or {}).get(area, {}))
        for (area, (title, _)), shape in zip(places.items(), shapes, strict=True)
    )
    return Layer(code, name, areas)


def _neighbors(boundary: Area, ground: Ground) -> Layer:
    """The bodies outside the city limits and within its enclaves, and whom to call there."""
    outline = polygons_of(boundary)[0]
    square = shapely.box(-FAR_M, -FAR_M, FAR_M, FAR_M)
    lines = [square.exterior, outline.exterior, LineString(COUNTY_LINE), LineString(BAY_LINE)]
    around = polygons_of(shapely.polygonize(lines_of(shapely.node(shapely.union_all(lines)))))
    outside = [
        face
        for face in around
        if not outline.covers(face.representative_point()) and not _is_enclave(face, ground)
    ]
    west_first = sorted(outside, key=lambda face: face.centroid.x)
    shapes = dict(zip(("calder-county", "anselm-county"), west_first, strict=True))
    for ring in outline.interiors:
        hole = Polygon(ring)
        name = next(
            name
            for name, area in ground.enclaves.items()
            if area.contains(hole.representative_point())
        )
        shapes[next(code for code, row in NEIGHBORS.items() if row[0] == name)] = hole
    areas = tuple(
        AreaShape(code, name, on_earth(shapes[code]), {"phone": phone, "contact": desk})
        for code, (name, phone, desk) in NEIGHBORS.items()
    )
    return Layer("neighbors", "Neighboring bodies", areas)


def _is_enclave(face: Polygon, ground: Ground) -> bool:
    middle = face.representative_point()
    return any(area.contains(middle) for area in ground.enclaves.values())


def zip_at(mosaic: Mosaic, division: Division, xy: Floats) -> list[str]:
    """ZIP codes at positions in metres."""
    return [division.zip_code[index] for index in face_at(mosaic, xy).tolist()]


def _points(places: Any) -> Floats:
    return np.array([tuple(place) for place in places], dtype=float)


def _slug(name: str) -> str:
    return name.lower().replace("'", "").replace(" ", "-")
