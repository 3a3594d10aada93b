from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from citycall.accounts import misses, sign_in
from citycall.places import tile_store
from citycall.web import pace, verdicts
from citycall.web.views import places
from tests.city import City
from tests.web import town


@pytest.fixture
def city(db: None) -> City:
    return town.build()


@pytest.fixture(autouse=True)
def _no_one_is_counted_yet() -> Iterator[None]:
    misses.forget()
    verdicts.forget()
    sign_in.forget_failures()
    places.forget()
    pace.forget()
    yield
    misses.forget()
    verdicts.forget()
    sign_in.forget_failures()
    places.forget()
    pace.forget()


@pytest.fixture(autouse=True)
def _own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.UPLOADS = settings.STATIC_ROOT = tmp_path


@pytest.fixture(autouse=True)
def _no_map_yet(settings: Settings, tmp_path: Path) -> Iterator[None]:
    settings.MAPS = tmp_path / "maps"
    tile_store.STORE.forget()
    yield
    tile_store.STORE.forget()
