"""Whose numbers somebody may see."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from citycall.agencies.models import Agency
from citycall.analytics.policies import PERMISSIONS
from citycall.core.actors import Actor
from citycall.core.errors import NotAllowed
from citycall.core.permissions import require


def sees_all(actor: Actor) -> bool:
    """Whether the actor may see every agency's numbers."""
    return PERMISSIONS["see"].allows(actor, agency_id=None)


def agencies_of(actor: Actor) -> Sequence[Agency]:
    """The agencies whose numbers the actor may see, by name. One query.

    Raises NotAllowed where there are none.
    """
    every = Agency.objects.order_by("name")
    found = [agency for agency in every if PERMISSIONS["see"].allows(actor, agency_id=agency.pk)]
    if not found and not sees_all(actor):
        raise NotAllowed(_("You do not have permission to see these numbers."))
    return found


def require_agency(actor: Actor, agency_id: int) -> None:
    """Raise NotAllowed unless the actor may see this agency's numbers."""
    require(PERMISSIONS, "see", by=actor, agency_id=agency_id)


def within_reach(actor: Actor, where: Mapping[str, Sequence[Any]]) -> dict[str, Sequence[Any]]:
    """The conditions of a question with those that bind the actor: nobody asks beyond theirs.

    No agency is left where it is about none that the actor may see. Raises NotAllowed to those who
    may see no numbers.
    """
    allowed = [agency.pk for agency in agencies_of(actor)]
    if sees_all(actor):
        return {**where}
    asked = where.get("agency")
    return {**where, "agency": [pk for pk in allowed if asked is None or pk in asked]}
