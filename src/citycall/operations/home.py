"""The home folder of CityCall, the folders in it and the secrets it keeps.

The settings read this module before Django is set up. So it uses the standard library only, and
its sentences are English: no translation can be loaded before the settings are.
"""

import errno
import os
import re
import secrets as randomness
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

PRIVATE = 0o700
# The database runs as a user of its own and must pass through to its folders, reading nothing.
PASSAGE = 0o711

FOLDERS = {
    "analytics": PRIVATE,
    "uploads": PRIVATE,
    "outbox": PRIVATE,
    "secrets": PRIVATE,
    "logs": PASSAGE,
    "run": PASSAGE,
}
Folder = Literal["analytics", "uploads", "outbox", "secrets", "logs", "run"]


class OperationsError(Exception):
    """Something on this computer stands in the way; the sentence says what, and what to do."""


def home() -> Path:
    """Return the folder that holds everything CityCall keeps; it need not exist yet.

    ``CITYCALL_HOME`` says where. Otherwise it is ``/var/lib/citycall`` for root, and
    ``$XDG_DATA_HOME/citycall`` or ``~/.local/share/citycall`` for anyone else.
    """
    if chosen := os.environ.get("CITYCALL_HOME"):
        return Path(chosen).expanduser().absolute()
    if os.geteuid() == 0:
        return Path("/var/lib/citycall")
    if data_home := os.environ.get("XDG_DATA_HOME"):
        return Path(data_home).absolute() / "citycall"
    try:
        return Path.home() / ".local" / "share" / "citycall"
    except RuntimeError as error:
        raise OperationsError(
            "This user has no home folder: set CITYCALL_HOME to a folder for CityCall's data."
        ) from error


def folder(name: Folder) -> Path:
    """Return a folder of the home folder, made when it is missing.

    Raises OperationsError when it cannot be made.
    """
    make_folder(home(), mode=PASSAGE)
    return make_folder(home() / name, mode=FOLDERS[name])


def make_folder(path: Path, *, mode: int = PRIVATE) -> Path:
    """Make a folder, and those above it, with this mode; one that exists is left as it is.

    Raises OperationsError when it cannot be made.
    """
    with plain_errors(path):
        if not path.is_dir():
            path.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileExistsError):
                path.mkdir(mode=PRIVATE)
                path.chmod(mode)
            if not path.is_dir():
                raise NotADirectoryError(errno.ENOTDIR, "it is a file, not a folder", str(path))
    return path


def secret(name: str) -> str:
    """Return a secret, such as ``secret("secret_key")``; the same one every time.

    It is read from ``CITYCALL_SECRET_KEY``, or from the file that ``CITYCALL_SECRET_KEY_FILE``
    names. With neither set it is made once, 64 characters safe in an address, and kept in
    ``secrets/secret_key`` of the home folder, for its owner only. Processes that start at once
    agree on one secret.

    Raises OperationsError when the file is empty or cannot be read or written.
    """
    if value := given_secret(name):
        return value
    path = folder("secrets") / name
    with plain_errors(path):
        if not path.exists():
            _make_secret(path)
    return _read_secret(path)


def given_secret(name: str) -> str:
    """Return a secret that the environment gives, itself or as a file; empty if it gives none.

    Raises OperationsError when the file is empty or cannot be read.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise ValueError(f"a secret's name has small letters, digits and underscores: {name!r}")
    variable = f"CITYCALL_{name.upper()}"
    if value := os.environ.get(variable):
        return value
    if file := os.environ.get(f"{variable}_FILE"):
        return _read_secret(Path(file))
    return ""


def _make_secret(path: Path) -> None:
    """Write a new secret whole; when another process was quicker, its secret stays."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{randomness.token_hex(4)}")
    try:
        write_new_file(draft, randomness.token_urlsafe(48) + "\n")
        # A link, unlike a rename, never replaces what is there.
        with suppress(FileExistsError):
            os.link(draft, path)
        sync_folder(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def _read_secret(path: Path) -> str:
    with plain_errors(path):
        value = path.read_text(encoding="utf-8").strip()
    if not value:
        raise OperationsError(f"The secret in {path} is empty: put it back from a backup.")
    return value


def write_new_file(path: Path, text: str) -> None:
    """Write a file that must not exist yet, for its owner only, and wait until it is on disk."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    """Wait until the names in a folder are on disk."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def plain_errors(path: Path) -> Iterator[None]:
    """Turn the system's errors about files into an OperationsError that says what to do."""
    try:
        yield
    except OSError as error:
        raise OperationsError(_sentence(error, path)) from error


def _sentence(error: OSError, path: Path) -> str:
    where = error.filename2 or error.filename or path
    if error.errno in (errno.EACCES, errno.EPERM):
        return (
            f"User number {os.geteuid()} has no permission for {where}: give it that permission,"
            " or set CITYCALL_HOME to a folder it may write to."
        )
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk that holds {where} is full: free some space, then start again."
    if error.errno == errno.EROFS:
        return (
            f"{where} is on a disk that is read-only: make it writable,"
            " or set CITYCALL_HOME to another folder."
        )
    if error.errno == errno.ENOENT:
        return f"{where} is missing: put it back, or correct the setting that names it."
    return f"{where} cannot be used: {error.strerror or error}."
