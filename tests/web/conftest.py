from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from citycall.accounts import sign_in
from citycall.web import misses
from tests.city import City
from tests.web import town


@pytest.fixture
def city(db: None) -> City:
    return town.build()


@pytest.fixture(autouse=True)
def _no_one_is_counted_yet() -> Iterator[None]:
    misses.forget()
    sign_in.forget_failures()
    yield
    misses.forget()
    sign_in.forget_failures()


@pytest.fixture(autouse=True)
def _own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.UPLOADS = settings.STATIC_ROOT = tmp_path
