from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from citycall.accounts import callers, misses
from citycall.core import clock
from tests.city import NOW, City
from tests.open311 import cast


@pytest.fixture
def city(db: None) -> City:
    return cast.build()


@pytest.fixture
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """The door's clock stands at the small city's moment."""
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture(autouse=True)
def _own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.UPLOADS = settings.STATIC_ROOT = tmp_path


@pytest.fixture(autouse=True)
def _no_one_has_called() -> Iterator[None]:
    callers.forget()
    misses.forget()
    yield
    callers.forget()
    misses.forget()
