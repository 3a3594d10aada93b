"""Who may change the catalog: administrators, and nobody else yet."""

import pytest

from citycall.accounts.models import Role
from citycall.catalog import queries
from citycall.catalog.actions import retire_service, save_outcome, save_service, undo
from citycall.catalog.models import Service
from citycall.catalog.specs import OutcomeSpec
from citycall.core.actors import Actor, ActorKind, resident
from citycall.core.errors import NotAllowed
from tests.catalog.conftest import NOW, service

OTHERS = [role.value for role in Role if role is not Role.ADMINISTRATOR]


def staff(role: str) -> Actor:
    return Actor(kind=ActorKind.STAFF, id=2, name="Max", memberships=frozenset({(role, None)}))


@pytest.mark.parametrize("by", [resident(), *map(staff, OTHERS)], ids=["resident", *OTHERS])
def test_others_change_nothing(pothole: Service, by: Actor) -> None:
    with pytest.raises(NotAllowed):
        save_service(spec=service(name="Hole"), by=by, at=NOW)
    with pytest.raises(NotAllowed):
        save_outcome(spec=OutcomeSpec(code="gone", name="Gone"), by=by, at=NOW)
    with pytest.raises(NotAllowed):
        retire_service(code="pothole", by=by, at=NOW)
    with pytest.raises(NotAllowed):
        undo(revision=1, by=by, at=NOW)
    with pytest.raises(NotAllowed):
        queries.history(kind="service", code="pothole", by=by)
    assert queries.services() == [service()]
