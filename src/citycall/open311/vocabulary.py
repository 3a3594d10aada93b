"""The words that answers are made of: names of services, agencies and areas, ready in memory."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

import orjson
from django.conf import settings
from django.utils.translation import gettext as _

from citycall.catalog.queries import Catalog, catalog
from citycall.places.queries import AreaIndex, areas
from citycall.service_requests.models import Status

_DIGEST_BYTES: Final = 9
_NEIGHBORHOODS: Final = "neighborhood"
_POSTAL: Final = ("zip", "postcode", "postal")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Names by id, of retired things too; ``digest`` changes with any of them.

    ``services`` are pairs of code and name; ``notices`` say what a status means, where that needs
    to be said; ``postal`` are the codes of areas that are postal ones.
    """

    catalog: Catalog
    areas: AreaIndex
    settings: tuple[str, ...]
    services: Mapping[int, tuple[str, str]]
    agencies: Mapping[int, str]
    postal: Mapping[int, str]
    notices: Mapping[str, str]
    digest: str

    def outcome(self, outcome_id: int) -> tuple[str, str]:
        """The code and name of an outcome."""
        spec = self.catalog.outcome_by_id(outcome_id).spec
        return spec.code, spec.name

    @property
    def city(self) -> str:
        return self.settings[0]

    @property
    def public_url(self) -> str:
        return self.settings[1]

    def neighborhood(self, area_ids: Collection[int]) -> str:
        """The name of the neighborhood among these areas; the city's where there is none."""
        here = self.areas.areas_of(area_ids)
        names = (area.name for area in here if area.layer.startswith(_NEIGHBORHOODS))
        return next(names, "") or self.city

    def zipcode(self, area_ids: Collection[int]) -> str | None:
        """The postal code among these areas."""
        for each in area_ids:
            if each in self.postal:
                return self.postal[each]
        return None


_made: Vocabulary | None = None


def vocabulary() -> Vocabulary:
    """The words as they are now; the same object until catalog, areas or settings change."""
    global _made  # noqa: PLW0603  (a cache of what two snapshots say together)
    known, index, told = catalog(), areas(), _settings()
    made = _made
    if (
        made is None
        or made.catalog is not known
        or made.areas is not index
        or made.settings != told
    ):
        made = _made = _make(known, index, told)
    return made


def _settings() -> tuple[str, ...]:
    publish = settings.CITYCALL_PUBLISH_DESCRIPTIONS
    return settings.CITYCALL_CITY_NAME, settings.PUBLIC_URL, "words" if publish else ""


def _make(known: Catalog, index: AreaIndex, told: tuple[str, ...]) -> Vocabulary:
    return Vocabulary(
        catalog=known,
        areas=index,
        settings=told,
        services={entry.id: (entry.code, entry.name) for entry in known.all_services},
        agencies={agency.id: agency.name for agency in known.directory.agencies},
        postal={
            area.id: area.code
            for layer in index.layers
            if layer.startswith(_POSTAL)
            for area in index.of_layer(layer)
        },
        notices={
            Status.COMPLETED: _(
                "The agency says that its work is done. It is confirmed once the reporter agrees, "
                "or nobody objects in time."
            ),
            Status.ON_HOLD: _("The work is waiting for something; it has not been forgotten."),
        },
        digest=_digest(known, index, told),
    )


def _outcome_codes(known: Catalog) -> set[str]:
    """The outcomes that are offered, and retired ones that a service still names."""
    named = {code for entry in known.all_services for code in entry.spec.outcomes}
    return named | {outcome.spec.code for outcome in known.outcomes}


def _digest(known: Catalog, index: AreaIndex, told: tuple[str, ...]) -> str:
    """A few letters that are the same in every process with the same words, and no others."""
    everything = (
        told,
        [(entry.id, entry.active, entry.spec.model_dump_json()) for entry in known.all_services],
        [(agency.id, agency.name) for agency in known.directory.agencies],
        [known.outcome(code).spec.name for code in sorted(_outcome_codes(known))],
        [(area.id, area.name) for layer in index.layers for area in index.of_layer(layer)],
    )
    return hashlib.blake2b(orjson.dumps(everything), digest_size=_DIGEST_BYTES).hexdigest()
