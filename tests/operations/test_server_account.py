"""The users that the embedded database runs as, and what they can and cannot reach."""

import os
import pwd
import shutil
import stat
import subprocess
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest

from citycall.operations.embedded_postgres import EmbeddedPostgres
from citycall.operations.home import OperationsError
from tests.operations.other_processes import open_folder, ordinary_uid, run_as_ordinary_user

START = (
    "from citycall.operations.embedded_postgres import EmbeddedPostgres as E\n"
    "s = E(); s.ensure_running(); print(s.status().pid)"
)
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can choose another user")


def uid_of(server: EmbeddedPostgres) -> int:
    return int(psutil.Process(server.status().pid).uids().effective)


def test_an_ordinary_user_has_a_server_of_its_own(home: Path) -> None:
    home.mkdir()
    os.chown(home, ordinary_uid(), -1)
    result = run_as_ordinary_user(START, home=home)
    assert result.stderr == ""
    assert psutil.Process(int(result.stdout)).uids().effective == ordinary_uid()


@needs_root
def test_root_uses_the_server_of_an_ordinary_user_as_that_user(home: Path) -> None:
    home.mkdir()
    os.chown(home, ordinary_uid(), -1)
    run_as_ordinary_user(START + "; s.stop()", home=home)
    server = EmbeddedPostgres()
    psycopg.connect(server.ensure_running()).close()
    assert uid_of(server) == ordinary_uid()


@needs_root
def test_the_server_of_root_runs_as_an_unprivileged_user(home: Path) -> None:
    server = EmbeddedPostgres()
    server.ensure_running()
    assert pwd.getpwuid(uid_of(server)).pw_name in ("postgres", "citycall", "nobody")
    assert psutil.Process(server.status().pid).gids().effective != 0
    result = run_as_ordinary_user(START, home=home)
    assert "OperationsError: The database in" in result.stderr
    assert "start CityCall as that user or as root" in result.stderr


@needs_root
def test_a_private_folder_above_is_told_and_stays_private(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = home.parent / "private"
    private.mkdir(mode=0o700)
    monkeypatch.setenv("CITYCALL_HOME", str(private / "home"))
    with pytest.raises(OperationsError, match=f"cannot enter {private}: set CITYCALL_HOME"):
        EmbeddedPostgres().ensure_running()
    assert stat.S_IMODE(private.stat().st_mode) == 0o700


@needs_root
def test_programs_below_a_private_folder_are_copied_once(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = home.parent / "private"
    private.mkdir(mode=0o700)
    packages = Path(sysconfig.get_paths()["purelib"])
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        if (packages / name).exists():
            shutil.copytree(packages / name, private / name)
    monkeypatch.syspath_prepend(private)
    server = EmbeddedPostgres()
    server.ensure_running()
    (copied,) = home.glob("embedded-postgres-*")
    assert Path(psutil.Process(server.status().pid).exe()).is_relative_to(copied)
    made = copied.stat().st_ctime_ns
    server.stop()
    server.ensure_running()
    assert copied.stat().st_ctime_ns == made
    assert stat.S_IMODE(private.stat().st_mode) == 0o700


def test_a_home_that_may_not_be_written_is_told() -> None:
    with open_folder() as folder:
        folder.chmod(0o555)
        result = run_as_ordinary_user(START, home=folder / "home")
        folder.chmod(0o755)
    assert f"has no permission for {folder}/home: " in result.stderr.splitlines()[-1]


def test_a_full_disk_is_told(home: Path) -> None:
    with small_disk(home, megabytes=12):
        with pytest.raises(OperationsError, match=r"The disk that holds .* is full: free some"):
            EmbeddedPostgres().ensure_running()
        assert not (home / "postgres").exists()


@contextmanager
def small_disk(place: Path, *, megabytes: int) -> Iterator[None]:
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0711", "none", str(place)]
    try:
        made = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        made = False
    if not made:
        pytest.skip("a small disk can only be mounted by root, outside most containers")
    try:
        yield
    finally:
        subprocess.run(["umount", str(place)], check=True)
