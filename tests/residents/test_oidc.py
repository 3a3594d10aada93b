"""Signing in through another provider, on loopback: what is right opens, all else is refused."""

import base64
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey
from pytest_django import Settings

from citycall.core import clock
from citycall.residents import oidc
from citycall.residents.oidc import SignInFailed, Vouched
from citycall.residents.oidc_settings import BadOidcSettings, OidcProvider, oidc_settings
from tests.residents.oidc_provider import CLIENT, SECRET, Provider, running

BACK = "http://127.0.0.1:8311/me/elsewhere/back"
SAM = Vouched(subject="sam-1", email="sam@example.org", name="Sam Reyes")


@pytest.fixture
def provider(settings: Settings) -> Iterator[Provider]:
    settings.CITYCALL_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    with running() as provider:
        yield provider


def known(provider: Provider) -> OidcProvider:
    return OidcProvider(name="Test", issuer=provider.issuer, client_id=CLIENT, secret=SECRET)


def asked(provider: Provider) -> oidc.Asked:
    return oidc.ask(known(provider), back=BACK, language="en", at=clock.now())


def agreed(address: str) -> dict[str, str]:
    """What the browser brings back after the person agreed."""
    location = httpx.get(address, trust_env=False).headers["Location"]
    return {name: given[0] for name, given in parse_qs(urlsplit(location).query).items()}


def judged(
    provider: Provider,
    *,
    answer: dict[str, str] | None = None,
    kept: dict[str, Any] | None = None,
    **changes: Any,
) -> Vouched:
    begun = asked(provider)
    brought = agreed(begun.address) | (answer or {})
    return oidc.judge(
        changes.get("known", known(provider)),
        {name: value for name, value in brought.items() if value},
        kept=begun.kept | (kept or {}),
        back=changes.get("back", BACK),
        at=changes.get("at", clock.now()),
    )


def why(judge: Callable[[], object]) -> str:
    with pytest.raises(SignInFailed) as refusal:
        judge()
    assert "sign in" in refusal.value.message.lower() or "code" in refusal.value.message
    return refusal.value.why


def test_a_person_who_agreed_is_vouched_for(provider: Provider) -> None:
    assert judged(provider) == SAM


def test_what_is_asked_has_state_nonce_and_pkce(provider: Provider) -> None:
    query = parse_qs(urlsplit(asked(provider).address).query)
    assert query["code_challenge_method"] == ["S256"]
    assert query["scope"] == ["openid email profile"]
    other = parse_qs(urlsplit(asked(provider).address).query)
    for name in ("state", "nonce", "code_challenge"):
        assert len(query[name][0]) >= 43
        assert query[name] != other[name]


def test_the_address_may_be_told_apart_from_the_token(provider: Provider) -> None:
    provider.in_token = False
    assert judged(provider) == SAM


def test_keys_on_a_curve_are_known_too(provider: Provider) -> None:
    provider.key, provider.algorithm = ECKey.generate_key("P-256", {"kid": "one"}), "ES256"
    assert judged(provider) == SAM


def test_an_answer_that_was_not_asked_for_is_refused(provider: Provider) -> None:
    begun = asked(provider)
    assert (
        why(
            lambda: oidc.judge(
                known(provider), agreed(begun.address), kept=None, back=BACK, at=clock.now()
            )
        )
        == "not asked for"
    )


def test_an_answer_after_ten_minutes_is_refused(provider: Provider) -> None:
    late = clock.now() + timedelta(minutes=10, seconds=1)
    assert why(lambda: judged(provider, at=late)) == "not asked for"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"state": "another"}, "state"),
        ({"state": ""}, "state"),
        ({"iss": "https://evil.example"}, "issuer of the answer"),
        ({"iss": ""}, "issuer of the answer"),
        ({"code": "another"}, "answered 400"),
        ({"code": "", "error": "access_denied"}, "access_denied"),
        ({"code": ""}, "no code"),
    ],
)
def test_an_answer_that_was_changed_is_refused(
    provider: Provider, answer: dict[str, str], expected: str
) -> None:
    assert why(lambda: judged(provider, answer=answer)) == expected


def test_without_the_verifier_of_this_browser_there_is_no_token(provider: Provider) -> None:
    assert why(lambda: judged(provider, kept={"verifier": "x" * 64})) == "answered 400"


def test_a_code_serves_once(provider: Provider) -> None:
    begun = asked(provider)
    answer = agreed(begun.address)

    def judge() -> Vouched:
        return oidc.judge(known(provider), answer, kept=begun.kept, back=BACK, at=clock.now())

    assert judge() == SAM
    assert why(judge) == "answered 400"


def test_with_a_wrong_secret_there_is_no_token(provider: Provider) -> None:
    stranger = replace(known(provider), secret="another")
    assert why(lambda: judged(provider, known=stranger)) == "answered 400"


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://evil.example"},
        {"aud": "another-site"},
        {"aud": ["another-site"]},
        {"exp": -120},
        {"exp": None},
        {"iat": 600},
        {"sub": None},
    ],
)
def test_a_token_with_a_wrong_claim_is_refused(provider: Provider, claims: dict[str, Any]) -> None:
    # Times are counted from now.
    now = int(time.time())
    provider.claims = {
        name: now + value if isinstance(value, int) else value for name, value in claims.items()
    }
    assert why(lambda: judged(provider)).startswith("token: ")


def test_a_token_for_several_sites_must_be_made_for_this_one(provider: Provider) -> None:
    provider.claims = {"aud": [CLIENT, "another-site"], "azp": "another-site"}
    assert why(lambda: judged(provider)) == "token is for another site"
    provider.claims = {"aud": [CLIENT, "another-site"], "azp": CLIENT}
    assert judged(provider) == SAM


def test_a_token_of_another_key_is_refused(provider: Provider) -> None:
    provider.published = KeySet([RSAKey.generate_key(2048, {"kid": "one"})])
    assert why(lambda: judged(provider)).startswith("token: ")


def test_a_token_signed_with_a_shared_secret_is_refused(provider: Provider) -> None:
    provider.key, provider.algorithm = OctKey.import_key(SECRET * 4, {"kid": "one"}), "HS256"
    provider.published = KeySet([provider.key])
    assert why(lambda: judged(provider)).startswith("token: ")


def test_a_token_that_nobody_signed_is_refused(provider: Provider) -> None:
    now = int(time.time())
    told = {"iss": provider.issuer, "aud": CLIENT, "sub": "sam-1", "iat": now, "exp": now + 300}
    header = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    body = base64.urlsafe_b64encode(json.dumps(told).encode()).rstrip(b"=").decode()
    for token in (f"{header}.{body}.", "nonsense", "a.b.c"):
        provider.token = token
        assert why(lambda: judged(provider)).startswith("token: ")


@pytest.mark.parametrize(
    "about",
    [
        {"email": "sam@example.org", "email_verified": False},
        {"email": "sam@example.org", "email_verified": None},
        {"email": "not an address", "email_verified": True},
        {"email": "", "email_verified": True},
    ],
)
def test_an_address_that_is_not_proven_there_opens_nothing(
    provider: Provider, about: dict[str, Any]
) -> None:
    provider.about = about
    assert why(lambda: judged(provider)) in {"address not proven", "no address"}


def test_what_is_told_of_another_person_is_refused(provider: Provider) -> None:
    provider.in_token, provider.userinfo = False, {"sub": "kim-2"}
    assert why(lambda: judged(provider)) == "another person"


def test_a_provider_that_calls_itself_otherwise_is_refused(provider: Provider) -> None:
    provider.discovery = {"issuer": "https://evil.example"}
    assert why(lambda: asked(provider)) == "issuer of the discovery"


def test_a_provider_without_an_address_to_ask_at_is_refused(provider: Provider) -> None:
    provider.discovery = {"authorization_endpoint": "javascript:alert(1)"}
    assert why(lambda: asked(provider)) == "no authorization_endpoint"


def test_a_provider_that_is_away_is_said(provider: Provider) -> None:
    provider.port = 1
    assert why(lambda: asked(provider)) == "not reached: Unreached"


def test_a_provider_in_a_private_network_needs_the_citys_leave(
    provider: Provider, settings: Settings
) -> None:
    settings.CITYCALL_ALLOWED_NETWORKS = []
    assert why(lambda: asked(provider)) == "not reached: Unreached"


def test_settings_name_a_provider_or_none() -> None:
    whole = {"CITYCALL_OIDC_ISSUER": "https://id.example", "CITYCALL_OIDC_CLIENT": "cc"}
    assert oidc_settings({}, secret="") is None
    made = oidc_settings(whole, secret="hush")
    assert made is not None
    assert made.name == "id.example"
    assert "hush" not in repr(made)
    for wrong in (
        {"CITYCALL_OIDC_ISSUER": "https://id.example"},
        {**whole, "CITYCALL_OIDC_ISSUER": "http://id.example"},
    ):
        with pytest.raises(BadOidcSettings):
            oidc_settings(wrong, secret="")
