"""The whole build in memory: every layer read, the network's corners found, the names put on."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from citycall.places.gazetteer import features, houses, listed, network, spoken, streets
from citycall.places.gazetteer.alleys import name_alleys
from citycall.places.gazetteer.built import (
    BuiltAddress,
    BuiltBlock,
    BuiltCorner,
    BuiltPlace,
    Codes,
    NamedArea,
    Refused,
)
from citycall.places.gazetteer.ground import Ground
from citycall.places.gazetteer.lookup import Lookup
from citycall.places.gazetteer.manifest import (
    NAMES,
    NETWORK,
    AddressesLayer,
    AreasLayer,
    CornersLayer,
    Holds,
    Layer,
    Manifest,
    PlacesLayer,
    StreetsLayer,
)
from citycall.places.gazetteer.names_file import read_names
from citycall.places.gazetteer.readers import counts, read_rows

Tick = Callable[[], None]


@dataclass(slots=True)
class LayerRead:
    """What was read of one layer: rows that count, rows left out, rows known already, refusals."""

    code: str
    holds: str
    read: int = 0
    left_out: int = 0
    known_already: int = 0
    refused: list[Refused] = field(default_factory=list)


@dataclass(slots=True)
class Composed:
    """Everything that a build makes, not yet stored."""

    blocks: list[BuiltBlock] = field(default_factory=list)
    houses: list[BuiltAddress] = field(default_factory=list)
    corners: list[BuiltCorner] = field(default_factory=list)
    places: list[BuiltPlace] = field(default_factory=list)
    layers: dict[str, LayerRead] = field(default_factory=dict)


class _Composer:
    def __init__(self, manifest: Manifest, areas: Sequence[NamedArea], ground: Ground) -> None:
        self._manifest, self._areas, self._ground = manifest, areas, ground
        self._codes: Mapping[str, Codes] = {
            holds: Codes() for holds in ("blocks", "houses", "corners", "places")
        }
        self._made_up: dict[str, tuple[str, str]] = {}
        self._spoken = [read_names(path) for path in manifest.names]
        self.done = Composed()

    def take(self, code: str, layer: Layer) -> None:
        """Read one layer; listed corners wait until the network is known."""
        told = self.done.layers[code] = LayerRead(code, layer.holds.value)
        if isinstance(layer, AreasLayer):
            self._take_areas(code, layer, told)
            return
        if isinstance(layer, CornersLayer):
            return
        found = read_rows(self._manifest, code, layer)
        told.read, told.left_out = len(found.rows), found.left_out
        if isinstance(layer, StreetsLayer):
            read = streets.read_streets(
                code, layer, found.rows, self._ground, self._codes["blocks"]
            )
            self.done.blocks += read.blocks
            self._made_up.update(read.made_up)
            told.refused = read.refused
        elif isinstance(layer, AddressesLayer):
            some, told.refused = houses.read_addresses(
                code, layer, found.rows, self._ground, self._codes["houses"]
            )
            self.done.houses += some
        else:
            made, told.refused = features.read_places(
                code, layer, found.rows, self._ground, self._codes["places"]
            )
            self.done.places += made

    def _take_areas(self, code: str, layer: AreasLayer, told: LayerRead) -> None:
        if layer.named:
            areas = [area for area in self._areas if area.layer == code]
            named_only = [area for area in areas if counts(layer, area.properties)]
            told.holds, told.read = Holds.PLACES.value, len(named_only)
            told.left_out = len(areas) - len(named_only)
            named, told.refused = features.named_areas(code, named_only, self._codes["places"])
            self.done.places += named

    def join(self) -> None:
        """Find the corners of all streets, and add those that the city lists besides."""
        self.done.blocks = name_alleys(self.done.blocks, self._made_up, self._ground)
        if self._spoken:
            entries = [one for file in self._spoken for one in file.streets]
            self.done.blocks, refused = spoken.name_streets(self.done.blocks, entries)
            told = LayerRead(NAMES, "names", read=len(entries), refused=refused)
            self.done.layers[NAMES] = told
        known = network.find_corners(self.done.blocks, self._ground)
        self.done.layers[NETWORK] = LayerRead(NETWORK, "corners", read=len(known))
        self.done.corners = [one.corner for one in known]
        for code, layer in self._manifest.layers.items():
            if isinstance(layer, CornersLayer):
                told = self.done.layers[code]
                found = read_rows(self._manifest, code, layer)
                told.read, told.left_out = len(found.rows), found.left_out
                some, told.known_already, told.refused = listed.add_listed(
                    code, layer, found.rows, self._ground, self._codes["corners"], known
                )
                self.done.corners += some

    def speak(self) -> None:
        """Give places their parents, and put the spoken names on."""
        layers = self._manifest.layers.items()
        within = {c: layer.within for c, layer in layers if isinstance(layer, PlacesLayer)}
        features.find_parents(self.done.places, {c: kind for c, kind in within.items() if kind})
        if not self._spoken:
            return
        lookup = Lookup(self.done.blocks, self.done.houses, self.done.corners)
        speaking = spoken.Speaking(self.done.places, self._areas, lookup, self._ground)
        entries = [one for file in self._spoken for one in file.places]
        made, refused = speaking.put(entries, self._codes["places"])
        self.done.places += made
        told = self.done.layers[NAMES]
        told.read += len(entries)
        told.refused += refused


def compose(
    manifest: Manifest,
    *,
    areas: Iterable[NamedArea],
    ground: Ground,
    tick: Tick = lambda: None,
) -> Composed:
    """Read every layer of a manifest; ``areas`` are those of its area layers, loaded before.

    ``tick`` is called after each layer and each of two further steps. Raises ``BadManifest``.
    """
    composer = _Composer(manifest, list(areas), ground)
    for code, layer in manifest.layers.items():
        composer.take(code, layer)
        tick()
    composer.join()
    tick()
    composer.speak()
    tick()
    return composer.done
