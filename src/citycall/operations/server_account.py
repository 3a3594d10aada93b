"""The system user that the database server runs as."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from citycall.operations.home import OperationsError

# PostgreSQL refuses to run as root. Debian's user comes first, because a computer that has it
# has it for this purpose; nobody comes last, because other programs may run as nobody too.
PREFERRED = ("postgres", "citycall")
LAST_RESORT = "nobody"
PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


@dataclass(frozen=True)
class ServerAccount:
    """A system user; ``name`` is its number when the system has no name for it."""

    name: str
    uid: int
    gid: int

    @property
    def is_this_process(self) -> bool:
        return self.uid == os.geteuid()

    def run(
        self,
        command: Sequence[str | Path],
        *,
        timeout_seconds: float | None = None,
        pass_fds: Sequence[int] = (),
    ) -> subprocess.CompletedProcess[str]:
        """Run a program as this user, apart from the terminal and from our folder and settings.

        What it prints, errors included, is in ``stdout``. Raises OSError when it cannot be run
        and subprocess.TimeoutExpired when it takes too long.
        """
        identity: dict[str, Any] = {}
        if not self.is_this_process:
            identity = {"user": self.uid, "group": self.gid, "extra_groups": []}
        environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        return subprocess.run(  # noqa: S603 - our own commands, no shell
            [str(part) for part in command],
            cwd="/",
            env={**environment, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=timeout_seconds,
            check=False,
            # Ctrl-C in the terminal of the web process must not reach the database.
            start_new_session=True,
            pass_fds=pass_fds,
            **identity,
        )

    def may_enter(self, path: Path) -> bool:
        """Say whether this user can pass through a folder."""
        if self.is_this_process:
            return os.access(path, os.X_OK)
        return self.run(["/bin/sh", "-c", 'test -x "$1"', "sh", path]).returncode == 0

    def give(self, path: Path) -> None:
        """Make this user the owner of a file or folder."""
        if not self.is_this_process:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


def account_for(data: Path) -> ServerAccount:
    """Return the user that runs, or is to run, the server of a data directory.

    The owner of existing data stays its user. New data belongs to this process's user or, for
    root, to ``postgres``, ``citycall`` (made when missing) or ``nobody``. Raises OperationsError
    when the data belongs to somebody else.
    """
    us = os.geteuid()
    owner = data.stat() if data.exists() else None
    if us != 0 and owner is not None and owner.st_uid != us:
        raise OperationsError(
            f"The database in {data} belongs to user {_numbered(owner.st_uid, owner.st_gid).name}:"
            " start CityCall as that user or as root, or set CITYCALL_HOME to a folder of your own."
        )
    if us != 0:
        return _numbered(us, os.getegid())
    if owner is None or not (data / "PG_VERSION").exists():
        return _unprivileged()
    if owner.st_uid == 0:
        raise OperationsError(
            f"The database in {data} belongs to root, as whom PostgreSQL refuses to run:"
            f" give it away with chown -R {_unprivileged().name} '{data}'."
        )
    return _numbered(owner.st_uid, owner.st_gid)


def check_reachable(account: ServerAccount, folder: Path) -> None:
    """Raise OperationsError when a folder lies below one that the user cannot enter."""
    if account.is_this_process or account.may_enter(folder):
        return
    closed = next(p for p in [*reversed(folder.parents), folder] if not account.may_enter(p))
    raise OperationsError(
        f"The database runs as user {account.name}, who cannot enter {closed}: set CITYCALL_HOME"
        " to a folder that every user can enter, such as /var/lib/citycall."
    )


def _numbered(uid: int, gid: int) -> ServerAccount:
    try:
        return _named(pwd.getpwuid(uid).pw_name)
    except KeyError:
        return ServerAccount(name=str(uid), uid=uid, gid=gid)


def _named(name: str) -> ServerAccount:
    entry = pwd.getpwnam(name)
    return ServerAccount(name=name, uid=entry.pw_uid, gid=entry.pw_gid)


def _unprivileged() -> ServerAccount:
    for name in PREFERRED:
        try:
            return _named(name)
        except KeyError:
            continue
    return _named("citycall" if _made("citycall") else LAST_RESORT)


def _made(name: str) -> bool:
    """Make a system user that nobody can sign in as; say whether that worked."""
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin")
    if useradd is None:
        return False
    options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    made = subprocess.run(  # noqa: S603 - a fixed command
        [useradd, *options, "--shell", "/usr/sbin/nologin", name],
        capture_output=True,
        check=False,
    )
    return made.returncode == 0
