"""From a signed-in person or a presented key to the actor that actions are told of."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _

from citycall.accounts.models import ApiKey, Membership, Role, User
from citycall.core.actors import Actor, ActorKind
from citycall.core.errors import NotAllowed
from citycall.core.snapshots import Snapshot


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key in force: whom it lets act, and how many calls a minute (none: the usual number)."""

    actor: Actor
    per_minute: int | None


Keys = dict[bytes, KnownKey]


def actor_of(user: User | AnonymousUser) -> Actor:
    """The actor of a signed-in person; somebody not signed in is a resident."""
    if not isinstance(user, User) or not user.is_active:
        return Actor(kind=ActorKind.RESIDENT)
    held = list(Membership.objects.filter(user=user).values_list("role", "agency_id", "area"))
    memberships: frozenset[tuple[str, int | None]] = frozenset((r, a) for r, a, _area in held)
    districts = frozenset(area for _role, _agency, area in held if area)
    if user.is_superuser:
        memberships |= {(Role.ADMINISTRATOR.value, None)}
    kind = ActorKind.STAFF if memberships else ActorKind.RESIDENT
    return Actor(
        kind=kind,
        id=user.pk,
        name=str(user),
        memberships=memberships,
        districts=districts,
    )


def districts() -> set[str]:
    """The areas ("layer/code") for which council offices ask."""
    return set(Membership.objects.exclude(area="").values_list("area", flat=True).distinct())


def council_people(district: str) -> list[User]:
    """The active people of the office that asks for an area ("layer/code")."""
    held = Membership.objects.filter(role=Role.COUNCIL, area=district)
    return list(User.objects.filter(is_active=True, memberships__in=held).order_by("id"))


def own_teams(user_id: int | None) -> frozenset[int]:
    """The ids of the teams that a person is of; those who hold a role for no team have none."""
    held = Membership.objects.filter(user_id=user_id, team__isnull=False)  # type: ignore[misc]
    return frozenset(held.values_list("team_id", flat=True))


def names_of(user_ids: Collection[int]) -> dict[int, str]:
    """What the people with these ids are called."""
    return {user.pk: str(user) for user in User.objects.filter(pk__in=user_ids)}


def colleagues(agency_id: int) -> list[User]:
    """The active people who hold a role at an agency, by name; at most 500."""
    return list(
        User.objects.filter(is_active=True, memberships__agency_id=agency_id)
        .distinct()
        .order_by("last_name", "first_name", "id")[:500]
    )


def digest(secret: str) -> bytes:
    """What is kept of a key's secret: enough to recognise it, not to learn it."""
    return hashlib.sha256(secret.encode()).digest()


def program_of(key: ApiKey) -> Actor:
    """The program that a key was given to, with what the key's scopes allow."""
    return Actor(
        kind=ActorKind.KEY,
        id=key.pk,
        name=key.name,
        memberships=frozenset((scope, key.agency_id) for scope in key.scopes),
    )


def _load_keys() -> Keys:
    return {
        bytes(key.digest): KnownKey(
            actor=program_of(key),
            per_minute=key.per_minute,
        )
        for key in ApiKey.objects.filter(revoked_at__isnull=True)
    }


KEYS = Snapshot("api_keys", _load_keys)


def known_key(secret: str) -> KnownKey:
    """The key with this secret; raises ``NotAllowed`` for an unknown or revoked one.

    A revocation is known to every process within a second.
    """
    key = KEYS.get().get(digest(secret))
    if key is None:
        raise NotAllowed(_("This API key is not known. Please check it, or ask for a new one."))
    return key


def actor_of_key(secret: str) -> Actor:
    """The program that holds this key; raises ``NotAllowed``, as ``known_key`` does."""
    return known_key(secret).actor
