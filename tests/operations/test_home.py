"""The home folder, the folders in it and the secrets it keeps."""

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from citycall.operations import home as homes
from citycall.operations.home import OperationsError
from tests.operations.other_processes import open_folder, run_as_ordinary_user, script


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CITYCALL_HOME", str(tmp_path / "city home"))
    for name in ("CITYCALL_BADGE", "CITYCALL_BADGE_FILE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "city home"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_home_is_where_the_environment_says(home: Path) -> None:
    assert homes.home() == home


def test_home_of_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CITYCALL_HOME")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert homes.home() == Path("/var/lib/citycall")


def test_home_of_a_user_with_a_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CITYCALL_HOME")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("XDG_DATA_HOME", "/srv/ana/data")
    assert homes.home() == Path("/srv/ana/data/citycall")


def test_home_of_a_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CITYCALL_HOME")
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("HOME", "/home/ana")
    assert homes.home() == Path("/home/ana/.local/share/citycall")


def test_home_of_a_user_without_a_home_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CITYCALL_HOME")
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    def no_home() -> Path:
        raise RuntimeError

    monkeypatch.setattr(Path, "home", no_home)
    with pytest.raises(OperationsError, match="set CITYCALL_HOME"):
        homes.home()


def test_home_needs_no_django() -> None:
    code = "import sys, citycall.operations.home; sys.exit('django' in sys.modules)"
    environment = {"PYTHONPATH": os.pathsep.join(sys.path)}
    assert subprocess.run(script(code), env=environment, check=False).returncode == 0


def test_a_folder_with_personal_data_is_for_its_owner_only(home: Path) -> None:
    assert homes.folder("uploads") == home / "uploads"
    assert mode(home / "uploads") == 0o700


def test_the_folder_of_logs_can_be_passed_through_but_not_read(home: Path) -> None:
    assert mode(homes.folder("logs")) == 0o711
    assert mode(home) == 0o711


def test_a_folder_that_exists_keeps_its_mode(home: Path) -> None:
    (home / "outbox").mkdir(parents=True)
    (home / "outbox").chmod(0o750)
    assert mode(homes.folder("outbox")) == 0o750


def test_a_file_in_the_way_is_told(home: Path) -> None:
    home.mkdir()
    (home / "uploads").write_text("")
    with pytest.raises(OperationsError, match=r"uploads cannot be used: it is a file"):
        homes.folder("uploads")


def test_a_secret_stays_the_same() -> None:
    assert homes.secret("badge") == homes.secret("badge")


def test_two_secrets_differ() -> None:
    assert homes.secret("badge") != homes.secret("key")


def test_a_secret_is_long_and_for_its_owner_only(home: Path) -> None:
    assert len(homes.secret("badge")) == 64
    assert mode(home / "secrets" / "badge") == 0o600
    assert mode(home / "secrets") == 0o700
    assert list((home / "secrets").iterdir()) == [home / "secrets" / "badge"]


def test_many_starting_at_once_agree_on_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    barrier = Barrier(8)
    make = homes._make_secret

    def made_together(path: Path) -> None:
        barrier.wait()
        make(path)

    monkeypatch.setattr(homes, "_make_secret", made_together)
    with ThreadPoolExecutor(8) as starters:
        found = list(starters.map(homes.secret, ["badge"] * 8))
    assert len(set(found)) == 1


def test_a_secret_that_another_process_made_meanwhile_stays(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = homes.write_new_file

    def write_slower_than_another(path: Path, text: str) -> None:
        write(path, text)
        (home / "secrets" / "badge").write_text("made by another")

    monkeypatch.setattr(homes, "write_new_file", write_slower_than_another)
    assert homes.secret("badge") == "made by another"


def test_a_secret_from_the_environment(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITYCALL_BADGE", "from outside")
    assert homes.secret("badge") == "from outside"
    assert not home.exists()


def test_a_secret_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mounted").write_text("from a file\n")
    monkeypatch.setenv("CITYCALL_BADGE_FILE", str(tmp_path / "mounted"))
    assert homes.secret("badge") == "from a file"


def test_a_secret_file_that_is_missing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITYCALL_BADGE_FILE", "/nonexistent/badge")
    with pytest.raises(OperationsError, match="/nonexistent/badge is missing"):
        homes.secret("badge")


def test_an_empty_secret_is_told(home: Path) -> None:
    homes.folder("secrets").joinpath("badge").write_text("\n")
    with pytest.raises(OperationsError, match="is empty"):
        homes.secret("badge")


def test_a_secret_name_cannot_leave_its_folder() -> None:
    with pytest.raises(ValueError, match="small letters"):
        homes.secret("../badge")


def test_a_home_that_may_not_be_written_is_told() -> None:
    with open_folder() as folder:
        folder.chmod(0o555)
        code = "from citycall.operations.home import secret; secret('badge')"
        result = run_as_ordinary_user(code, home=folder / "home")
        folder.chmod(0o755)
    assert "OperationsError: User number" in result.stderr
    assert f"has no permission for {folder}/home: " in result.stderr
