"""The jurisdictions that one server answers for, each the whole city or some of its agencies."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.utils.translation import gettext as _

from citycall.catalog.queries import Catalog
from citycall.core.errors import DomainError, NotFound


class UnknownJurisdiction(NotFound):
    """No jurisdiction here has this id."""

    code = "unknown_jurisdiction"


class JurisdictionMissing(DomainError):
    """There are several jurisdictions, and the call says none."""

    code = "jurisdiction_missing"


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """One of them; ``agencies`` are codes, none for the whole city."""

    id: str = ""
    agencies: frozenset[str] | None = None

    def agency_ids(self, catalog: Catalog) -> Collection[int] | None:
        """The ids of its agencies, retired ones too; none for the whole city."""
        if self.agencies is None:
            return None
        known = catalog.directory.agencies
        return frozenset(agency.id for agency in known if agency.code in self.agencies)


WHOLE_CITY = Jurisdiction()


def jurisdiction_of(asked: str | None) -> Jurisdiction:
    """The jurisdiction with this id, in any case; the only one where none is named.

    While the setting names none, every id means the whole city. Raises ``UnknownJurisdiction``,
    and ``JurisdictionMissing`` where one of several must be named.
    """
    known = _read(tuple(settings.CITYCALL_JURISDICTIONS))
    if not known:
        return WHOLE_CITY
    if asked is None:
        if len(known) > 1:
            raise JurisdictionMissing(
                _("jurisdiction_id was not provided. It is one of: %(known)s.")
                % {"known": ", ".join(known)}
            )
        return next(iter(known.values()))
    found = known.get(asked.lower())
    if found is None:
        raise UnknownJurisdiction(_("jurisdiction_id was not found."))
    return found


@lru_cache(maxsize=4)
def _read(written: Sequence[str]) -> Mapping[str, Jurisdiction]:
    """Each part is an id, or an id with its agencies: ``b.example=water+parks``."""
    found = {}
    for part in written:
        name, _equals, codes = part.partition("=")
        agencies = frozenset(code.strip() for code in codes.split("+") if code.strip())
        found[name.strip().lower()] = Jurisdiction(name.strip(), agencies or None)
    return found
