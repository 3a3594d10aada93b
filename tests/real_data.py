"""Where the real 311 data is, which is not part of the repository."""

import os
from pathlib import Path

import pytest

_BESIDE = Path(__file__).parents[2] / "shared" / "data"


def found(name: str) -> Path:
    """A file or folder of it; the test is skipped where it is absent, but never in CI."""
    path = Path(os.environ.get("CITYCALL_DATA", _BESIDE)) / name
    if not path.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI must have the 311 data; there is none at {path}")
        pytest.skip(f"there is no 311 data at {path}; set CITYCALL_DATA")
    return path
