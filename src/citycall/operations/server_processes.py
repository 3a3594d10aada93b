"""Which processes serve a data directory, and locks between processes that start it."""

import fcntl
import hashlib
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from citycall.operations.home import OperationsError

PROCESSES = Path("/proc")
HAS_PROCESSES = (PROCESSES / "self" / "cmdline").exists()
PAUSE_SECONDS = 0.05


def cluster_name(data: Path) -> str:
    """Return a short name for a data directory; its server's processes carry it."""
    return "citycall-" + hashlib.sha256(os.fsencode(data)).hexdigest()[:16]


def server_pid(data: Path) -> int | None:
    """Return the process number of the living server of a data directory.

    The file that names it can outlive the server, and after a crash or in a new container the
    number may belong to any other process; so the process itself is looked at.
    """
    try:
        # A server in single-user mode writes its number as a negative one.
        pid = abs(int((data / "postmaster.pid").read_text(encoding="utf-8").split("\n")[0]))
    except (FileNotFoundError, ValueError):
        return None
    if not HAS_PROCESSES:
        return pid if pid in server_processes(data) else None
    return pid if _serves(PROCESSES / str(pid), data, data.stat().st_uid) else None


def server_processes(data: Path) -> list[int]:
    """Return the numbers of all processes that serve a data directory, the server's helpers too."""
    owner = data.stat().st_uid
    if not HAS_PROCESSES:
        return _listed_processes(data, owner)
    numbers = (int(entry.name) for entry in PROCESSES.iterdir() if entry.name.isdigit())
    return [pid for pid in numbers if _serves(PROCESSES / str(pid), data, owner)]


def _serves(process: Path, data: Path, owner: int) -> bool:
    with suppress(FileNotFoundError, ProcessLookupError):
        if process.stat().st_uid != owner or (process / "comm").read_bytes() != b"postgres\n":
            return False
        try:
            # Every process of a server works inside its data directory.
            return (process / "cwd").samefile(data)
        except PermissionError:
            # Root in a container may not look at that, but may read the command.
            arguments = (process / "cmdline").read_bytes().replace(b"\0", b" ")
            return _names(arguments.decode("utf-8", "replace"), data)
    return False


def _listed_processes(data: Path, owner: int) -> list[int]:
    """Do without /proc, which macOS lacks."""
    listing = subprocess.run(
        ["/bin/ps", "-axww", "-o", "pid=,uid=,command="], capture_output=True, text=True, check=True
    )
    rows = [line.split(maxsplit=2) for line in listing.stdout.splitlines()]
    return [
        int(row[0])
        for row in rows
        if len(row) == 3 and row[1] == str(owner) and "postgres" in row[2] and _names(row[2], data)
    ]


def _names(command: str, data: Path) -> bool:
    return f"-D {data} " in f"{command} " or cluster_name(data) in command


def end_processes(pids: list[int], signal_number: int) -> None:
    """Send a signal to processes; those that ended meanwhile are passed over."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal_number)


@contextmanager
def locked(path: Path, *, deadline: float, refusal: str) -> Iterator[int]:
    """Hold a lock that ends with its last holder, however that dies; give its file number.

    A process that inherits the file number holds the lock too. Raises OperationsError with the
    refusal when somebody else holds it until the deadline of ``time.monotonic``.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        while not _lock(handle):
            if time.monotonic() > deadline:
                raise OperationsError(refusal)
            time.sleep(PAUSE_SECONDS)
        yield handle
    finally:
        os.close(handle)


def _lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
