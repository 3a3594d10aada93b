"""Signing in through an OpenID Connect provider: the code flow with PKCE, state and nonce.

What has to be judged of signatures and keys is the library's; every call out is ``reaching``'s.
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote_plus, urlencode, urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from citycall.core.errors import DomainError
from citycall.core.reaching import Unreached, reach
from citycall.residents.oidc_settings import OidcProvider

# Signatures with a public key alone: with a shared one, or none, anybody could have made it.
ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384")
ANSWER_WITHIN: Final = timedelta(minutes=10)
_CLOCKS_DIFFER: Final = 60
_SECONDS: Final = 5.0
_MOST_BYTES: Final = 200_000
_LONGEST_SUBJECT: Final = 255

Told = dict[str, Any]


class SignInFailed(DomainError):
    """The other sign-in was not completed, or cannot be believed; ``why`` is for logs and tests."""

    code = "sign_in_failed"

    def __init__(self, why: str, *, sentence: str = "") -> None:
        super().__init__(
            sentence or _("Signing in did not work. Please try again, or sign in with a code.")
        )
        self.why = why


@dataclass(frozen=True, slots=True)
class Asked:
    """Where the browser is sent, and what has to be kept in its session meanwhile."""

    address: str
    kept: Told


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom the provider vouches for, with an address that it has proven."""

    subject: str
    email: str
    name: str


def ask(provider: OidcProvider, *, back: str, language: str, at: datetime) -> Asked:
    """Begin; ``back`` is where the provider leads back to. Raises ``SignInFailed``."""
    told = _discovered(provider)
    kept = {
        "state": secrets.token_urlsafe(32),
        "nonce": secrets.token_urlsafe(32),
        "verifier": secrets.token_urlsafe(48),
        "at": at.isoformat(),
    }
    query = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": back,
        "scope": "openid email profile",
        "state": kept["state"],
        "nonce": kept["nonce"],
        "code_challenge": _challenge(kept["verifier"]),
        "code_challenge_method": "S256",
        "ui_locales": language,
    }
    address = _endpoint(provider, told, "authorization_endpoint")
    return Asked(f"{address}{'&' if '?' in address else '?'}{urlencode(query)}", kept)


def judge(
    provider: OidcProvider,
    answer: Mapping[str, str],
    *,
    kept: Told | None,
    back: str,
    at: datetime,
) -> Vouched:
    """Whom the provider's answer vouches for. Raises ``SignInFailed``.

    ``kept`` is what ``ask`` said to keep; the caller lets it serve once.
    """
    if kept is None or datetime.fromisoformat(kept["at"]) + ANSWER_WITHIN < at:
        raise SignInFailed("not asked for")
    if not constant_time_compare(answer.get("state", ""), kept["state"]):
        raise SignInFailed("state")
    told = _discovered(provider)
    named = answer.get("iss", "")
    if named != provider.issuer and (
        named or told.get("authorization_response_iss_parameter_supported")
    ):
        raise SignInFailed("issuer of the answer")
    if "code" not in answer:
        raise SignInFailed(answer.get("error", "no code")[:100])
    tokens = _tokens(provider, told, code=answer["code"], back=back, verifier=kept["verifier"])
    claims = _claims(provider, told, tokens, nonce=kept["nonce"], at=at)
    return _vouched(claims, _about(provider, told, tokens, claims))


def _discovered(provider: OidcProvider) -> Told:
    """What the provider tells of itself, asked each time: people sign in seldom."""
    address = f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"
    told = _called("GET", address)
    if told.get("issuer") != provider.issuer:
        raise SignInFailed("issuer of the discovery")
    return told


def _endpoint(provider: OidcProvider, told: Told, name: str) -> str:
    address = told.get(name)
    secure = urlsplit(provider.issuer).scheme
    if not isinstance(address, str) or urlsplit(address).scheme not in {"https", secure}:
        raise SignInFailed(f"no {name}")
    return address


def _tokens(provider: OidcProvider, told: Told, *, code: str, back: str, verifier: str) -> Told:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back,
        "code_verifier": verifier,
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    methods = told.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    if provider.secret and "client_secret_basic" in methods:
        pair = f"{quote_plus(provider.client_id)}:{quote_plus(provider.secret)}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    else:
        form["client_id"] = provider.client_id
        form |= {"client_secret": provider.secret} if provider.secret else {}
    address = _endpoint(provider, told, "token_endpoint")
    return _called("POST", address, headers=headers, content=urlencode(form).encode())


def _claims(provider: OidcProvider, told: Told, tokens: Told, *, nonce: str, at: datetime) -> Told:
    """What the signed token says, if everything about it is right (OIDC Core, 3.1.3.7)."""
    keys = _called("GET", _endpoint(provider, told, "jwks_uri"))
    rules = jwt.JWTClaimsRegistry(
        now=int(at.timestamp()),
        leeway=_CLOCKS_DIFFER,
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": provider.client_id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": nonce},
    )
    try:
        known = KeySet.import_key_set(keys)  # type: ignore[arg-type]
        token = jwt.decode(str(tokens.get("id_token", "")), known, algorithms=list(ALGORITHMS))
        rules.validate(token.claims)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise SignInFailed(f"token: {type(error).__name__}") from None
    claims = dict(token.claims)
    audience = claims["aud"]
    several = isinstance(audience, list) and len(audience) > 1
    if (several or "azp" in claims) and claims.get("azp") != provider.client_id:
        raise SignInFailed("token is for another site")
    return claims


def _about(provider: OidcProvider, told: Told, tokens: Told, claims: Told) -> Told:
    """What the provider says of the person, in the token or, where it is not there, when asked."""
    if "email" in claims or "userinfo_endpoint" not in told:
        return claims
    about = _called(
        "GET",
        _endpoint(provider, told, "userinfo_endpoint"),
        headers={"Authorization": f"Bearer {tokens.get('access_token', '')}"},
    )
    if about.get("sub") != claims["sub"]:
        raise SignInFailed("another person")
    return about


def _vouched(claims: Told, about: Told) -> Vouched:
    subject, email = str(claims["sub"]), str(about.get("email", ""))
    if not subject or len(subject) > _LONGEST_SUBJECT:
        raise SignInFailed("subject")
    if about.get("email_verified") not in {True, "true"}:
        raise SignInFailed("address not proven", sentence=_unproven())
    try:
        validate_email(email)
    except ValidationError:
        raise SignInFailed("no address", sentence=_unproven()) from None
    return Vouched(subject=subject, email=email, name=str(about.get("name", ""))[:150])


def _unproven() -> str:
    return _("The other sign-in does not know whether your e-mail address is yours. Use a code.")


def _called(
    method: str,
    address: str,
    *,
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
) -> Told:
    try:
        reply = reach(
            method,
            address,
            headers={"Accept": "application/json", **(headers or {})},
            content=content,
            seconds=_SECONDS,
            most_bytes=_MOST_BYTES,
        )
        told = json.loads(reply.body) if reply.status == 200 else None
    except (Unreached, ValueError, RecursionError) as error:
        raise SignInFailed(f"not reached: {type(error).__name__}") from None
    if not isinstance(told, dict):
        raise SignInFailed(f"answered {reply.status}")
    return told


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
