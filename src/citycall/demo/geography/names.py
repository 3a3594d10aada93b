"""Invented names: streets, neighborhoods, schools and parks; nothing is taken from a real list."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .districts import Style

THEMES: dict[str, str] = {
    "trade": "Exchange Cordage Customs Ledger Merchant Lantern Assay Chancery Courthouse Drovers "
    "Factor Guild Haymarket Indigo Kiln Lombardy Magazine Notary Ordnance Packet Quorum Register "
    "Sampson Tariff Treasury Vintner Weighhouse Broker Ferrymen Gaslight Signet Tollgate",
    "people": "Abernathy Bascombe Carrow Delacey Everard Fenwright Gaskill Hollister Ivers Jessup "
    "Kittredge Lattimer Merriman Northrop Oakes Pettibone Quillen Rutherglen Stanhope Tilden "
    "Underwood Vanderlyn Whitcomb Yardley Zeller Ambrose Bledsoe Coleridge Dunmore Ellicot",
    "tree": "Alder Basswood Catalpa Dogwood Elder Filbert Gumtree Hackberry Ironwood Juniper "
    "Laurel Mulberry Nannyberry Osage Persimmon Quince Rowan Sassafras Tupelo Viburnum Witchhazel "
    "Buckeye Chinquapin Hornbeam Larch Linden Medlar Pawpaw Redbud Serviceberry Spicebush Tamarack",
    "meadow": "Bluestem Clover Dovecote Fescue Foxglove Goldenrod Harebell Larkspur Milkweed "
    "Orchard Pasture Ryegrass Sedge Timothy Vesper Warbler Windrow Yarrow Bobolink Cornflower "
    "Daymark Finch Hayloft Kingbird Lapwing Meadowlark Nuthatch Pippin Quail Russet Stonecrop "
    "Thistle Vireo Whippoorwill Bramble Cider Hedgerow Plover Sorrel Teasel Hillock Linnet",
    "mill": "Bellows Bobbin Carding Dyehouse Flume Gristmill Hopper Millstone Penstock Sluice "
    "Spindle Tailrace Treadle Waterwheel Batten Camshaft Furnace Headgate Loomis Mandrel Puddler "
    "Quencher Rolling Shuttle Spillway Tenter Trestle Wheelwright Crucible Ingot Slag Tipple",
    "sea": "Anchorage Bowsprit Capstan Dory Ebbtide Fathom Grapnel Halyard Jibboom Keel Leeward "
    "Mainsail Narwhal Osprey Petrel Quarterdeck Rigger Schooner Tiller Windlass Yawl Bosun "
    "Chandlery Driftwood Egret Fiddler Gannet Heron Lighter Mooring Oakum Pilothouse Rudder "
    "Sextant Topsail Ballast Cormorant Sandpiper Skipjack Tern",
    "craft": "Atwater Bridle Chandler Cooper Currier Fuller Glazier Hatter Joiner Lacemaker Mercer "
    "Nailer Ostler Plumer Quilter Roper Saddler Thatcher Turner Weaver Arkwright Bodkin Cobbler "
    "Engraver Farrier Girdler Harness Lorimer Milliner Needle Pewter Reedmaker Sawyer Tanner "
    "Tinker",
    "honor": "Abigail_Thorne Augustus_Pell Beatrice_Lyle Caleb_Winterbourne Cordelia_Vance "
    "Darius_Holloway Edith_Marlowe Elias_Penhallow Esperanza_Luna Frances_Okafor Gideon_Strand "
    "Hattie_Rowntree Isadora_Quist Josiah_Fenn Leona_Braithwaite Lucius_Amory Mabel_Trask "
    "Nathaniel_Orme Ofelia_Serrano Phineas_Gale Rosa_Delmonte Samuel_Idle Theodora_Blythe "
    "Ursula_Keane Walter_Nkemelu Zora_Pettigrew",
    "park": "Anchor Beacon Bluebell Cardinal Crescent Dolphin Evergreen Founders Fountain "
    "Friendship Garland Hawthorn Heritage Jubilee Kite Lantern_Hill Liberty_Row Magnolia Marigold "
    "Monarch Oriole_Hill Pigeon_Hill Prospect Rainbow Rotunda Sundial Swan Unity Willow",
}
FRONT = (
    "Amber Arch Ash Barn Bay Birch Black Bram Brook Burn Cedar Clay Copper Crow Dell Dun East "
    "Elder Elm Fair Fern Field Flint Fox Glen Gray Green Hazel Heath Hill Holly Iron Kings "
    "Lark Lime Lock Long Maple March Marl Mid Moss New Oak Old Peach Pine Plum Quarry Raven "
    "Red River Rock Rose Sand Silver Stone Thorn Wain West White Wind Wood"
)
BACK = (
    "bank berry bridge brook bury combe cote croft dale den field ford gate grove ham haven hurst "
    "land leigh ley low mere mont more ridge shaw side stead ton vale view wick worth"
)
KINDS = {
    "straight": ("St", "St", "St", "Ave", "Ave", "St"),
    "upright": ("Ave", "Ave", "St", "St", "Ave", "Blvd"),
    "bent": ("Rd", "Rd", "Ave", "Way", "Rd", "St"),
}
NEIGHBORHOODS: dict[str, tuple[float, float]] = {
    "Old Exchange": (-100, 350), "Basin Harbor": (150, -480), "Cooper's Quay": (40, -1850),
    "Tern Point": (2250, -900), "Eastbank": (1050, 500), "Falling Run": (-1500, -350),
    "Lake Ansel": (-2700, 2500), "Upper Herring Run": (2950, 2500), "Ashby Heights": (1650, 1950),
    "Herring Run": (2700, 1100), "Southgate": (-1100, -2700), "Battery Heights": (-100, -2900),
    "Weavers Hill": (-1250, -1500), "Summit Park": (-450, 3500), "Millrace": (1000, 2600),
    "Terminal East": (3500, -300), "Commerce Gardens": (-2900, 400), "Signal Hill": (1500, -450),
    "Calder Circle": (-900, 900), "Valley View": (3500, 1900), "Foundry Bend": (1900, 700),
    "Towpath Village": (300, 1400), "Ridge at Collier": (1600, 3500), "Granary Row": (1500, 1000),
}  # fmt: skip
MORE_NEIGHBORHOODS = (
    "Arbor Row",
    "Beechmoor",
    "Brightwell",
    "Chapel Oaks",
    "Copperfield",
    "Dunhaven",
    "Eastlark",
    "Fairmarsh",
    "Four Corners",
    "Glassworks",
    "Greywater",
    "Hallowell",
    "Hawkins Green",
    "Irving Slope",
    "Juniper Park",
    "Kestrel Hill",
    "Larkmead",
    "Little Calder",
    "Longacre",
    "Merrow",
    "Millpond",
    "New Bristow",
    "North Terrace",
    "Oldfield",
    "Parsonage",
    "Pennywell",
    "Quarry Flats",
    "Ropewalk",
    "Rosedene",
    "Saltmarsh",
    "Seminary Hill",
    "Stonebrook",
    "Tannery Yards",
    "Thornbury",
    "Union Rows",
    "Upper Mills",
    "Vesper Hill",
    "Wharfside",
    "Whitlock",
    "Winsome Park",
    "Woodhall",
    "Yarrow Glen",
)


class NameBook:
    """Gives each street its name, once; a street keeps it across superblocks."""

    def __init__(self, rng: np.random.Generator, taken: set[str]) -> None:
        self._rng = rng
        self._taken = {name.rpartition(" ")[0] for name in taken}
        self._given: dict[str, str] = {}
        self._pools = {theme: self._shuffled(_words(words)) for theme, words in THEMES.items()}
        self._spare = iter(
            self._shuffled([front + back for front in _words(FRONT) for back in _words(BACK)])
        )

    def street(self, style: Style, family: str, rank: int) -> tuple[str, str]:
        """Identity and name (without directional) of a district's street."""
        if style.numbered and family == "across":
            return f"numbered {rank}", f"{ordinal(rank)} St"
        identity = f"{style.code} {family} {rank}"
        if identity not in self._given:
            self._given[identity] = self._new_name(style, family)
        return identity, self._given[identity]

    def fresh(self, theme: str) -> str:
        """An unused word of the theme, or a compound once the theme is spent."""
        pool = self._pools[theme]
        for word in self._words(pool):
            if word not in self._taken:
                self._taken.add(word)
                return word
        raise LookupError("The name book has no unused word left.")

    def _new_name(self, style: Style, family: str) -> str:
        if family == "alley":
            return f"{self.fresh('craft')} Alley"
        if family == "court":
            return f"{self.fresh(style.theme)} {self._pick(('Ct', 'Ct', 'Way'))}"
        manner = "bent" if style.sway else {"across": "straight", "along": "upright"}[family]
        return f"{self.fresh(style.theme)} {self._pick(KINDS[manner])}"

    def _words(self, pool: list[str]) -> Iterator[str]:
        while pool:
            yield pool.pop()
        yield from self._spare

    def _pick(self, options: tuple[str, ...]) -> str:
        return options[int(self._rng.integers(len(options)))]

    def _shuffled(self, words: list[str]) -> list[str]:
        return [words[int(i)] for i in self._rng.permutation(len(words))]


def _words(text: str) -> list[str]:
    """The words of a theme; an underscore stands for the space within a name."""
    return [word.replace("_", " ") for word in text.split()]


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th, 33rd."""
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"
