"""The styles in which the city's districts were laid out: direction, block size, names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import Polygon

from .plane import XY


@dataclass(frozen=True)
class Style:
    """How one district of streets is drawn.

    `axis` is the exact unit direction of its east-west streets, `across` and `along` are the
    distances in metres between parallel streets, `sway` and `wave` bend them. `density` is
    residents per square kilometre of blocks, `built` the usual year of building.
    """

    code: str
    anchors: tuple[XY, ...]  # a superblock takes the style with the nearest anchor
    axis: XY
    across: float
    along: float
    theme: str
    density: float
    income: float
    built: int
    sway: float = 0.0
    wave: float = 700.0
    alleys: float = 0.0  # share of blocks with an alley behind the houses
    courts: float = 0.0  # share of blocks with a dead-end court
    numbered: bool = False
    row_houses: bool = False

    @property
    def lot_width_m(self) -> float:
        """Street frontage of one house."""
        return 8.0 if self.row_houses else 21.0


STYLES = (
    Style("downtown", ((300, 350), (-250, 300), (200, 650), (-420, 620), (-520, 330)), (1.0, 0.0),
          105, 122, "trade", 6200, 71_000, 1936, alleys=0.35, numbered=True, row_houses=True),
    Style("uptown", ((-450, 1350), (250, 1350), (-450, 2500), (250, 2500), (-450, 3500),
                     (350, 3550), (-1380, 1150), (-1380, 3500), (-1300, 400),
                     (650, 2500)), (1.0, 0.0),
          105, 168, "people", 5600, 55_000, 1922, alleys=0.6, numbered=True, row_houses=True),
    Style("seminary", ((-1380, 2500),), (24 / 25, 7 / 25), 100, 176, "people", 3900, 69_000, 1931,
          sway=38, wave=290, alleys=0.2, courts=0.1),
    Style("westfield", ((-3100, 420), (-2300, 420), (-3200, 1250), (-2300, 1250)), (1.0, 0.0),
          105, 196, "tree", 4300, 43_000, 1948, alleys=0.35, courts=0.05, numbered=True),
    Style("lakeside", ((-3300, 2400), (-2900, 3400), (-2200, 3500), (-1980, 2550), (-3400, 1900)),
          (0.96, 0.28), 112, 205, "meadow", 2300, 104_000, 1962, sway=75, wave=310, courts=0.3),
    Style("millside", ((-450, -250), (-450, -620), (-1350, -350), (-1650, -760), (-200, -900)),
          (15 / 17, 8 / 17), 92, 150, "mill", 6700, 38_000, 1911, alleys=0.6, row_houses=True),
    Style("basin", ((120, -500), (330, -500)), (1.0, 0.0), 96, 116, "sea", 4200, 88_000, 1986,
          alleys=0.2, row_houses=True),
    Style("weavers", ((-1250, -1750), (-1200, -1250)), (12 / 13, -5 / 13), 88, 160, "craft",
          7400, 36_000, 1908, alleys=0.75, row_houses=True),
    Style("quay", ((-200, -1850), (300, -1650)), (0.8, -0.6), 90, 128, "sea", 6600, 97_000, 1898,
          alleys=0.4, row_houses=True),
    Style("southwest", ((-2700, -1900), (-2000, -2700)), (0.96, -0.28), 150, 260, "mill", 1500,
          41_000, 1957, sway=30, wave=520, courts=0.1),
    Style("southgate", ((-1100, -2750), (-150, -2700), (100, -3200)), (24 / 25, 7 / 25), 104, 190,
          "tree", 3900, 52_000, 1951, sway=42, wave=430, courts=0.15),
    Style("eastbank", ((850, 400), (1400, 350), (1100, 600), (1100, 1300), (1800, 1200),
                       (2300, 900), (700, 1300), (2250, 250)), (24 / 25, -7 / 25), 94, 158,
          "craft", 6300, 46_000, 1916, alleys=0.65, row_houses=True),
    Style("ternpoint", ((1500, -250), (2350, -600), (1950, -300), (1700, -1100)),
          (63 / 65, 16 / 65), 98, 140, "sea", 4700, 64_000, 1927, alleys=0.3, row_houses=True),
    Style("northeast", ((1000, 2500), (1700, 2700), (2500, 1900), (1000, 3500), (2100, 3500),
                        (3400, 1900), (3300, 3700), (2900, 3900)), (0.8, 0.6), 110, 200, "meadow",
          3100, 77_000, 1955, sway=85, wave=300, courts=0.25),
    Style("terminal", ((3550, -300), (3550, 850), (3000, 250)), (63 / 65, -16 / 65), 215, 330,
          "trade", 650, 49_000, 1966),
)  # fmt: skip

_ANCHORS = np.array([anchor for style in STYLES for anchor in style.anchors])
_OWNERS = [style for style in STYLES for _ in style.anchors]


def styles_of(shapes: Sequence[Polygon]) -> list[Style]:
    """For each shape the style with the anchor nearest to its middle."""
    middles = shapely.get_coordinates(shapely.point_on_surface(shapes))
    gap = ((middles[:, None, :] - _ANCHORS[None, :, :]) ** 2).sum(axis=2)
    return [_OWNERS[index] for index in gap.argmin(axis=1).tolist()]
