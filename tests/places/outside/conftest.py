from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import Settings

from citycall.core.actors import SYSTEM
from citycall.places.actions import load_layer
from citycall.places.geocoder_settings import Geocoder
from citycall.places.models import AreaLayer

from ..drawing import feature, layer, polygon, square
from ..test_layers import AT
from .server import StandIn, serving


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """A geocoder on this computer, asked without any proxy."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    with serving() as server:
        yield server


@pytest.fixture
def city(db: None, settings: Settings) -> None:
    """A city of eight cells by eight, and a geocoder that is off."""
    settings.CITYCALL_CITY_NAME = "Port Calder"
    settings.CITYCALL_GEOCODER = None
    outline = feature(polygon(square(0, 0, size=8)), code="city", name="City")
    ward = feature(polygon(square(0, 0, size=8)), code="harbor", name="Harbor Side")
    for code, kind, content in (
        ("boundary", AreaLayer.Kind.BOUNDARY, layer(outline)),
        ("neighborhoods", AreaLayer.Kind.PARTITION, layer(ward)),
    ):
        load_layer(code=code, name=code, kind=kind, content=content, by=SYSTEM, at=AT)


@pytest.fixture
def choose(city: None, settings: Settings, stand_in: StandIn) -> Any:
    """Choose a provider at the stand-in's address."""

    def chosen(provider: str, **options: Any) -> StandIn:
        usual = {"seconds": 8.0, "area": "Port Calder, MD"}
        settings.CITYCALL_GEOCODER = Geocoder(
            provider=provider, url=stand_in.url, **{**usual, **options}
        )
        return stand_in

    return chosen
