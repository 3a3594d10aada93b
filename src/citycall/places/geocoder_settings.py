"""Which outside geocoder is asked, from the settings ``CITYCALL_GEOCODER`` and its like.

The settings read this module before Django is set up, so it uses the standard library only and
its sentences are English.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

# Whoever has no server of everybody's to offer needs the city to name one.
PROVIDERS = {
    "nominatim": "",
    "photon": "",
    "pelias": "",
    "arcgis": "https://geocode-api.arcgis.com/arcgis/rest/services/World/GeocodeServer",
    "census": "https://geocoding.geo.census.gov/geocoder",
}
USUAL_SECONDS = 2.0
# A person waits for the answer, so nobody may set more.
MOST_SECONDS = 10.0
_THIS_COMPUTER = frozenset({"localhost", "127.0.0.1", "::1"})


class BadGeocoder(ValueError):
    """The settings of the outside geocoder cannot be used; the sentence never shows the key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Geocoder:
    """The geocoder that is asked, where, with which key, and how long it may take in all.

    ``area`` is what is added to an address for a geocoder that knows no bounds
    (``Baltimore, MD``).
    """

    provider: str
    url: str
    key: str = field(default="", repr=False)
    seconds: float = USUAL_SECONDS
    area: str = ""

    @property
    def host(self) -> str:
        """The name of the server."""
        return urlsplit(self.url).hostname or ""


def geocoder_settings(
    environment: Mapping[str, str], *, key: str, city: str = ""
) -> Geocoder | None:
    """The geocoder that the environment asks for; none unless it names one.

    Raises ``BadGeocoder``.
    """
    provider = environment.get("CITYCALL_GEOCODER", "").strip().lower()
    if not provider:
        return None
    if provider not in PROVIDERS:
        raise BadGeocoder(f"CITYCALL_GEOCODER is one of {', '.join(PROVIDERS)}, or nothing.")
    url = environment.get("CITYCALL_GEOCODER_URL", "").strip() or PROVIDERS[provider]
    if not url:
        raise BadGeocoder(
            f"CITYCALL_GEOCODER_URL is needed: {provider} has no server meant for everybody."
        )
    return Geocoder(
        provider=provider,
        url=_checked(url, key=key),
        key=key,
        seconds=_seconds(environment.get("CITYCALL_GEOCODER_SECONDS", "")),
        area=environment.get("CITYCALL_GEOCODER_AREA", "").strip() or city,
    )


def _checked(url: str, *, key: str) -> str:
    parts = _parts(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BadGeocoder("CITYCALL_GEOCODER_URL begins with https:// or http:// and a server.")
    if parts.username or parts.query or parts.fragment:
        raise BadGeocoder(
            "CITYCALL_GEOCODER_URL holds neither a password nor anything from ? or # on:"
            " a key goes into CITYCALL_GEOCODER_KEY."
        )
    if key and parts.scheme == "http" and parts.hostname not in _THIS_COMPUTER:
        raise BadGeocoder("CITYCALL_GEOCODER_URL needs https://, so that the key stays secret.")
    return url.rstrip("/")


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        # Read here, because a port that is no number is noticed only when it is read.
        _port = parts.port
    except ValueError:
        # The text of urlsplit's own errors may hold part of the address.
        raise BadGeocoder("CITYCALL_GEOCODER_URL is not an address.") from None
    return parts


def _seconds(text: str) -> float:
    try:
        seconds = float(text or USUAL_SECONDS)
    except ValueError:
        seconds = 0.0
    if not 0.1 <= seconds <= MOST_SECONDS:
        raise BadGeocoder(f"CITYCALL_GEOCODER_SECONDS is a number from 0.1 to {MOST_SECONDS:.0f}.")
    return seconds
