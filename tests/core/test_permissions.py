"""A role counts where it is held, and nowhere else."""

from citycall.core.actors import SYSTEM, Actor, ActorKind, resident
from citycall.core.permissions import Grant

GRANT = Grant(everywhere=frozenset({"clerk"}), own_agency=frozenset({"crew"}))


def staff(*memberships: tuple[str, int | None]) -> Actor:
    return Actor(kind=ActorKind.STAFF, id=1, memberships=frozenset(memberships))


def test_a_role_granted_everywhere_needs_no_agency() -> None:
    assert GRANT.allows(staff(("clerk", None)), agency_id=5)


def test_a_role_granted_for_the_own_agency_holds_there() -> None:
    assert GRANT.allows(staff(("crew", 5)), agency_id=5)


def test_a_role_granted_for_the_own_agency_does_not_hold_elsewhere() -> None:
    assert not GRANT.allows(staff(("crew", 5)), agency_id=6)


def test_two_roles_at_two_agencies_are_not_mixed() -> None:
    assert not GRANT.allows(staff(("crew", 5), ("analyst", 6)), agency_id=6)


def test_a_city_wide_role_holds_for_every_agency() -> None:
    assert GRANT.allows(staff(("crew", None)), agency_id=6)


def test_a_resident_is_granted_nothing() -> None:
    assert not GRANT.allows(resident(reports=[1]), agency_id=5)


def test_the_system_is_granted_everything() -> None:
    assert GRANT.allows(SYSTEM, agency_id=None)
