"""Where the embedded database listens, and what it answers there."""

import enum
import os
import socket
import stat
from pathlib import Path

import psycopg

from citycall.operations.home import OperationsError
from citycall.operations.server_processes import cluster_name

PORT = 8311
NAME = f".s.PGSQL.{PORT}"
# A socket's path has 107 characters on Linux, 103 on macOS.
LONGEST = 100
# Not TMPDIR and not XDG_RUNTIME_DIR: a service, a shell and a timed job differ in those, and the
# second is emptied when its user signs out, while the server goes on.
SHORT_PLACE = Path("/tmp")  # noqa: S108 - check_private guards what is found there
REPLY_SECONDS = 5


class Answer(enum.Enum):
    """What came of asking the server ``SELECT 1``."""

    READY = "ready"
    NO_DATABASE = "no database"
    REFUSED = "refused"
    NONE = "none"


def socket_folder(data: Path) -> Path:
    """Return the folder of the socket of a data directory, the same one for every process.

    It is in ``run`` beside the data, unless that path is too long for a socket, or has a comma,
    which would separate two servers in a connection's settings.
    """
    folder = data.parent / "run" / data.name
    if len(os.fsencode(folder / NAME)) > LONGEST or "," in str(folder):
        return SHORT_PLACE / cluster_name(data)
    return folder


def check_private(folder: Path, *, owner: int) -> None:
    """Refuse a folder that somebody else may have put where everyone may write."""
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or found.st_mode & 0o077:
        raise OperationsError(
            f"{folder} is not a private folder of the database's user: remove it,"
            " or set CITYCALL_HOME to a shorter path."
        )


def ask(url: str) -> Answer:
    """Ask the database ``SELECT 1``."""
    try:
        with psycopg.connect(url, connect_timeout=REPLY_SECONDS, autocommit=True) as connection:
            connection.execute("SELECT 1")
    except psycopg.OperationalError as error:
        return _meaning(str(error))
    return Answer.READY


def _meaning(refusal: str) -> Answer:
    if "database" in refusal and "does not exist" in refusal:
        return Answer.NO_DATABASE
    if "password authentication failed" in refusal:
        return Answer.REFUSED
    # A server with all connections taken is a server that runs.
    return Answer.READY if "too many clients" in refusal else Answer.NONE


def listens(path: Path) -> bool:
    """Say whether a living process listens on a socket."""
    with socket.socket(socket.AF_UNIX) as caller:
        try:
            caller.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            return False
    return True
