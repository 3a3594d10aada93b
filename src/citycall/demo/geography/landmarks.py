"""Landmarks, public buildings, schools and bridges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString

from .addressing import Addresser
from .boundary import Ground
from .model import Floats, Landmark, Layer
from .mosaic import Mosaic, spread_centres
from .names import NameBook
from .plane import XY, lines_of, on_earth, to_metres
from .skeleton import Path

BUILDING_SETBACK_M = 16.0  # from a building's address to its middle
SCHOOLS = (
    ("Elementary School", 13),
    ("Elementary/Middle School", 4),
    ("Middle School", 4),
    ("High School", 5),
)


@dataclass(frozen=True)
class Site:
    """A place to be: what it is, about where, and what else people call it."""

    name: str
    kind: str
    subtype: str
    at: XY
    aliases: tuple[str, ...] = ()


SITES = (
    Site(
        "Port Calder City Hall",
        "public_building",
        "city_hall",
        (-90, 270),
        ("City Hall", "Municipal Building"),
    ),
    Site(
        "Calder County Courthouse Annex",
        "public_building",
        "courthouse",
        (-210, 380),
        ("the Annex",),
    ),
    Site(
        "Port Calder Police Headquarters", "public_building", "police", (150, 560), ("Police HQ",)
    ),
    Site("Department of Public Works Yard", "public_building", "yard", (3420, 60), ("DPW Yard",)),
    Site("Western Sanitation Yard", "public_building", "yard", (-2600, -1500), ("Trash Yard",)),
    Site(
        "Port Calder Animal Shelter",
        "public_building",
        "animal_shelter",
        (-3100, -1480),
        ("the Pound",),
    ),
    Site("Uptown Resource Center", "public_building", "resource_center", (-700, 1150)),
    Site("Skipjack Stadium", "landmark", "stadium", (-480, -720), ("the Ballpark", "Skipjacks")),
    Site("Drydock Arena", "landmark", "arena", (230, 170), ("the Drydock",)),
    Site("Haymarket Hall", "landmark", "market", (-330, 160), ("the Haymarket", "Old Market")),
    Site("Eastbank Market", "landmark", "market", (1250, 520), ("the East Market",)),
    Site("Museum of the Harbor", "landmark", "museum", (310, -330), ("Harbor Museum",)),
    Site("Calder Museum of Art", "landmark", "museum", (-450, 2960), ("Art Museum",)),
    Site("Weavers Mill Museum", "landmark", "museum", (-1500, -1000), ("the Old Mill",)),
    Site("Packet Theater", "landmark", "theater", (120, 430), ("the Packet",)),
    Site("Lightship Aquarium", "landmark", "aquarium", (300, -700), ("Aquarium",)),
    Site("Port Calder University", "landmark", "university", (-1350, 2350), ("PCU", "the U")),
    Site("Tidewater Community College", "landmark", "college", (-700, -2500), ("TCC",)),
    Site("Signal Tower", "landmark", "tower", (1480, -450), ("the Lamp",)),
    Site("Ferry Terminal", "landmark", "ferry", (1000, -120), ("Water Taxi Landing",)),
    Site("Cruise Terminal", "landmark", "terminal", (430, -2400)),
    Site("Anselm Container Terminal", "landmark", "terminal", (3550, -900), ("the Docks",)),
    Site("Mariners' Cathedral", "landmark", "worship", (-350, 800), ("the Cathedral",)),
    Site("Grain Elevator No. 3", "landmark", "industry", (2250, 380), ("the Elevator",)),
    Site("Calder Memorial Hospital", "landmark", "hospital", (-600, 1500), ("Memorial", "CMH")),
    Site("Saint Brannock Hospital", "landmark", "hospital", (1650, 1150), ("Saint Brannock's",)),
    Site(
        "Lakeside Children's Hospital",
        "landmark",
        "hospital",
        (-2250, 3050),
        ("Children's Hospital",),
    ),
    Site("Eastgate Plaza", "landmark", "shopping", (3450, 1050), ("Eastgate",)),
    Site("Summit Shopping Center", "landmark", "shopping", (-2250, 3250), ("Summit Plaza",)),
    Site("Calder Cemetery", "landmark", "cemetery", (-2000, -2500), ("Old Burying Ground",)),
)
LIBRARIES: dict[str, XY] = {
    "Central": (-160, 620), "Eastbank": (1350, 900), "Summit": (-700, 3200),
    "Lakeside": (-3250, 2200), "Westfield": (-2350, 650), "Weavers": (-1300, -1600),
    "Southgate": (-900, -2700), "Tern Point": (2150, -500), "Collier": (1500, 2900),
}  # fmt: skip
FIRE_STATIONS: dict[int, XY] = {
    1: (-60, 450), 3: (1100, 700), 4: (-1000, 1300), 7: (-2500, 900), 9: (-1400, -1200),
    11: (-500, -2300), 14: (2000, -400), 16: (-2400, 3300), 18: (1300, 3100), 21: (3300, 800),
    22: (-500, 2700),
}  # fmt: skip
OLD_BRIDGES = {
    "Granary Ave Bridge": ("Ferryman's Bridge", "the Green Bridge"),
    "Crosstown Pkwy Bridge": ("Riveters Memorial Bridge",),
    "Summit Ave Bridge": ("the High Bridge",),
}


def to_landmarks(
    mosaic: Mosaic,
    neighborhoods: Layer,
    addresser: Addresser,
    names: NameBook,
    rng: np.random.Generator,
) -> tuple[Landmark, ...]:
    """All landmarks with the address and position of a nearby lot."""
    sites = [*SITES, *_libraries(), *_fire_stations(), *_schools(mosaic, neighborhoods, names, rng)]
    return tuple(_built(serial + 1, site, addresser) for serial, site in enumerate(sites))


def _built(serial: int, site: Site, addresser: Addresser) -> Landmark:
    """The site on the nearest street, set back from it on its own side."""
    address, door = addresser.near(np.array(site.at, dtype=float))
    inward = door - addresser.curb(door)
    at = door + inward / np.sqrt((inward**2).sum()) * BUILDING_SETBACK_M
    return Landmark(
        code=f"LM-{serial:03d}",
        name=site.name,
        kind=site.kind,
        subtype=site.subtype,
        aliases=site.aliases,
        address=address,
        point=on_earth(shapely.Point(float(at[0]), float(at[1]))),
    )


def _libraries() -> Iterator[Site]:
    for name, at in LIBRARIES.items():
        branch = "Central Library" if name == "Central" else f"{name} Branch Library"
        yield Site(branch, "public_building", "library", at, (f"{name} Library",))


def _fire_stations() -> Iterator[Site]:
    for number, at in FIRE_STATIONS.items():
        yield Site(
            f"Engine Company {number}",
            "public_building",
            "fire_station",
            at,
            (f"Fire Station {number}", f"Firehouse {number}"),
        )


def _schools(
    mosaic: Mosaic, neighborhoods: Layer, names: NameBook, rng: np.random.Generator
) -> Iterator[Site]:
    """Schools spread where people live, named for people or for their neighborhood."""
    count = sum(number for _, number in SCHOOLS)
    centres = spread_centres(mosaic, count, mosaic.people, rng)
    kinds = [kind for kind, number in SCHOOLS for _ in range(number)]
    used: set[str] = set()
    for centre, turn in zip(centres, rng.permutation(count), strict=True):
        kind = kinds[int(turn)]
        place = _area_name(neighborhoods, centre)
        if turn % 2 or f"{place} {kind}" in used:
            place = names.fresh("honor")
        used.add(f"{place} {kind}")
        yield Site(
            f"{place} {kind}",
            "school",
            "school",
            (float(centre[0]), float(centre[1])),
            (f"{place} School",),
        )


def _area_name(layer: Layer, xy: Floats) -> str:
    """The name of the area whose middle is nearest."""
    middles = to_metres(shapely.get_coordinates([area.polygon.centroid for area in layer.areas]))
    return layer.areas[int(((middles - xy) ** 2).sum(axis=1).argmin())].name


def to_bridges(paths: list[Path], ground: Ground, first_serial: int) -> tuple[Landmark, ...]:
    """The longest crossing of each main road over each river or brook within the limits."""
    longest: dict[str, LineString] = {}
    for path in paths:
        for span in _spans(path, ground):
            name = _bridge_name(path.name, span, ground)
            if span.length > longest.get(name, LineString()).length:
                longest[name] = span
    return tuple(
        Landmark(
            code=f"LM-{serial:03d}",
            name=name,
            kind="bridge",
            subtype="bridge",
            aliases=OLD_BRIDGES.get(name, ()),
            address="",
            point=on_earth(longest[name].centroid),
        )
        for serial, name in enumerate(sorted(longest), first_serial)
    )


def _bridge_name(road: str, span: LineString, ground: Ground) -> str:
    for brook, course in ground.brooks.items():
        if shapely.dwithin(course, span, 15.0):
            return f"{road} Bridge over {brook}"
    return f"{road} Bridge"


def _spans(path: Path, ground: Ground) -> list[LineString]:
    crossing = shapely.intersection(path.line, shapely.intersection(ground.water, ground.limits))
    return [span for span in lines_of(crossing) if span.length > 10]
