"""Running the home folder and the embedded database from processes of other users."""

import functools
import os
import pwd
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import citycall

SEARCHED = os.pathsep.join(
    [str(Path(citycall.__file__).parents[1]), sysconfig.get_paths()["purelib"]]
)
ORDINARY = "nobody"


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that every user can pass through, unlike pytest's own for root."""
    folder = Path(tempfile.mkdtemp(prefix="citycall-test-", dir="/tmp"))
    folder.chmod(0o711)
    try:
        yield folder.resolve()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def environment(home: Path, **more: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": SEARCHED,
        "CITYCALL_HOME": str(home),
        "CITYCALL_POSTGRES_SETTINGS": "shared_buffers=16MB",
        **more,
    }


def script(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def run_as_ordinary_user(code: str, *, home: Path) -> subprocess.CompletedProcess[str]:
    """Run Python code as a user without privileges: ``nobody`` when the tests run as root."""
    return subprocess.run(
        [_interpreter_for_all(), "-c", code],
        env=environment(home),
        cwd="/",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        **ordinary_identity(),
    )


def ordinary_identity() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam(ORDINARY)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def ordinary_uid() -> int:
    return pwd.getpwnam(ORDINARY).pw_uid if os.geteuid() == 0 else os.geteuid()


@functools.cache
def _interpreter_for_all() -> str:
    """An interpreter that an ordinary user can run; a virtual environment may be out of reach."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for candidate in (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        try:
            found = subprocess.run(
                [candidate, "-c", "import citycall.operations.embedded_postgres"],
                env=environment(Path("/nonexistent")),
                cwd="/",
                capture_output=True,
                check=False,
                **ordinary_identity(),
            )
        except OSError:
            continue
        if found.returncode == 0:
            return candidate
    return pytest.skip(
        f"user {ORDINARY} can run no interpreter that reads this checkout and its packages"
    )
