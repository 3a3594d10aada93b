"""How the city's own map is drawn: one MapLibre style, by day and by night.

It names no ``glyphs``: letters are drawn in the browser with the page's own fonts, so every
script that the reader's device has is shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from citycall.places.tile_store import HIGHEST_ZOOM, LOWEST_ZOOM, TileSet

Theme = Literal["light", "dark"]
Json = dict[str, Any]

FONT: Final = ["Public Sans Web"]
SOURCE: Final = "city"
GREEN: Final = ["park", "garden"]
PLAY: Final = ["field", "court", "playground", "pool", "pavilion"]
PUBLIC: Final = ["school", "library", "hospital", "public_building", "recreation_center"]
MARKS: Final = ["station", "landmark", "bridge", "market"]


@dataclass(frozen=True, slots=True)
class Palette:
    """The colors of one theme. Streets stand out from the land also in bright sunlight."""

    beyond: str
    land: str
    water: str
    green: str
    play: str
    public: str
    building: str
    building_edge: str
    casing: str
    street: str
    main: str
    main_casing: str
    highway: str
    highway_casing: str
    alley: str
    path: str
    city_line: str
    area_line: str
    asset: str
    words: str
    park_words: str
    water_words: str
    area_words: str
    halo: str


PALETTES: Final[Mapping[Theme, Palette]] = {
    "light": Palette(
        beyond="#dcdee0",
        land="#f5f5f0",
        water="#9dc9e6",
        green="#c5e3b6",
        play="#a4d08f",
        public="#ebe0cd",
        building="#e1dad0",
        building_edge="#c2b8aa",
        casing="#9b9d9a",
        street="#ffffff",
        main="#ffe9a3",
        main_casing="#9c7b16",
        highway="#f5b071",
        highway_casing="#a0521a",
        alley="#a5a6a2",
        path="#7d6b52",
        city_line="#162e51",
        area_line="#6b6f75",
        asset="#7a4b00",
        words="#1b1b1b",
        park_words="#154c12",
        water_words="#0b3f66",
        area_words="#454b54",
        halo="#ffffff",
    ),
    "dark": Palette(
        beyond="#0d1116",
        land="#1c232b",
        water="#123d5c",
        green="#21412a",
        play="#2f5c3a",
        public="#332f2a",
        building="#2c333c",
        building_edge="#3c4652",
        casing="#10151a",
        street="#5d6874",
        main="#9b864b",
        main_casing="#10151a",
        highway="#b27746",
        highway_casing="#10151a",
        alley="#48525c",
        path="#8d7a5f",
        city_line="#a9c7ee",
        area_line="#87909a",
        asset="#ffbe2e",
        words="#f5f5f5",
        park_words="#bfe8b4",
        water_words="#b3dcf7",
        area_words="#c6cace",
        halo="#0d1116",
    ),
}


def style(theme: Theme, tiles: TileSet) -> Json:
    """The MapLibre style of the city's own map, for the tiles as they were built."""
    colors = PALETTES[theme]
    return {
        "version": 8,
        "name": f"CityCall {theme}",
        "sources": {
            SOURCE: {
                "type": "vector",
                "tiles": [f"/tiles/{tiles.version}/{{z}}/{{x}}/{{y}}.pbf"],
                "minzoom": LOWEST_ZOOM,
                "maxzoom": HIGHEST_ZOOM,
                "bounds": list(tiles.bounds),
            }
        },
        "layers": [
            {
                "id": "beyond",
                "type": "background",
                "paint": {"background-color": colors.beyond},
            },
            *_grounds(colors),
            *_streets(colors),
            *_outlines(colors),
            *_words(colors),
        ],
    }


def _grounds(colors: Palette) -> list[Json]:
    return [
        _fill("land", "ground", colors.land, ["==", ["get", "kind"], "city"]),
        _fill("public", "grounds", colors.public, _one_of(PUBLIC)),
        _fill("green", "grounds", colors.green, _one_of(GREEN)),
        _fill("play", "grounds", colors.play, _one_of(PLAY)),
        _fill("water", "water", colors.water),
        {
            **_fill("buildings", "buildings", colors.building),
            "paint": {
                "fill-color": colors.building,
                "fill-outline-color": colors.building_edge,
            },
        },
    ]


def _streets(colors: Palette) -> list[Json]:
    """Casings below all fills, so that crossings are open."""
    kinds = [
        ("street", ["street", "tunnel"], colors.street, colors.casing, 1.0),
        ("main", ["main"], colors.main, colors.main_casing, 1.6),
        ("highway", ["highway", "ramp"], colors.highway, colors.highway_casing, 1.9),
    ]
    drawn = [
        _road("alley", ["alley"], colors.alley, _width(0.45)),
        {
            **_road("path", ["path"], colors.path, _width(0.2)),
            "paint": {
                "line-color": colors.path,
                "line-width": _width(0.2),
                "line-dasharray": [3, 2],
            },
        },
    ]
    drawn += [
        _road(f"{name}-casing", classes, casing, _width(size, rim=True))
        for name, classes, _color, casing, size in kinds
    ]
    drawn += [
        _road(name, classes, color, _width(size)) for name, classes, color, _casing, size in kinds
    ]
    return drawn


def _outlines(colors: Palette) -> list[Json]:
    return [
        {
            **_layer("areas", "line", "outlines"),
            "minzoom": 12,
            "filter": ["==", ["get", "finest"], True],
            "paint": {
                "line-color": colors.area_line,
                "line-width": 1.25,
                "line-dasharray": [2, 3],
                "line-opacity": 0.8,
            },
        },
        {
            **_layer("city-line", "line", "outlines"),
            "filter": ["==", ["get", "kind"], "city"],
            "paint": {
                "line-color": colors.city_line,
                "line-width": ["interpolate", ["linear"], ["zoom"], 10, 1.5, 16, 4],
                "line-dasharray": [4, 2],
            },
        },
        {
            **_layer("assets", "circle", "assets"),
            "minzoom": 16.5,
            "paint": {
                "circle-color": colors.asset,
                "circle-radius": ["interpolate", ["linear"], ["zoom"], 16.5, 2.5, 19, 6],
                "circle-stroke-color": colors.halo,
                "circle-stroke-width": 1,
            },
        },
    ]


def _words(colors: Palette) -> list[Json]:
    """Names, the most telling last, since the later ones are placed first."""
    ink, halo = colors.words, colors.halo
    neighborhood = ["==", ["get", "kind"], "neighborhood"]
    neighbor = ["==", ["get", "kind"], "neighbor"]
    return [
        _name("asset-names", _ink(colors.asset, halo), 11, 17.5, layer="assets", offset=0.9),
        _name("place-names", _ink(ink, halo), 12, 16, _others()),
        _name("public-names", _ink(ink, halo), 12, 14.5, _one_of(PUBLIC)),
        _name("play-names", _ink(colors.park_words, halo), 11, 15.5, _one_of(PLAY)),
        _street_names("alley-names", colors, ["alley", "path"], minzoom=16.5, size=11),
        _street_names("street-names", colors, ["street", "tunnel"], minzoom=14, size=12),
        _street_names("main-names", colors, ["main", "highway"], minzoom=12, size=13),
        {
            **_name("area-names", _ink(colors.area_words, halo), 12, 12, neighborhood),
            "maxzoom": 15.5,
        },
        _name("mark-names", _ink(ink, halo), 12, 14, _one_of(MARKS)),
        _name("park-names", _ink(colors.park_words, halo), 12.5, 12, _one_of(GREEN)),
        _name("neighbor-names", _ink(colors.area_words, halo), 14, LOWEST_ZOOM, neighbor),
    ]


def _one_of(kinds: list[str]) -> list[Any]:
    return ["in", ["get", "kind"], ["literal", kinds]]


def _others() -> list[Any]:
    """Kinds that have no layer of their own."""
    return ["!", _one_of([*GREEN, *PLAY, *PUBLIC, *MARKS, "neighborhood", "neighbor"])]


def _layer(name: str, kind: str, layer: str) -> Json:
    return {"id": name, "type": kind, "source": SOURCE, "source-layer": layer}


def _fill(name: str, layer: str, color: str, where: list[Any] | None = None) -> Json:
    drawn = {**_layer(name, "fill", layer), "paint": {"fill-color": color}}
    return {**drawn, "filter": where} if where else drawn


def _road(name: str, classes: list[str], color: str, width: list[Any]) -> Json:
    return {
        **_layer(name, "line", "streets"),
        "filter": ["in", ["get", "class"], ["literal", classes]],
        "layout": {"line-cap": "round", "line-join": "round"},
        "paint": {"line-color": color, "line-width": width},
    }


def _width(size: float, *, rim: bool = False) -> list[Any]:
    """Growing with the zoom, in pixels: ``size`` 1 is a street's; with the rim on both sides."""
    stops = ((11, 0.5, 0.6), (13, 1.5, 1.2), (15, 5.0, 2.0), (17, 12.0, 2.0), (19, 30.0, 2.0))
    widths = ((zoom, width * size + (edge if rim else 0.0)) for zoom, width, edge in stops)
    return [
        "interpolate",
        ["exponential", 1.4],
        ["zoom"],
        *(part for pair in widths for part in pair),
    ]


def _name(
    name: str,
    paint: Json,
    size: float,
    minzoom: float,
    where: list[Any] | None = None,
    *,
    layer: str = "labels",
    offset: float = 0.0,
) -> Json:
    drawn: Json = {
        **_layer(name, "symbol", layer),
        "minzoom": minzoom,
        "layout": {
            "text-field": ["get", "name"],
            "text-font": FONT,
            "text-size": size,
            "text-max-width": 8,
            "text-padding": 4,
            "text-anchor": "top" if offset else "center",
            "text-offset": [0, offset],
        },
        "paint": paint,
    }
    return {**drawn, "filter": where} if where else drawn


def _street_names(
    name: str, colors: Palette, classes: list[str], *, minzoom: float, size: float
) -> Json:
    return {
        **_layer(name, "symbol", "streets"),
        "minzoom": minzoom,
        "filter": ["in", ["get", "class"], ["literal", classes]],
        "layout": {
            "symbol-placement": "line",
            "symbol-spacing": 320,
            "text-field": ["get", "name"],
            "text-font": FONT,
            "text-size": size,
            "text-padding": 6,
        },
        "paint": _ink(colors.words, colors.halo),
    }


def _ink(color: str, halo: str) -> Json:
    """A name's color with a rim, which keeps it readable on every ground."""
    return {"text-color": color, "text-halo-color": halo, "text-halo-width": 1.75}
