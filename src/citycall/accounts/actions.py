"""Making people, giving them roles, and issuing keys to programs."""

import secrets
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from citycall.accounts import policies
from citycall.accounts.models import ApiKey, Membership, Role, User
from citycall.accounts.queries import KEYS, digest
from citycall.core import revisions
from citycall.core.actors import Actor
from citycall.core.errors import DomainError, NotAllowed
from citycall.core.permissions import require

CITY_WIDE = frozenset(
    {Role.CALL_TAKER, Role.SUPERVISOR, Role.ANALYST, Role.ADMINISTRATOR, Role.COUNCIL}
)


class BadMembership(DomainError):
    """The role needs an agency, or the team belongs to another one."""

    code = "bad_membership"


@transaction.atomic
def give_role(
    user: User,
    *,
    role: Role,
    agency_id: int | None,
    by: Actor,
    at: datetime,
    team_id: int | None = None,
    area: str = "",
) -> Membership:
    """Let a person do a role's work, for one agency or (where the role allows) city-wide.

    A council office's is for an area ("layer/code"). An agency manager may give only roles that
    are bound to their own agency.
    """
    require(policies.PERMISSIONS, "manage_people", by=by, agency_id=agency_id)
    if agency_id is None and role not in CITY_WIDE:
        raise BadMembership(_("Please choose the agency for this role."), field="agency")
    if role in CITY_WIDE and not policies.PERMISSIONS["manage_keys"].allows(by, agency_id=None):
        raise NotAllowed(_("Only an administrator may give this role."))
    if bool(area) != (role == Role.COUNCIL):
        raise BadMembership(
            _("A council office needs its district, and nobody else."), field="area"
        )
    membership, made = Membership.objects.get_or_create(
        user=user,
        role=role,
        agency_id=agency_id,  # type: ignore[misc]
        team_id=team_id,
        area=area,
    )
    if made:
        revisions.record(
            subject_kind="membership",
            subject_code=user.username,
            before=None,
            after={
                "role": role.value,
                "agency": agency_id,
                "team": team_id,
                **({"area": area} if area else {}),
            },
            by=by,
            at=at,
        )
    return membership


@transaction.atomic
def take_role(membership: Membership, *, by: Actor, at: datetime) -> None:
    """End a person's role."""
    require(policies.PERMISSIONS, "manage_people", by=by, agency_id=membership.agency_id)
    revisions.record(
        subject_kind="membership",
        subject_code=membership.user.username,
        before={
            "role": membership.role,
            "agency": membership.agency_id,
            "team": membership.team_id,
        },
        after=None,
        by=by,
        at=at,
    )
    membership.delete()


@transaction.atomic
def issue_key(
    *,
    name: str,
    scopes: Iterable[str],
    by: Actor,
    at: datetime,
    secret: str | None = None,
    agency_id: int | None = None,
    per_minute: int | None = None,
) -> tuple[ApiKey, str]:
    """A new key and its secret, which is shown this once and cannot be read again.

    Its scopes hold for one agency's work, or city-wide; ``per_minute`` calls are let through.
    """
    require(policies.PERMISSIONS, "manage_keys", by=by)
    secret = secret or f"cck_{secrets.token_urlsafe(32)}"
    key = ApiKey.objects.create(
        name=name,
        prefix=secret[:12],
        digest=digest(secret),
        scopes=sorted(scopes),
        agency_id=agency_id,
        per_minute=per_minute,
        created_at=at,
    )
    revisions.record(
        subject_kind="api_key",
        subject_code=key.prefix,
        before=None,
        after={
            "name": name,
            "scopes": key.scopes,
            "agency": agency_id,
            "per_minute": per_minute,
        },
        by=by,
        at=at,
    )
    KEYS.bump()
    return key, secret


@transaction.atomic
def revoke_key(key: ApiKey, *, by: Actor, at: datetime) -> None:
    """End a key for good; every process refuses it within a second."""
    require(policies.PERMISSIONS, "manage_keys", by=by)
    ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(revoked_at=at)
    revisions.record(
        subject_kind="api_key",
        subject_code=key.prefix,
        before={"name": key.name, "scopes": key.scopes},
        after=None,
        by=by,
        at=at,
    )
    KEYS.bump()
