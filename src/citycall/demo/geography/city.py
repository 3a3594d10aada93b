"""From a seed to the whole city, step by step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .addressing import Addresser
from .boundary import Ground, draw_ground
from .furniture import to_poles, to_stops
from .landmarks import to_bridges, to_landmarks
from .layers import Division, divide
from .model import City, Landmark, Segment
from .mosaic import Mosaic, blocks_between_streets, lay_mosaic
from .names import NameBook
from .network import Network, build_network, tidied
from .numbering import number_streets
from .parks import (
    OLD_NAMES,
    Green,
    choose_squares,
    off_the_road,
    shore_parks,
    to_features,
    to_parks,
    without_inner_streets,
)
from .plane import on_earth
from .sampling import address_table
from .segments import to_intersections, to_segments
from .skeleton import Path, great_parks, main_paths, superblocks
from .streets import fill_with_streets

NAME, STATE = "Port Calder", "MD"


@dataclass(frozen=True)
class Plan:
    """The city on the drawing board, in metres, before it is put on the earth."""

    seed: int
    ground: Ground
    main: list[Path]
    network: Network
    greens: list[Green]
    mosaic: Mosaic
    names: NameBook

    def rng(self, step: int) -> np.random.Generator:
        """Random numbers of one step's own, so that a change in one step leaves the others."""
        return np.random.default_rng([self.seed, step])


def build(seed: int = 311) -> City:
    """The whole city; the same seed gives the same city, byte for byte, on any machine.

    The ground and main roads are drawn by hand and stay; names, squares, bends, areas and
    residents follow the seed. Takes a few seconds.
    """
    plan = _plan(seed)
    division = divide(plan.mosaic, plan.ground, seed)
    streets = to_segments(number_streets(plan.network), plan.mosaic, division)
    return _on_earth(plan, division, streets)


def _plan(seed: int) -> Plan:
    ground = draw_ground()
    main = main_paths(ground)
    names = NameBook(np.random.default_rng([seed, 1]), {path.name for path in main})
    greens = [
        Green(name, OLD_NAMES.get(name, ()), shape)
        for name, shape in great_parks(ground, main).items()
    ]
    network, squares = _streets(ground, main, greens, names, seed)
    greens = [*map(off_the_road, greens), *squares, *shore_parks(ground)]
    mosaic = lay_mosaic(ground, network, [green.shape for green in greens])
    return Plan(seed, ground, main, network, greens, mosaic, names)


def _streets(
    ground: Ground, main: list[Path], great: list[Green], names: NameBook, seed: int
) -> tuple[Network, list[Green]]:
    """The street network, and the squares for which some of its blocks made room."""
    parks = [green.shape for green in great]
    blocks = superblocks(ground, main, parks)
    local = fill_with_streets(blocks, main, ground.limits, names, np.random.default_rng([seed, 2]))
    network = build_network(main + local)
    faces = blocks_between_streets(ground, network)
    squares = choose_squares(faces, ground, parks, names, np.random.default_rng([seed, 3]))
    return tidied(without_inner_streets(network, squares)), squares


def _on_earth(plan: Plan, division: Division, streets: tuple[Segment, ...]) -> City:
    corners = to_intersections(streets, plan.network.nodes)
    addresser = Addresser(streets)
    parks = to_parks(plan.greens, addresser)
    water = on_earth(plan.ground.water)
    closed = [water, *(park.polygon for park in parks)]
    neighborhoods = division.layers["neighborhoods"]
    return City(
        name=NAME,
        state=STATE,
        seed=plan.seed,
        boundary=division.boundary,
        water=water,
        streets=streets,
        intersections=corners,
        parks=parks,
        features=to_features(plan.greens, plan.ground, plan.network, plan.rng(4)),
        landmarks=_landmarks(plan, division, addresser),
        poles=to_poles(streets, corners, addresser),
        stops=to_stops(streets, corners),
        layers=division.layers,
        addresses=address_table(streets, neighborhoods, division.boundary, closed),
    )


def _landmarks(plan: Plan, division: Division, addresser: Addresser) -> tuple[Landmark, ...]:
    neighborhoods = division.layers["neighborhoods"]
    built = to_landmarks(plan.mosaic, neighborhoods, addresser, plan.names, plan.rng(5))
    return (*built, *to_bridges(plan.main, plan.ground, len(built) + 1))
