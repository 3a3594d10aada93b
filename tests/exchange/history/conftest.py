from pathlib import Path

import pytest
from django.conf import LazySettings


@pytest.fixture(autouse=True)
def _own_home(settings: LazySettings, tmp_path: Path) -> None:
    settings.UPLOADS = tmp_path / "home" / "uploads"
    settings.TIME_ZONE = "America/New_York"
