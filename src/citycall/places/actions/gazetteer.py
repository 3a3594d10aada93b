"""Loading named places: made or renewed by code, row by row refused where wrong."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from citycall.agencies import documents
from citycall.core import revisions
from citycall.core.actors import Actor
from citycall.core.errors import Faults
from citycall.core.permissions import require
from citycall.places import coordinates
from citycall.places.models import Place
from citycall.places.policies import PERMISSIONS
from citycall.places.queries import GAZETTEER, areas
from citycall.places.specs import PlaceSpec
from citycall.places.words import fold, search_text

SUBJECT = "places"
AT_ONCE = 2_000
_FIELDS = ("kind", "name", "parent", "aliases", "search", "longitude", "latitude")


@dataclass(frozen=True, slots=True)
class RefusedPlace:
    """A row that cannot be a place, and why. ``number`` counts from 1."""

    number: int
    code: str
    reason: str


@dataclass(slots=True)
class PlacesReport:
    """How many places a load made, changed, left as they were and removed; what it refused."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    refused: list[RefusedPlace] = field(default_factory=list)


@transaction.atomic
def load_places(
    *,
    rows: Iterable[Mapping[str, Any]],
    by: Actor,
    at: datetime,
    complete_kinds: Collection[str] = (),
) -> PlacesReport:
    """Make or renew named places, each row a ``PlaceSpec`` document.

    A row that is wrong is refused and the others are taken. ``complete_kinds`` are the kinds of
    which ``rows`` has all there are: places of these kinds that it lacks are removed (a refused
    row's place stays). Raises ``NotAllowed`` for all but administrators.
    """
    require(PERMISSIONS, "load_places", by=by)
    report = PlacesReport()
    specs = _read(rows, report)
    kept = {*(spec.code for spec in specs), *(refusal.code for refusal in report.refused)}
    for start in range(0, len(specs), AT_ONCE):
        _store(specs[start : start + AT_ONCE], report)
    if complete_kinds:
        gone = Place.objects.filter(kind__in=complete_kinds).exclude(code__in=kept)
        report.removed = gone.delete()[0]
    if report.created or report.changed or report.removed:
        counts = {"created": report.created, "changed": report.changed, "removed": report.removed}
        revisions.record(
            subject_kind=SUBJECT,
            subject_code="all",
            before=None,
            after=counts,
            by=by,
            at=at,
            note=_("Places were loaded from a file."),
        )
        GAZETTEER.bump()
    return report


def _read(rows: Iterable[Mapping[str, Any]], report: PlacesReport) -> list[PlaceSpec]:
    near = areas().middle or coordinates.place_of_zone(settings.TIME_ZONE)
    specs: dict[str, PlaceSpec] = {}
    for number, row in enumerate(rows, start=1):
        try:
            spec = documents.read(PlaceSpec, dict(row))
        except Faults as faults:
            reason = " ".join(f"{name}: {words}" for name, words in faults.faults.items())
        else:
            reason = _fault_of(spec, near, specs)
            if not reason:
                specs[spec.code] = spec
        if reason:
            report.refused.append(RefusedPlace(number, str(row.get("code") or "")[:100], reason))
    return list(specs.values())


def _fault_of(
    spec: PlaceSpec, near: coordinates.Point | None, specs: Mapping[str, PlaceSpec]
) -> str:
    if spec.code in specs:
        return _("An earlier row has the same code.")
    if not fold(spec.name):
        return _("Its name has no letter or digit.")
    longitude, latitude = spec.longitude, spec.latitude
    return coordinates.fault_of((longitude, latitude, longitude, latitude), near=near) or ""


def _store(specs: Sequence[PlaceSpec], report: PlacesReport) -> None:
    stored = Place.objects.in_bulk([spec.code for spec in specs], field_name="code")
    places = [_place(spec) for spec in specs]
    created = [place for place in places if place.code not in stored]
    changed = [
        place for place in places if place.code in stored and _differ(place, stored[place.code])
    ]
    Place.objects.bulk_create(
        [*created, *changed],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=_FIELDS,
    )
    report.created += len(created)
    report.changed += len(changed)
    report.unchanged += len(places) - len(created) - len(changed)


def _differ(new: Place, stored: Place) -> bool:
    return any(getattr(new, name) != getattr(stored, name) for name in _FIELDS)


def _place(spec: PlaceSpec) -> Place:
    words = [spec.name, spec.parent, *spec.aliases]
    return Place(
        kind=spec.kind,
        code=spec.code,
        name=spec.name,
        parent=spec.parent,
        aliases=list(spec.aliases),
        search=search_text(words),
        longitude=spec.longitude,
        latitude=spec.latitude,
    )
