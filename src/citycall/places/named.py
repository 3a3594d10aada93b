"""The gazetteer's own places by their codes, as a link or a sign on the spot names them."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from citycall.core.errors import NotFound
from citycall.places.candidates import Candidate
from citycall.places.models import LocationKind
from citycall.places.queries import GAZETTEER, areas
from citycall.places.search.kinds import KIND_OF, LABELS
from citycall.places.search.picture import NamedPlace


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPlace:
    """A place with a code of its own.

    ``sort`` is what it is in words (``Stop``), ``neighborhood`` where, ``reach_m`` the radius
    around its point within which what is there belongs to it; ``shape`` its ground in degrees
    where it is more than a point.
    """

    code: str
    kind: str
    sort: str
    label: str
    neighborhood: str
    address: str
    longitude: float
    latitude: float
    reach_m: float
    shape: Any

    @property
    def candidate(self) -> Candidate:
        """The same as a search would have found it."""
        return Candidate(
            kind=KIND_OF.get(self.kind, LocationKind.LANDMARK),
            code=self.code,
            label=self.label,
            detail=self.detail,
            longitude=round(self.longitude, 6),
            latitude=round(self.latitude, 6),
            accuracy_m=round(self.reach_m, 1),
            confidence=1.0,
            reason="",
        )

    @property
    def detail(self) -> str:
        """What it is, and in which neighborhood."""
        if not self.neighborhood or self.neighborhood == self.label:
            return self.sort
        return _("%(sort)s in %(neighborhood)s") % {
            "sort": self.sort,
            "neighborhood": self.neighborhood,
        }


def known(code: str) -> KnownPlace | None:
    """The place with this code, if there is one."""
    gazetteer = GAZETTEER.get()
    named = gazetteer.place_named(code)
    return None if named is None else _known(named, gazetteer.shape_of(code))


def get(code: str) -> KnownPlace:
    """The place with this code; raises ``NotFound``."""
    found = known(code)
    if found is None:
        raise NotFound(_("The city knows no place with this code."))
    return found


def _known(named: NamedPlace, shape: Any) -> KnownPlace:
    around = areas().neighborhood_at(named.longitude, named.latitude)
    return KnownPlace(
        code=named.code,
        kind=named.kind,
        sort=str(LABELS.get(named.kind, _("Place"))),
        label=named.label,
        neighborhood=around.name if around else "",
        address=named.address,
        longitude=named.longitude,
        latitude=named.latitude,
        reach_m=named.reach_m,
        shape=shape,
    )
