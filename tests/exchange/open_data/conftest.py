from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pytest_django import Settings

from citycall.exchange.open_data import reading
from tests.city import City
from tests.exchange.open_data import town


@pytest.fixture
def city(db: None, monkeypatch: pytest.MonkeyPatch) -> City:
    """A city in the test's own transaction, which is the snapshot then: many times as quick."""

    @contextmanager
    def already() -> Iterator[None]:
        yield

    monkeypatch.setattr(reading, "snapshot", already)
    return town.build()


@pytest.fixture
def committed_city(transactional_db: None) -> City:
    """A city whose rows are committed, for a snapshot of the edition's own."""
    return town.build()


@pytest.fixture(autouse=True)
def exports(settings: Settings, tmp_path: Path) -> Path:
    settings.EXPORTS = tmp_path / "open-data"
    return tmp_path / "open-data"
