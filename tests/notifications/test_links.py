"""Signed links open one report, and nothing else does."""

import pytest
from django.core import signing
from pytest_django import Settings

from citycall.notifications import links


def test_a_key_opens_the_report_it_was_made_for() -> None:
    assert links.read(links.make(4711)) == 4711


def test_the_address_has_the_number_and_the_key(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://311.example.org"
    address = links.address(number="26-48392-01755", report_id=4711)
    assert address == f"https://311.example.org/r/26-48392-01755?key={links.make(4711)}"


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "4711",
        "4712" + links.make(4711)[4:],
        links.make(4711)[:-1],
        links.make(4711) + "A",
        "x" * 100_000,
        "４７１１.abc",
        "\x00",
    ],
)
def test_anything_else_is_refused_plainly(token: str) -> None:
    with pytest.raises(links.BadLink, match="not complete"):
        links.read(token)


def test_a_signature_made_for_another_purpose_is_refused() -> None:
    token = signing.Signer(salt="another purpose", sep=".").sign("4711")
    with pytest.raises(links.BadLink):
        links.read(token)


def test_a_key_survives_a_change_of_the_secret_that_is_announced(
    settings: Settings,
) -> None:
    token = links.make(4711)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another secret"
    assert links.read(token) == 4711
