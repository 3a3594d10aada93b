"""The town that every test of the build starts from."""

from pathlib import Path

import pytest

from tests.places.gazetteer.town import Town


@pytest.fixture
def town(tmp_path: Path, db: None) -> Town:
    """A town with nothing but its boundary."""
    return Town(tmp_path)
