"""From a signed-in person or a presented key to the actor that actions are told of."""

import hashlib
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
    memberships: frozenset[tuple[str, int | None]] = frozenset(
        Membership.objects.filter(user=user).values_list("role", "agency_id")
    )
    if user.is_superuser:
        memberships |= {(Role.ADMINISTRATOR.value, None)}
    kind = ActorKind.STAFF if memberships else ActorKind.RESIDENT
    return Actor(kind=kind, id=user.pk, name=str(user), memberships=memberships)


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


def _load_keys() -> Keys:
    return {
        bytes(key.digest): KnownKey(
            actor=Actor(
                kind=ActorKind.KEY,
                id=key.pk,
                name=key.name,
                memberships=frozenset((scope, key.agency_id) for scope in key.scopes),
            ),
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
