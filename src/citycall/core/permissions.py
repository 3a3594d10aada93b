"""How a room states who may do what; each room's ``policies`` holds its own table."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from citycall.core.actors import Actor, ActorKind
from citycall.core.errors import NotAllowed


@dataclass(frozen=True, slots=True)
class Grant:
    """The roles that hold for every agency's things, and those only for their own agency's."""

    everywhere: frozenset[str] = frozenset()
    own_agency: frozenset[str] = frozenset()

    def allows(self, actor: Actor, *, agency_id: int | None) -> bool:
        """Whether staff or a key may, for a thing of this agency; the system always may."""
        if actor.kind is ActorKind.SYSTEM:
            return True
        return actor.holds_anywhere(self.everywhere) or actor.holds(
            self.own_agency, agency_id=agency_id
        )


def require(
    table: Mapping[str, Grant], action: str, *, by: Actor, agency_id: int | None = None
) -> None:
    """Raise ``NotAllowed`` unless ``table`` grants ``action`` to the actor."""
    if not table[action].allows(by, agency_id=agency_id):
        raise NotAllowed(_("You do not have permission to do this."))
