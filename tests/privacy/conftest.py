from pathlib import Path

import pytest
from pytest_django import Settings

from tests import city as small_city


@pytest.fixture
def city(db: None) -> small_city.City:
    return small_city.build()


@pytest.fixture(autouse=True)
def _own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.UPLOADS = tmp_path
