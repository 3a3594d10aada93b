from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _own_store(settings: Any, tmp_path: Path) -> None:
    """Each test has facts of its own."""
    settings.ANALYTICS = tmp_path / "analytics"
