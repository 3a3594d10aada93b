"""The other sign-in as a browser sees it: there and back, once, and off unless configured."""

from collections.abc import Iterator

import httpx
import pytest
from django.test import Client
from pytest_django import Settings

from citycall.residents.models import Account
from citycall.residents.oidc_settings import OidcProvider
from tests.city import City
from tests.residents.oidc_provider import CLIENT, SECRET, Provider, running


@pytest.fixture
def provider(settings: Settings, city: City) -> Iterator[Provider]:
    settings.CITYCALL_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    with running() as provider:
        settings.OIDC = OidcProvider(
            name="Port Calder ID", issuer=provider.issuer, client_id=CLIENT, secret=SECRET
        )
        yield provider


def there_and_back(client: Client) -> str:
    """The path with which the provider sends the browser back."""
    there = client.get("/me/elsewhere")["Location"]
    back = httpx.get(there, trust_env=False).headers["Location"]
    return str(back[back.index("/me/elsewhere/back") :])


def test_there_and_back_signs_in(client: Client, provider: Provider) -> None:
    assert "Sign in with Port Calder ID" in client.get("/me/sign-in").content.decode()
    page = client.get(there_and_back(client), follow=True).content.decode()
    assert "You are signed in as sam@example.org" in page
    assert Account.objects.get().contact.name == "Sam Reyes"


def test_the_way_back_serves_once(client: Client, provider: Provider) -> None:
    back = there_and_back(client)
    client.get(back)
    page = client.get(back, follow=True).content.decode()
    assert "Signing in did not work" in page


def test_the_way_back_of_another_browser_opens_nothing(client: Client, provider: Provider) -> None:
    page = client.get(there_and_back(Client()), follow=True).content.decode()
    assert "Signing in did not work" in page
    assert not Account.objects.exists()


def test_signing_in_elsewhere_changes_the_key_of_the_session(
    client: Client, provider: Provider
) -> None:
    back = there_and_back(client)
    before = client.session.session_key
    client.get(back)
    assert client.session.session_key != before


def test_unless_configured_it_is_off(client: Client, city: City, settings: Settings) -> None:
    settings.OIDC = None
    assert "Or another way" not in client.get("/me/sign-in").content.decode()
    for path in ("/me/elsewhere", "/me/elsewhere/back?code=1&state=1"):
        assert client.get(path)["Location"] == "/me/sign-in"


def test_a_provider_that_is_away_is_said(client: Client, provider: Provider) -> None:
    provider.discovery = {"issuer": "https://evil.example"}
    page = client.get("/me/elsewhere", follow=True).content.decode()
    assert "Signing in did not work" in page
