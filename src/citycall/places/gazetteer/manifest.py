"""The manifest: which layers a city has, what each holds, and which property is what."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from django.utils.translation import gettext as _
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from citycall.agencies import documents
from citycall.agencies.documents import Code, Document, Fault, Name, clean_text, raise_any
from citycall.places.gazetteer import yaml_text
from citycall.places.gazetteer.wordings import (
    Mapped,
    MappedWord,
    Wording,
    Wordings,
    as_list,
    references,
)
from citycall.places.gazetteer.yaml_text import BadManifest, FileFault, YamlText
from citycall.places.models import AreaLayer, Block
from citycall.places.specs import PlaceKind

# The layer of the corners that are found in the network of all street layers together.
NETWORK = "network"
NAMES = "names"

FileName = Annotated[
    str, StringConstraints(min_length=1, max_length=300), AfterValidator(clean_text)
]
Property = Annotated[str, StringConstraints(max_length=300), AfterValidator(clean_text)]
Values = Annotated[tuple[str, ...], BeforeValidator(as_list)]
Sides = Annotated[
    tuple[tuple[Property, Property], ...],
    BeforeValidator(
        lambda value: (
            [value]
            if isinstance(value, list | tuple) and all(isinstance(one, str) for one in value)
            else value
        )
    ),
]


class Holds(StrEnum):
    """What a layer's rows are."""

    STREETS = "streets"
    ADDRESSES = "addresses"
    CORNERS = "corners"
    PLACES = "places"
    AREAS = "areas"


class Format(StrEnum):
    """How a layer's file is written."""

    GEOJSON = "geojson"
    PARQUET = "parquet"
    CSV = "csv"


_SUFFIXES = {
    ".geojson": Format.GEOJSON,
    ".json": Format.GEOJSON,
    ".parquet": Format.PARQUET,
    ".pq": Format.PARQUET,
    ".csv": Format.CSV,
}


class LayerSource(Document):
    """What all layers have: the file, where its rows lie, and which rows count.

    ``geometry`` is a Parquet column of WKB; ``longitude`` and ``latitude`` are columns of Parquet
    or CSV, in WGS 84 degrees. A row counts if its value of each ``only`` property is listed and
    of no ``without`` property. ``blank`` are values that stand for nothing.
    """

    holds: Holds
    file: FileName
    format: Format | None = None
    geometry: Property = ""
    longitude: Property = ""
    latitude: Property = ""
    only: Mapping[str, Values] = {}
    without: Mapping[str, Values] = {}
    blank: Values = ()
    code: Property = ""

    @model_validator(mode="after")
    def _located(self) -> "LayerSource":
        faults = []
        if self.written is None:
            known = ", ".join(_SUFFIXES)
            sentence = _("Say the format; it is known only for names that end in %(known)s.")
            faults.append(Fault(("file",), sentence % {"known": known}))
        elif bool(self.longitude) != bool(self.latitude):
            faults.append(Fault(("longitude",), _("Longitude and latitude go together.")))
        elif self.written is not Format.GEOJSON and not (self.geometry or self.longitude):
            sentence = _("Say which columns hold longitude and latitude, or the geometry.")
            faults.append(Fault(("file",), sentence))
        elif self.geometry and self.written is not Format.PARQUET:
            faults.append(Fault(("geometry",), _("Only Parquet has a column of geometries.")))
        raise_any(faults)
        return self

    @property
    def written(self) -> Format | None:
        """The format as given, or else by the file's name."""
        return self.format or _SUFFIXES.get(Path(self.file).suffix.lower())

    def wordings(self) -> Iterator[str]:
        """Everything that is taken from a row."""
        yield from (self.code, *self.only, *self.without)

    def properties(self) -> list[str]:
        """The names of the properties that are read, each once."""
        found = (name for wording in self.wordings() if wording for name in references(wording))
        return list(dict.fromkeys(found))

    def folded_blank(self) -> frozenset[str]:
        """The blank values as they are compared."""
        return frozenset(value.casefold() for value in self.blank)


class StreetNameSource(Document):
    """A street's name in one property, or its parts in several."""

    whole: Property = ""
    prefix: Property = ""
    base: Property = ""
    type: Property = ""
    suffix: Property = ""

    @model_validator(mode="after")
    def _named(self) -> "StreetNameSource":
        if bool(self.whole) == bool(self.base):
            raise_any([Fault(("base",), _("Name the property of the name, or of its base part."))])
        return self

    def parts(self) -> list[str]:
        """The properties in the order in which they make the name."""
        return list(filter(None, (self.whole, self.prefix, self.base, self.type, self.suffix)))


StreetNameFrom = Annotated[
    StreetNameSource, BeforeValidator(lambda v: {"whole": v} if isinstance(v, str) else v)
]


def _road_classes(rules: tuple[Mapped, ...]) -> tuple[Mapped, ...]:
    known = set(Block.RoadClass.values)
    for word in sorted({word for rule in rules for word in rule.words()} - known):
        sentence = _("“%(word)s” is no class of road; there are: %(known)s.")
        raise ValueError(sentence % {"word": word, "known": ", ".join(Block.RoadClass.values)})
    return rules


def _place_kinds(rules: tuple[Mapped, ...]) -> tuple[Mapped, ...]:
    for word in (word for rule in rules for word in rule.words()):
        try:
            TypeAdapter(PlaceKind).validate_python(word)
        except ValidationError:
            sentence = _("“%(word)s” is no kind: lower-case letters and underscores.")
            raise ValueError(sentence % {"word": word}) from None
    return rules


class StreetsLayer(LayerSource):
    """Street centrelines: blocks with the house numbers on either side.

    ``left`` and ``right`` are pairs of properties, the number at the line's start and that at
    its end; of several pairs the first that has both counts. With ``alleys_between`` an alley
    whose name is made of two streets' names is called the alley between them.
    """

    name: StreetNameFrom
    other_names: Wordings = ()
    road_class: Annotated[MappedWord, AfterValidator(_road_classes)] = Field((), alias="class")
    left: Sides = ()
    right: Sides = ()
    zip_left: Property = ""
    zip_right: Property = ""
    alleys_between: bool = False

    def wordings(self) -> Iterator[str]:
        """Everything that is taken from a row."""
        yield from super().wordings()
        yield from (*self.name.parts(), *self.other_names, self.zip_left, self.zip_right)
        yield from (rule.property for rule in self.road_class)
        yield from (name for pair in (*self.left, *self.right) for name in pair)


class AddressesLayer(LayerSource):
    """Address points: one house each."""

    number: Property
    street: StreetNameFrom
    zip: Property = ""

    def wordings(self) -> Iterator[str]:
        """Everything that is taken from a row."""
        yield from super().wordings()
        yield from (self.number, *self.street.parts(), self.zip)


class CornersLayer(LayerSource):
    """Corners that the city lists: the streets' names in several properties, or in one.

    With ``alleys_between`` names that are made of two streets' names are left out.
    """

    streets: Annotated[tuple[Property, ...], BeforeValidator(as_list)]
    separator: Annotated[str, StringConstraints(min_length=1, max_length=10)] = "&"
    alleys_between: bool = False

    def wordings(self) -> Iterator[str]:
        """Everything that is taken from a row."""
        yield from super().wordings()
        yield from self.streets


class PlacesLayer(LayerSource):
    """Places that people name: parks, landmarks, stations, stops, poles.

    The first ``name`` and ``address`` that say something are taken. ``within`` is a kind of
    place: a place whose point lies in one of these gets it as its parent.
    """

    name: Wordings
    kind: Annotated[MappedWord, AfterValidator(_place_kinds)]
    aliases: Wordings = ()
    alias_separator: str = ""
    names: Mapping[str, Wording] = {}
    address: Wordings = ()
    parent: Annotated[str, StringConstraints(max_length=300)] = ""
    within: Annotated[str, StringConstraints(max_length=20)] = ""
    accuracy_m: Annotated[float, Field(ge=0)] = 0.0

    def wordings(self) -> Iterator[str]:
        """Everything that is taken from a row."""
        yield from super().wordings()
        yield from (*self.name, *self.aliases, *self.names.values(), *self.address, self.parent)
        yield from (rule.property for rule in self.kind)


class AreasLayer(LayerSource):
    """Areas: the city's boundary, a partition of it, or the bodies around it.

    With ``named`` each area that ``only`` and ``without`` let count is a place of kind
    neighborhood too.
    """

    title: Name
    kind: AreaLayer.Kind
    name: Property = ""
    named: bool = False
    replace_all: bool = False

    @model_validator(mode="after")
    def _geojson(self) -> "AreasLayer":
        faults = []
        if self.written is not Format.GEOJSON:
            faults.append(Fault(("file",), _("Areas are read from GeoJSON.")))
        if self.named and self.kind is not AreaLayer.Kind.PARTITION:
            faults.append(Fault(("named",), _("Only areas of a partition are places too.")))
        raise_any(faults)
        return self


Layer = StreetsLayer | AddressesLayer | CornersLayer | PlacesLayer | AreasLayer
_KINDS: Mapping[Holds, type[Layer]] = {
    Holds.STREETS: StreetsLayer,
    Holds.ADDRESSES: AddressesLayer,
    Holds.CORNERS: CornersLayer,
    Holds.PLACES: PlacesLayer,
    Holds.AREAS: AreasLayer,
}


class _Head(Document):
    format: Annotated[int, Field(ge=1, le=1)]
    surroundings_km: Annotated[float, Field(gt=0, le=500)] = 30.0
    names: Annotated[tuple[FileName, ...], BeforeValidator(as_list)] = ()
    layers: Annotated[dict[Code, Any], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest as read: its layers by their codes, in the file's order.

    ``surroundings_km`` is how far beyond the city a row may lie; ``names`` the files of spoken
    names; ``text`` and ``data`` say where faults stand and where the layers' files lie.
    """

    layers: Mapping[str, Layer]
    names: Sequence[Path]
    surroundings_km: float
    data: Path
    text: YamlText

    def path_of(self, layer: Layer) -> Path:
        """Where a layer's file lies."""
        return self.data / layer.file

    def blame(self, code: str, field: str, sentence: str) -> BadManifest:
        """A fault in a layer, to be raised."""
        return BadManifest([self.text.fault(("layers", code, *filter(None, [field])), sentence)])


def read_manifest(path: Path, *, data: Path | None = None) -> Manifest:
    """The manifest in a file; the layers' files lie in ``data``, else beside the manifest.

    Raises ``BadManifest`` with every fault: file, line, column, field and sentence.
    """
    text = yaml_text.parse(path.read_bytes(), file=path.name)
    faults: list[FileFault] = []
    head = _read(_Head, text.plain(), (), text, faults)
    if head is None:
        raise BadManifest(faults)
    folder = data or path.parent
    layers = {code: _layer(code, raw, folder, text, faults) for code, raw in head.layers.items()}
    names = [path.parent / name for name in head.names]
    for position, found in enumerate(names):
        if not found.is_file():
            at = ("names", position) if len(names) > 1 else ("names",)
            faults.append(text.fault(at, _no_file(found)))
    if faults:
        raise BadManifest(faults)
    known = {code: layer for code, layer in layers.items() if layer}
    return Manifest(known, names, head.surroundings_km, folder, text)


def _layer(
    code: str, raw: Any, folder: Path, text: YamlText, faults: list[FileFault]
) -> Layer | None:
    at = ("layers", code)
    holds = raw.get("holds") if isinstance(raw, dict) else None
    if holds not in set(Holds):
        sentence = _("A layer says what it holds, one of: %(known)s.")
        faults.append(text.fault((*at, "holds"), sentence % {"known": ", ".join(Holds)}))
        return None
    if code in {NETWORK, NAMES}:
        faults.append(text.fault(at, _("This code is taken; choose another, please.")))
    layer = _read(_KINDS[Holds(holds)], raw, at, text, faults)
    if layer and not (folder / layer.file).is_file():
        faults.append(text.fault((*at, "file"), _no_file(folder / layer.file)))
    return layer


def _no_file(path: Path) -> str:
    return _("There is no file %(path)s.") % {"path": path}


def _read(
    kind: type[documents.D],
    raw: Any,
    at: documents.Path,
    text: YamlText,
    faults: list[FileFault],
) -> documents.D | None:
    try:
        return kind.model_validate(raw)
    except ValidationError as error:
        found = documents.faults_of(error)
    faults += [text.fault((*at, *fault.path), fault.sentence) for fault in found]
    return None
