"""Reading the catalog: the picture of it that every process holds in memory, and the history."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from citycall.agencies import queries as agencies
from citycall.agencies.queries import Directory
from citycall.catalog import said
from citycall.catalog.models import Outcome, Service
from citycall.catalog.policies import PERMISSIONS
from citycall.catalog.snapshot import Catalog, OutcomeEntry, ServiceEntry, UnknownService
from citycall.catalog.specs import OutcomeSpec, Override, ServiceSpec, Target
from citycall.core.actors import Actor
from citycall.core.models import Revision
from citycall.core.permissions import require
from citycall.core.phrases import InEachLanguage, Say
from citycall.core.snapshots import Snapshot
from citycall.places.index import AreaIndex
from citycall.places.models import Area
from citycall.places.queries import areas

__all__ = [
    "Catalog",
    "OutcomeEntry",
    "ServiceEntry",
    "UnknownService",
    "catalog",
    "history",
    "outcomes",
    "services",
    "written",
]

SERVICE, OUTCOME = "service", "outcome"


class _Definitions(NamedTuple):
    """The catalog's own rows, before agencies and areas are put beside them."""

    services: tuple[ServiceEntry, ...]
    outcomes: tuple[OutcomeEntry, ...]
    name_areas: bool


@dataclass(frozen=True, slots=True)
class _Made:
    definitions: _Definitions
    directory: Directory
    areas: AreaIndex | None
    catalog: Catalog


_made: _Made | None = None


def catalog() -> Catalog:
    """The catalog as it is now, at most a second old, in the language that is spoken just now.

    The same object until something changes.
    """
    original = written()
    return _SAID.get(original, lambda say: _translated(original, say))


def _translated(original: Catalog, say: Say) -> Catalog:
    return Catalog(
        services=(said.service(entry, say) for entry in original.all_services),
        outcomes=(said.outcome(entry, say) for entry in original.all_outcomes),
        directory=original.directory.said(say),
    )


def written() -> Catalog:
    """The catalog as it was written, in the city's first language, whoever asks."""
    global _made  # noqa: PLW0603  (a cache of what three snapshots say together)
    definitions = DEFINITIONS.get()
    directory = agencies.DIRECTORY.get()
    index = areas() if definitions.name_areas else None
    last = _made
    if (
        last is not None
        and last.definitions is definitions
        and last.directory is directory
        and last.areas is index
    ):
        return last.catalog
    if last is None or last.definitions is not definitions:
        # A service may name an agency or team that was added a moment after the directory was
        # looked at, so it is looked at again.
        agencies.DIRECTORY.forget()
        directory = agencies.DIRECTORY.get()
    made = Catalog(
        services=tuple(_with_areas(definitions, index)),
        outcomes=definitions.outcomes,
        directory=directory,
    )
    _made = _Made(definitions, directory, index, made)
    return made


def services() -> list[ServiceSpec]:
    """Every service as it stands in the database, by group and name."""
    rows = Service.objects.order_by("group", "name", "code")
    return [ServiceSpec.model_validate(row.definition) for row in rows]


def outcomes() -> list[OutcomeSpec]:
    """Every outcome as it stands in the database, by code."""
    return [outcome_spec(row) for row in Outcome.objects.order_by("code")]


def outcome_spec(row: Outcome) -> OutcomeSpec:
    """What an administrator wrote of an outcome."""
    return OutcomeSpec(
        code=row.code,
        name=row.name,
        explanation=row.explanation,
        fixed=row.fixed,
        retired=not row.active,
    )


def service_spec(row: Service) -> ServiceSpec:
    """What an administrator wrote of a service."""
    return ServiceSpec.model_validate(row.definition)


def area_ids(names: Collection[str]) -> dict[str, int]:
    """The ids of the areas named "layer/code" that are loaded and not retired."""
    codes = {name.partition("/")[2] for name in names}
    rows = Area.objects.filter(code__in=codes, retired=False)
    found = {
        f"{layer}/{code}": pk for layer, code, pk in rows.values_list("layer__code", "code", "id")
    }
    return {name: found[name] for name in names if name in found}


def history(*, kind: str, code: str, by: Actor) -> list[Revision]:
    """Every change of a service or outcome, newest first."""
    require(PERMISSIONS, "read_history", by=by)
    return list(Revision.objects.filter(subject_kind=kind, subject_code=code).order_by("-id"))


def _load() -> _Definitions:
    services = tuple(
        ServiceEntry(
            id=row.pk,
            agency_id=row.agency_id,
            team_id=row.team_id,
            active=row.active,
            spec=service_spec(row),
        )
        for row in Service.objects.all()
    )
    return _Definitions(
        services=services,
        outcomes=tuple(OutcomeEntry(row.pk, outcome_spec(row)) for row in Outcome.objects.all()),
        name_areas=any(_names_areas(entry.spec.target) for entry in services),
    )


def _names_areas(target: Target | None) -> bool:
    return target is not None and any(override.area for override in target.overrides)


def _with_areas(definitions: _Definitions, index: AreaIndex | None) -> Iterator[ServiceEntry]:
    """The services, with the ids of the areas that their targets name."""
    for entry in definitions.services:
        target = entry.spec.target
        if index and target and _names_areas(target):
            spec = entry.spec.model_copy(update={"target": _placed(target, index)})
            yield replace(entry, spec=spec)
        else:
            yield entry


def _placed(target: Target, index: AreaIndex) -> Target:
    overrides = tuple(_placed_override(override, index) for override in target.overrides)
    return target.model_copy(update={"overrides": overrides})


def _placed_override(override: Override, index: AreaIndex) -> Override:
    layer, _slash, code = (override.area or "").partition("/")
    area = index.find(layer, code)
    return override.model_copy(update={"area_id": area.id if area else None})


DEFINITIONS: Snapshot[_Definitions] = Snapshot("catalog", _load)
_SAID: Final[InEachLanguage[Catalog]] = InEachLanguage()
