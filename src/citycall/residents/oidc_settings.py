"""The other sign-in that a city may offer its residents, from settings; none by default.

The settings read this module before Django is set up, so it uses the standard library only and
its sentences are English.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class BadOidcSettings(ValueError):
    """What the settings say of the other sign-in cannot be used."""


@dataclass(frozen=True, slots=True)
class OidcProvider:
    """An OpenID Connect provider: its name for people, its issuer, and how it knows this site."""

    name: str
    issuer: str
    client_id: str
    secret: str = field(default="", repr=False)


def oidc_settings(environ: Mapping[str, str], *, secret: str) -> OidcProvider | None:
    """The provider, or none where none is named. Raises ``BadOidcSettings``."""
    issuer, client_id = (
        environ.get("CITYCALL_OIDC_ISSUER", ""),
        environ.get("CITYCALL_OIDC_CLIENT", ""),
    )
    if not issuer and not client_id:
        return None
    if not issuer or not client_id:
        raise BadOidcSettings("CITYCALL_OIDC_ISSUER and CITYCALL_OIDC_CLIENT are both needed.")
    parts = urlsplit(issuer)
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        raise BadOidcSettings("CITYCALL_OIDC_ISSUER must begin with https://.")
    name = environ.get("CITYCALL_OIDC_NAME", "") or parts.hostname or issuer
    return OidcProvider(name=name, issuer=issuer, client_id=client_id, secret=secret)
