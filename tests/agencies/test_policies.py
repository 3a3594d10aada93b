"""Who may change agencies: administrators, and nobody else yet."""

import pytest

from citycall.accounts.models import Role
from citycall.agencies import actions, queries
from citycall.agencies.models import Agency
from citycall.agencies.policies import ADMINISTRATOR
from citycall.agencies.specs import TeamSpec
from citycall.core.actors import SYSTEM, Actor, ActorKind, resident
from citycall.core.errors import NotAllowed
from tests.agencies.conftest import NOW, OFFICE, WORKS

OTHERS = [role.value for role in Role if role is not Role.ADMINISTRATOR]
TEAM = TeamSpec(code="bulk-trash", name="Bulk trash", agency="public-works")


def staff(role: str) -> Actor:
    return Actor(kind=ActorKind.STAFF, id=2, name="Max", memberships=frozenset({(role, None)}))


def test_the_role_is_the_one_that_accounts_give() -> None:
    assert Role.ADMINISTRATOR.value == ADMINISTRATOR


@pytest.mark.parametrize("by", [resident(), *map(staff, OTHERS)], ids=["resident", *OTHERS])
def test_others_change_nothing(agency: Agency, by: Actor) -> None:
    with pytest.raises(NotAllowed):
        actions.save_calendar(spec=OFFICE, by=by, at=NOW)
    with pytest.raises(NotAllowed):
        actions.save_agency(spec=WORKS, by=by, at=NOW)
    with pytest.raises(NotAllowed):
        actions.save_team(spec=TEAM, by=by, at=NOW)
    with pytest.raises(NotAllowed):
        actions.undo(revision=1, by=by, at=NOW)
    with pytest.raises(NotAllowed):
        queries.history(kind="agency", code="public-works", by=by)


def test_the_system_may(agency: Agency) -> None:
    assert actions.save_team(spec=TEAM, by=SYSTEM, at=NOW).pk
