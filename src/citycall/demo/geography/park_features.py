"""What people call the parts of the great parks, with wished places in metres."""

from __future__ import annotations

from dataclasses import dataclass

from .plane import XY


@dataclass(frozen=True)
class Spot:
    """A named part of a park and about where it lies."""

    name: str
    kind: str
    at: XY
    aliases: tuple[str, ...] = ()


GREAT_FEATURES: dict[str, list[Spot]] = {
    "Falling Run Park": [
        Spot(
            "Mercer's Field",
            "field",
            (-2250, -260),
            ("Mercers Field", "Mercer Field", "the Mercer"),
        ),
        Spot("Tannery Meadow", "field", (-3100, -900), ("Circus Grounds", "the old circus lot")),
        Spot("Upper Diamond", "field", (-3150, -200), ("Diamond 1", "Upper Ballfield")),
        Spot("Lower Diamond", "field", (-2950, -300), ("Diamond 2", "Lower Ballfield")),
        Spot("Kettle Field", "field", (-2050, -850), ("Kettle Drum Field",)),
        Spot("Falling Run Playground", "playground", (-2400, -120), ("Rocket Playground",)),
        Spot("Mill Dam Playground", "playground", (-2000, -480)),
        Spot("Commerce Street Gate", "entrance", (-2480, -6), ("Commerce Gate", "Main Gate")),
        Spot("Weavers Gate", "entrance", (-2400, -1140), ("South Gate",)),
        Spot("Western Avenue Entrance", "entrance", (-1890, -300), ("East Steps",)),
        Spot("Kiln Pavilion", "pavilion", (-2550, -820), ("Picnic Shelter 4", "Shelter 4")),
        Spot("Fern Pavilion", "pavilion", (-3200, -600), ("Picnic Shelter 1",)),
        Spot("Sycamore Loop Trailhead", "trailhead", (-2900, -520), ("Loop Trail",)),
        Spot("Mill Race Community Garden", "garden", (-2120, -700)),
        Spot("Hounds' Green", "dog_park", (-2600, -1050), ("Dog Run", "Hounds Green")),
    ],
    "Herring Run Park": [
        Spot(
            "Hooper's Field",
            "field",
            (2870, 2650),
            ("Hoopers Field", "Hooper Field", "Hooper's Ballfield"),
        ),
        Spot("Alewife Field", "field", (3150, 1800), ("Field No. 2",)),
        Spot("Shad Landing Playground", "playground", (2800, 2300), ("Shad Landing",)),
        Spot("Summit Avenue Entrance", "entrance", (2980, 3140), ("North Gate",)),
        Spot("Crosstown Entrance", "entrance", (2760, 1450), ("Crosstown Gate",)),
        Spot("Ashby Steps", "entrance", (2730, 2480), ("the hundred steps",)),
        Spot("Otter Bend Pavilion", "pavilion", (3080, 2200), ("Otter Bend",)),
        Spot("Herring Run Trailhead", "trailhead", (2830, 1650)),
        Spot("Heronry Garden", "garden", (2900, 2950)),
    ],
    "Lower Herring Run Park": [
        Spot("Quarry Field", "field", (3080, 900), ("Stonecutters Field",)),
        Spot("Smelt Field", "field", (2720, 700)),
        Spot("Quarry Playground", "playground", (3120, 1150)),
        Spot("Granary Gate", "entrance", (2700, 465)),
        Spot("Valley Road Entrance", "entrance", (3190, 800)),
        Spot("Ledge Pavilion", "pavilion", (2720, 1150), ("Picnic Shelter 7",)),
    ],
    "Lake Ansel Park": [
        Spot("Ansel Boathouse", "boathouse", (-2560, 2240), ("the Boathouse",)),
        Spot("Band Lawn", "field", (-2270, 2760), ("Concert Lawn", "Bandshell Lawn")),
        Spot("Gatehouse Field", "field", (-2850, 2170), ("Old Pumping Field",)),
        Spot("Lake Ansel Playground", "playground", (-2250, 2250), ("Turtle Playground",)),
        Spot("Reservoir North Gate", "entrance", (-2650, 2970)),
        Spot("Calder Avenue Gate", "entrance", (-2080, 2560), ("Lakeside Gate",)),
        Spot("Valve Tower Pavilion", "pavilion", (-2950, 2750), ("Valve Tower",)),
        Spot("Reservoir Loop Trailhead", "trailhead", (-2300, 2350), ("Lake Loop",)),
    ],
    "Signal Hill Park": [
        Spot("Signal Hill Lawn", "field", (1700, -640), ("the Lawn",)),
        Spot("Lamp Terrace", "pavilion", (1640, -560), ("Signal Terrace",)),
        Spot("Signal Steps", "entrance", (1560, -540)),
        Spot("Signal Hill Playground", "playground", (1850, -720)),
    ],
    "Battery Park": [
        Spot("Parade Ground", "field", (-20, -3180), ("Parade Field",)),
        Spot("Gunners' Playground", "playground", (60, -3000), ("Gunners Playground",)),
        Spot("Sea Wall Entrance", "entrance", (160, -2980)),
        Spot("Powder House Pavilion", "pavilion", (-80, -3340), ("Powder House",)),
        Spot("Battery Overlook", "garden", (130, -3200)),
    ],
    "Calder Riverwalk": [
        Spot("Riverwalk South Stairs", "entrance", (500, 1960)),
        Spot("Riverwalk North Stairs", "entrance", (500, 3080)),
        Spot("Towpath Lock Garden", "garden", (700, 2500), ("Lock Garden",)),
    ],
    "Basin Promenade": [
        Spot("Promenade North Steps", "entrance", (420, 260)),
        Spot("Lantern Fountain", "pavilion", (330, -60), ("the Fountain",)),
        Spot("Promenade Playground", "playground", (300, -350), ("Ship Playground",)),
    ],
    "Ferry Landing Park": [
        Spot("Ferry Landing Steps", "entrance", (960, -60)),
        Spot("Skipjack Lawn", "garden", (1050, -180)),
    ],
    "Cooper's Quay Walk": [
        Spot("Quay Walk West Entrance", "entrance", (-300, -1560)),
        Spot("Barrel Yard Playground", "playground", (200, -1700)),
    ],
}
