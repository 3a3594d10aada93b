"""The layers that lie beside an export, and the areas of its points beside its own words."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from django.utils.translation import gettext as _
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from citycall.core.actors import Actor
from citycall.core.errors import DomainError
from citycall.exchange.history.fields import Fields
from citycall.exchange.history.mapping import Geography, Layer
from citycall.places.actions import load_layer
from citycall.places.index import AreaIndex, AreasOfPoints
from citycall.places.models import Area, AreaLayer
from citycall.places.queries import shape_of

Reals = NDArray[np.float64]


@dataclass(slots=True)
class Agreement:
    """How often what was computed here is what the source says itself."""

    name: str
    agree: int = 0
    of: int = 0

    def line(self) -> str:
        """The agreement in words."""
        share = 100 * self.agree / self.of if self.of else 0.0
        return _("%(name)s: %(agree)s of %(of)s agree (%(share).2f%%)") % {
            "name": self.name,
            "agree": f"{self.agree:,}",
            "of": f"{self.of:,}",
            "share": share,
        }


@dataclass(slots=True)
class Beside:
    """What became of the layers beside a file: loaded now, or why not."""

    loaded: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def load_layers(geography: Geography, folder: Path, *, by: Actor, at: datetime) -> Beside:
    """Load the layers that lie in the folder beside a file, unless they are loaded already."""
    beside = Beside()
    here = set(AreaLayer.objects.values_list("code", flat=True))
    for layer in geography.layers:
        path = folder / geography.folder / layer.file
        if layer.code in here or not path.is_file():
            continue
        try:
            report = load_layer(
                code=layer.code,
                name=layer.name,
                kind=layer.kind,
                content=path,
                code_property=layer.code_property,
                name_property=layer.name_property,
                by=by,
                at=at,
            )
        except DomainError as error:
            sentence = _("The layer in %(file)s was not loaded: %(why)s")
            beside.notes.append(sentence % {"file": layer.file, "why": error})
            continue
        sentence = _("%(layer)s (%(n)s areas)")
        beside.loaded.append(sentence % {"layer": layer.name, "n": len(report.created)})
    return beside


class AreaFinder:
    """The areas of points, and how well they agree with the source's own words for them."""

    def __init__(self, index: AreaIndex, geography: Geography) -> None:
        self._index = index
        self._city = _city()
        self._compared = [
            (layer, Agreement(layer.name))
            for layer in geography.layers
            if layer.column is not None and layer.code in index.layers
        ]

    @property
    def agreements(self) -> list[Agreement]:
        """One for each layer that the source has a column for."""
        return [agreement for _layer, agreement in self._compared]

    def find(self, longitudes: Reals, latitudes: Reals, fields: Fields) -> Any:
        """The ids of the areas of each point (NaN: none), as a column of lists."""
        found = self._index.at_many(longitudes, latitudes)
        for layer, agreement in self._compared:
            self._compare(layer, agreement, found.by_layer[layer.code], longitudes, fields)
        return _lists(found)

    def outside(self, longitudes: Reals, latitudes: Reals, areas: Any) -> NDArray[np.bool_]:
        """Which points lie outside of the city; none do while no boundary is loaded."""
        outside = np.zeros(len(longitudes), dtype=bool)
        # What lies in an area of the city needs no second look.
        homeless = (pc.list_value_length(areas).to_numpy() == 0) & ~np.isnan(longitudes)
        if self._city is not None:
            x, y = longitudes[homeless], latitudes[homeless]
            outside[homeless] = ~shapely.intersects_xy(self._city, x, y)
        return outside

    def _compare(
        self,
        layer: Layer,
        agreement: Agreement,
        ids: NDArray[np.int64],
        longitudes: Reals,
        fields: Fields,
    ) -> None:
        told = fields.taken(layer.column)
        asked = told.is_valid().to_numpy(zero_copy_only=False) & ~np.isnan(longitudes)
        pairs = pa.table({"told": told.filter(pa.array(asked)), "id": pa.array(ids[asked])})
        counted = pairs.group_by(["told", "id"]).aggregate([([], "count_all")]).to_pylist()
        for pair in counted:
            agreement.of += pair["count_all"]
            if pair["id"] >= 0:
                area = self._index.area(pair["id"])
                names = {_folded(area.code), _folded(area.name)}
                agreement.agree += pair["count_all"] * (_folded(pair["told"]) in names)


def _city() -> BaseGeometry | None:
    """The city's outline, quick to ask, where it is loaded."""
    rows = Area.objects.filter(layer__kind=AreaLayer.Kind.BOUNDARY, retired=False)
    shapes = [shape_of(row) for row in rows]
    if not shapes:
        return None
    city = shapely.union_all(shapes)
    shapely.prepare(city)
    return city


def _folded(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def _lists(found: AreasOfPoints) -> Any:
    if not found.by_layer:
        return pa.array([[]] * found.points, pa.list_(pa.int32()))
    ids = np.column_stack(list(found.by_layer.values()))
    has = ids >= 0
    offsets = np.zeros(found.points + 1, dtype=np.int32)
    np.cumsum(has.sum(axis=1), out=offsets[1:])
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(ids[has].astype(np.int32)))
