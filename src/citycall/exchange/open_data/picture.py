"""The names that ids in a request stand for, read in the same snapshot as the requests."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from citycall.agencies.models import Agency
from citycall.catalog.models import Outcome, Service
from citycall.catalog.queries import service_spec
from citycall.catalog.specs import Privacy
from citycall.exchange.open_data.columns import Column, Layer, columns
from citycall.places.models import Area, AreaLayer


@dataclass(frozen=True, slots=True)
class ServiceNames:
    """A service as the open data tells of it."""

    id: int
    code: str
    name: str
    group: str
    privacy: Privacy


@dataclass(frozen=True, slots=True)
class AgencyNames:
    """An agency as the open data tells of it."""

    id: int
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class OutcomeNames:
    """An outcome as the open data tells of it."""

    id: int
    code: str
    name: str
    fixed: bool


@dataclass(frozen=True, slots=True)
class AreaNames:
    """An area, retired ones too, as the open data tells of it."""

    id: int
    layer: str
    code: str
    name: str


@dataclass(frozen=True)
class Picture:
    """All names at one moment. Services that are private are not in it."""

    services: Sequence[ServiceNames]
    agencies: Sequence[AgencyNames]
    outcomes: Sequence[OutcomeNames]
    layers: Sequence[Layer]
    areas: Sequence[AreaNames]

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns that an edition with these names has."""
        return columns(self.layers)

    @property
    def told(self) -> list[int]:
        """The ids of the services whose requests are in the open data."""
        return [service.id for service in self.services]

    @property
    def placed(self) -> list[int]:
        """The ids of those among them that tell where their requests are."""
        return [each.id for each in self.services if each.privacy is Privacy.PUBLIC]

    @cached_property
    def digest(self) -> str:
        """Changes with anything in the picture, and with the columns."""
        facts = (self.services, self.agencies, self.outcomes, self.layers, self.areas)
        names = [column.name for column in self.columns]
        return hashlib.sha256(repr((facts, names)).encode()).hexdigest()[:16]


def load() -> Picture:
    """The names as they are in the open transaction's snapshot."""
    return Picture(
        services=[
            ServiceNames(row.pk, spec.code, spec.name, spec.group, spec.privacy)
            for row in Service.objects.order_by("pk")
            if (spec := service_spec(row)).privacy is not Privacy.PRIVATE
        ],
        agencies=[AgencyNames(row.pk, row.code, row.name) for row in Agency.objects.order_by("pk")],
        outcomes=[
            OutcomeNames(row.pk, row.code, row.name, row.fixed)
            for row in Outcome.objects.order_by("pk")
        ],
        layers=layers(),
        areas=[
            AreaNames(*row)
            for row in Area.objects.filter(layer__kind=AreaLayer.Kind.PARTITION)
            .order_by("pk")
            .values_list("pk", "layer__code", "code", "name")
        ],
    )


def layers() -> list[Layer]:
    """The layers that divide the city, by their codes."""
    found = AreaLayer.objects.filter(kind=AreaLayer.Kind.PARTITION).order_by("code")
    return [Layer(code=layer.code, name=layer.name) for layer in found]
