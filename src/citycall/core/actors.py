"""Who is acting: passed first everywhere, so that permission is checked once, in the action."""

from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from enum import StrEnum


class ActorKind(StrEnum):
    """The four kinds of actor that an event may name."""

    RESIDENT = "resident"
    STAFF = "staff"
    KEY = "key"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A person, program or clock that does something.

    ``id`` is the user's or key's id (none for residents without account and for the system).
    ``memberships`` are pairs of a role's name and the id of the agency it holds for, none where
    it holds city-wide. ``reports`` are the ids of the reports that a resident has proven to be
    theirs, by a signed link or by having just submitted them. ``districts`` are the areas
    ("layer/code") for which somebody of a council's office asks.
    """

    kind: ActorKind
    id: int | None = None
    name: str = ""
    memberships: frozenset[tuple[str, int | None]] = field(default_factory=frozenset)
    reports: frozenset[int] = field(default_factory=frozenset)
    districts: frozenset[str] = field(default_factory=frozenset)

    def holds(self, roles: Set[str], *, agency_id: int | None) -> bool:
        """Whether one of these roles is held for this agency, or city-wide."""
        return any(
            role in roles and (agency is None or agency == agency_id)
            for role, agency in self.memberships
        )

    def holds_anywhere(self, roles: Set[str]) -> bool:
        """Whether one of these roles is held for any agency."""
        return any(role in roles for role, _agency in self.memberships)

    def agencies_as(self, roles: Set[str]) -> frozenset[int] | None:
        """The agencies for which one of these roles is held; none means all of them."""
        held = {agency for role, agency in self.memberships if role in roles}
        return None if None in held else frozenset(a for a in held if a is not None)


def resident(*, reports: Iterable[int] = ()) -> Actor:
    """A resident; ``reports`` are the ids they have proven to be theirs."""
    return Actor(kind=ActorKind.RESIDENT, reports=frozenset(reports))


SYSTEM = Actor(kind=ActorKind.SYSTEM, name="CityCall")
