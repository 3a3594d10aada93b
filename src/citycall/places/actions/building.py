"""Building the gazetteer from a manifest: read, compared with what is stored, and written."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import shapely
from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from citycall.core import revisions
from citycall.core.actors import Actor
from citycall.core.errors import DomainError
from citycall.core.permissions import require
from citycall.places import coordinates
from citycall.places.actions.building_tables import Stored, store
from citycall.places.actions.layers import LayerReport, load_layer
from citycall.places.gazetteer.built import NamedArea, Refused
from citycall.places.gazetteer.composing import Composed, compose
from citycall.places.gazetteer.ground import Ground
from citycall.places.gazetteer.manifest import (
    NAMES,
    NETWORK,
    AreasLayer,
    Holds,
    Manifest,
    read_manifest,
)
from citycall.places.gazetteer.report import BuildReport, LayerResult
from citycall.places.models import Area, AreaLayer
from citycall.places.policies import PERMISSIONS
from citycall.places.queries import AREAS, GAZETTEER, areas, shape_of

SUBJECT = "gazetteer"
# Reading the manifest and its layers is counted layer by layer; these steps come after them.
STEPS_AFTER = 6
Progress = Callable[[int, int | None], None]


def build_gazetteer(
    *,
    manifest: Path,
    by: Actor,
    at: datetime,
    data: Path | None = None,
    progress: Progress = lambda done, total: None,
) -> BuildReport:
    """Make the gazetteer what the layers of a manifest say, in one transaction.

    ``data`` is the folder that the manifest's files are relative to (default: its own). A row
    that is wrong is refused and the rest is taken. What a layer no longer has is removed;
    layers that the manifest does not name are left alone. Run again on the same files, it
    changes nothing. ``progress`` is told the steps done and their number.

    Raises ``BadManifest``, ``EmptyLayer``, what ``load_layer`` raises for a layer of areas, and
    ``NotAllowed`` for all but administrators.
    """
    require(PERMISSIONS, "load_places", by=by)
    begun = time.monotonic()
    wanted = read_manifest(manifest, data=data)
    tick = _Steps(progress, 2 * len(wanted.layers) + STEPS_AFTER)
    try:
        with transaction.atomic():
            report = _build(wanted, by=by, at=at, tick=tick)
    except DomainError:
        # A picture that was looked at meanwhile shows what has been rolled back.
        AREAS.forget()
        raise
    report.seconds = time.monotonic() - begun
    return report


class EmptyLayer(DomainError):
    """No row of a layer can be used, so that all that is stored of it would be removed."""

    code = "empty_layer"
    status = 422


class _Steps:
    def __init__(self, progress: Progress, total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0

    def __call__(self) -> None:
        self._done += 1
        self._progress(min(self._done, self._total), self._total)


def _build(wanted: Manifest, *, by: Actor, at: datetime, tick: _Steps) -> BuildReport:
    with connection.cursor() as cursor:
        # Two builds at once would each remove what the other has just made.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('gazetteer', 311))")
    loaded = dict(_load_areas(wanted, by=by, at=at, tick=tick))
    composed = compose(wanted, areas=_areas(), ground=_ground(wanted), tick=tick)
    _refuse_empty(composed)
    codes = [*wanted.layers, NETWORK, NAMES]
    stored = store(composed, layers=codes, tick=tick)
    report = BuildReport(
        layers=[
            result
            for code in composed.layers
            for result in _results(code, composed, stored, loaded.get(code))
        ],
        other_layers=stored.other_layers,
        warnings={code: len(one.warnings) for code, one in loaded.items() if one.warnings},
    )
    if stored.changed_anything:
        _record(stored, by=by, at=at)
        GAZETTEER.bump()
    return report


def _load_areas(
    wanted: Manifest, *, by: Actor, at: datetime, tick: _Steps
) -> Iterator[tuple[str, LayerReport]]:
    """Areas come first, the boundary before all: it says where the other layers may lie."""
    layers = [(c, layer) for c, layer in wanted.layers.items() if isinstance(layer, AreasLayer)]
    for code, layer in sorted(layers, key=lambda one: one[1].kind != AreaLayer.Kind.BOUNDARY):
        try:
            report = load_layer(
                code=code,
                name=layer.title,
                kind=layer.kind,
                content=wanted.path_of(layer),
                by=by,
                at=at,
                code_property=layer.code,
                name_property=layer.name,
                replace_all=layer.replace_all,
            )
        except DomainError as error:
            raise wanted.blame(code, "file", error.message) from error
        yield code, report
        tick()


def _areas() -> list[NamedArea]:
    rows = Area.objects.filter(retired=False).select_related("layer").order_by("pk")
    return [
        NamedArea(row.layer.code, row.code, row.name, shape_of(row), row.properties)
        for row in rows.iterator()
    ]


def _ground(wanted: Manifest) -> Ground:
    """By the boundary, else by all areas, else roughly by the time zone."""
    found = list(Area.objects.filter(retired=False).exclude(layer__kind=AreaLayer.Kind.NEIGHBOR))
    kinds = dict(AreaLayer.objects.values_list("pk", "kind"))
    outline = [one for one in found if kinds[one.layer_id] == AreaLayer.Kind.BOUNDARY] or found
    if not outline:
        near = coordinates.place_of_zone(settings.TIME_ZONE)
        return Ground(near=near, box=None, reach_km=wanted.surroundings_km)
    west, south, east, north = shapely.total_bounds([shape_of(one) for one in outline]).tolist()
    middle = ((west + east) / 2, (south + north) / 2)
    return Ground(
        near=areas().middle or middle,
        box=(west, south, east, north),
        reach_km=wanted.surroundings_km,
    )


def _refuse_empty(composed: Composed) -> None:
    for code, layer in composed.layers.items():
        if code in {NETWORK, NAMES} or layer.holds == Holds.AREAS:
            continue
        if not layer.read and not layer.left_out:
            raise EmptyLayer(_("The layer “%(code)s” has no rows.") % {"code": code})
        if layer.read and len(layer.refused) == layer.read:
            sentence = _("No row of the layer “%(code)s” can be used. The first: %(reason)s")
            values = {"code": code, "reason": layer.refused[0].reason}
            raise EmptyLayer(sentence % values)


def _results(
    code: str, composed: Composed, stored: Stored, loaded: LayerReport | None
) -> Iterator[LayerResult]:
    """What came of a layer; of areas that are places too, what came of both."""
    read, counts = composed.layers[code], stored.counts[code]
    if loaded is not None:
        yield _of_areas(loaded)
        if not read.read:
            return
    yield LayerResult(
        code=code,
        holds=read.holds,
        read=read.read,
        left_out=read.left_out,
        known_already=read.known_already,
        created=counts.created,
        changed=counts.changed,
        unchanged=counts.unchanged,
        removed=counts.removed,
        refused=read.refused,
    )


def _of_areas(loaded: LayerReport) -> LayerResult:
    refused = [
        Refused(loaded.layer, one.number, one.code, one.name, one.reason) for one in loaded.refused
    ]
    taken = len(loaded.created) + len(loaded.changed) + len(loaded.unchanged)
    return LayerResult(
        code=loaded.layer,
        holds=Holds.AREAS.value,
        read=taken + len(refused),
        created=len(loaded.created),
        changed=len(loaded.changed),
        unchanged=len(loaded.unchanged),
        removed=len(loaded.retired),
        refused=refused,
    )


def _record(stored: Stored, *, by: Actor, at: datetime) -> None:
    counts = {
        code: {
            "created": count.created,
            "changed": count.changed,
            "removed": count.removed,
        }
        for code, count in stored.counts.items()
        if count.created or count.changed or count.removed
    }
    revisions.record(
        subject_kind=SUBJECT,
        subject_code="all",
        before=None,
        after={"layers": counts},
        by=by,
        at=at,
        note=_("The gazetteer was built from the city's layers."),
    )
