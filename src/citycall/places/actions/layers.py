"""Loading an area layer: areas are made, renewed and retired by their codes."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import shapely
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from citycall.agencies import documents
from citycall.core import revisions
from citycall.core.actors import Actor
from citycall.core.errors import Conflict
from citycall.core.permissions import require
from citycall.places import coordinates, geojson
from citycall.places.fit import Warn, warnings_of
from citycall.places.models import Area, AreaLayer
from citycall.places.policies import PERMISSIONS
from citycall.places.queries import AREAS, areas, shape_of
from citycall.places.specs import LayerSpec

SUBJECT = "area_layer"
_FIELDS = ("name", "shape", "properties", "retired")


class NothingMatches(Conflict):
    """No code of the file is one of the layer's, so that the load would retire every area."""

    code = "no_area_matches"


@dataclass(frozen=True, slots=True)
class LayerReport:
    """What a load did. The lists hold codes; ``warnings`` are for a person to look at."""

    layer: str
    created: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    retired: tuple[str, ...]
    mended: tuple[geojson.ReadArea, ...]
    refused: tuple[geojson.Refusal, ...]
    warnings: tuple[Warn, ...]
    code_property: str
    name_property: str


def load_layer(
    *,
    code: str,
    name: str,
    kind: AreaLayer.Kind,
    content: bytes | Path,
    by: Actor,
    at: datetime,
    code_property: str = "",
    name_property: str = "",
    replace_all: bool = False,
    limits: geojson.Limits | None = None,
) -> LayerReport:
    """Make or renew a layer from GeoJSON. Areas keep their ids by their codes.

    Areas that the file no longer has are retired, never deleted; one that the file has but that
    had to be refused stays as it was. Raises ``geojson.BadLayer``, ``columns.NoCode`` or, unless
    ``replace_all``, ``NothingMatches``; ``NotAllowed`` for all but administrators.
    """
    require(PERMISSIONS, "load_layer", by=by)
    spec = documents.read(LayerSpec, {"code": code, "name": name, "kind": kind})
    read = geojson.read_layer(
        content,
        code_property=code_property,
        name_property=name_property,
        near=areas().middle or coordinates.place_of_zone(settings.TIME_ZONE),
        limits=limits,
    )
    warnings = _warnings(spec, read, (limits or geojson.Limits()).seconds)
    with transaction.atomic():
        layer = _layer(spec)
        report = _store(layer, read, warnings, replace_all=replace_all, by=by, at=at)
        AREAS.bump()
    return report


def _layer(spec: LayerSpec) -> AreaLayer:
    layer, _new = AreaLayer.objects.select_for_update().update_or_create(
        code=spec.code, defaults={"name": spec.name, "kind": spec.kind}
    )
    return layer


def _store(
    layer: AreaLayer,
    read: geojson.ReadLayer,
    warnings: Sequence[Warn],
    *,
    replace_all: bool,
    by: Actor,
    at: datetime,
) -> LayerReport:
    stored = {area.code: area for area in layer.areas.all()}
    before = {code: _picture(area) for code, area in stored.items()}
    wanted = {area.code: _area(layer, area) for area in read.areas}
    gone = _gone(stored, wanted.keys(), read, replace_all=replace_all)
    created = [area for code, area in wanted.items() if code not in stored]
    changed = [
        stored[code]
        for code, area in wanted.items()
        if code in stored and _take(stored[code], area)
    ]
    for area in gone:
        area.retired = True
    Area.objects.bulk_create(created, batch_size=500)
    Area.objects.bulk_update([*changed, *gone], _FIELDS, batch_size=200)
    after = {area.code: _picture(area) for area in (*created, *changed, *gone)}
    _record(layer, {code: before[code] for code in after if code in before}, after, by, at)
    return LayerReport(
        layer=layer.code,
        created=_codes(created),
        changed=_codes(changed),
        unchanged=tuple(code for code in wanted if code not in after),
        retired=_codes(gone),
        mended=tuple(area for area in read.areas if area.repairs),
        refused=read.refusals,
        warnings=tuple(warnings),
        code_property=read.code_property,
        name_property=read.name_property,
    )


def _gone(
    stored: Mapping[str, Area],
    wanted: Collection[str],
    read: geojson.ReadLayer,
    *,
    replace_all: bool,
) -> list[Area]:
    """The present areas that the file no longer has; a refused feature's area is still there."""
    present = {code: area for code, area in stored.items() if not area.retired}
    kept = {*wanted, *(refusal.code for refusal in read.refusals)}
    gone = [area for code, area in present.items() if code not in kept]
    if gone and len(gone) == len(present) and not replace_all:
        raise NothingMatches(
            _(
                "None of the file's codes (taken from “%(key)s”) is one of this layer's, so every "
                "area would be retired. Choose another property, or say that all are replaced."
            )
            % {"key": read.code_property}
        )
    return gone


def _codes(areas: Sequence[Area]) -> tuple[str, ...]:
    return tuple(area.code for area in areas)


def _area(layer: AreaLayer, read: geojson.ReadArea) -> Area:
    return Area(
        layer=layer,
        code=read.code,
        name=read.name,
        shape=shapely.to_wkb(read.shape),
        properties=dict(read.properties),
    )


def _take(stored: Area, new: Area) -> bool:
    """Make the stored area like the new one; whether anything differed."""
    stored.shape, new.shape = bytes(stored.shape), bytes(new.shape)
    same = all(getattr(stored, field) == getattr(new, field) for field in _FIELDS)
    for field in _FIELDS:
        setattr(stored, field, getattr(new, field))
    return not same


def _picture(area: Area) -> dict[str, Any]:
    # The shape itself stays in the city's file: loading the former file again restores it.
    digest = hashlib.sha256(bytes(area.shape)).hexdigest()
    return {"name": area.name, "retired": area.retired, "shape_sha256": digest}


def _record(
    layer: AreaLayer,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    by: Actor,
    at: datetime,
) -> None:
    revisions.record(
        subject_kind=SUBJECT,
        subject_code=layer.code,
        before={"areas": before},
        after={"areas": after},
        by=by,
        at=at,
    )


def _warnings(spec: LayerSpec, read: geojson.ReadLayer, seconds: float) -> list[Warn]:
    if spec.kind is not AreaLayer.Kind.PARTITION:
        return []
    boundary = Area.objects.filter(layer__kind=AreaLayer.Kind.BOUNDARY, retired=False)
    shapes = [shape_of(area) for area in boundary]
    return warnings_of(
        read.areas, boundary=shapely.union_all(shapes) if shapes else None, seconds=seconds
    )
