"""Who calls: the program that holds a key, or anybody where no key is needed."""

from typing import Any, cast

from django.http import HttpRequest
from django.utils.translation import gettext as _

from citycall.accounts.callers import bearer, caller
from citycall.core.actors import Actor
from citycall.core.errors import DomainError, NotAllowed


class UnknownKey(DomainError):
    """The key is not known, or was revoked."""

    code = "key_unknown"
    status = 401

    def __init__(self) -> None:
        super().__init__(_("This API key is not known. Please check it, or ask for a new one."))


class Key:
    """``Authorization: Bearer <key>``, counted against its limit.

    ``scopes`` are told in the reference: a key needs one of them. Whether it may is decided by
    the actions and queries, as for everyone else. With ``required`` false anybody may call.
    """

    def __init__(self, *scopes: str, required: bool = True) -> None:
        self.scopes = scopes
        self.required = required

    def __call__(self, request: HttpRequest) -> Actor | None:
        """The caller; none where a key is needed and missing. Raises ``UnknownKey``."""
        secret = bearer(request)
        try:
            actor = caller(request, secret=secret)
        except NotAllowed:
            raise UnknownKey from None
        return actor if secret or not self.required else None


ANYBODY = Key(required=False)


def actor_of(request: HttpRequest) -> Actor:
    """The caller whom ``Key`` found."""
    return cast(Actor, cast(Any, request).auth)
