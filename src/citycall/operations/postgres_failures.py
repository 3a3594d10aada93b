"""What the database's own words about a failure mean, and what to do."""

from pathlib import Path

from citycall.operations.home import OperationsError

LINES_SHOWN = 8

# The first that is found in the log is told, so causes stand before what follows from them.
KNOWN = {
    "No space left on device": (
        "The disk that holds {data} is full: free some space, then start again."
    ),
    "Disk quota exceeded": (
        "The disk quota for {data} is used up: free some space, then start again."
    ),
    "Read-only file system": (
        "{data} is on a disk that is read-only: make it writable, then start again."
    ),
    "Cannot allocate memory": (
        "The database gets too little memory: set CITYCALL_POSTGRES_SETTINGS=shared_buffers=128MB,"
        " then start again."
    ),
    "contains errors": (
        "The database does not accept a setting: correct CITYCALL_POSTGRES_SETTINGS,"
        " then start again."
    ),
    "Address already in use": (
        "Another server already uses the address of the database in {data}: stop that server,"
        " then start again."
    ),
    "Is another postmaster": (
        "Another server already uses the address of the database in {data}: stop that server,"
        " then start again."
    ),
    "database files are incompatible": (
        "The database in {data} was made by a PostgreSQL that differs from this one: restore it"
        " from a dump, or set DATABASE_URL to a server that fits."
    ),
    "could not look up effective user ID": (
        "This user has no name on this computer, which PostgreSQL needs: start CityCall as a user"
        " that is in /etc/passwd."
    ),
    "Permission denied": (
        "User {user}, as whom the database runs, has no permission for its own files: give"
        " {data} and the folders run and logs beside it back to that user."
    ),
}


def failure(text: str, *, data: Path, user: str) -> OperationsError | None:
    """Return the error for a cause that is known, with the last lines of the log; else None."""
    for words, sentence in KNOWN.items():
        if words in text:
            return OperationsError(f"{sentence.format(data=data, user=user)}\n{last_lines(text)}")
    return None


def last_lines(text: str) -> str:
    """Return the last lines of a log, each marked as such."""
    lines = [line for line in text.splitlines() if line.strip()]
    return "\n".join(f"  | {line}" for line in lines[-LINES_SHOWN:])


class LogSince:
    """What a folder of logs has gained since this was made."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._sizes = {path: path.stat().st_size for path in folder.glob("*.log")}

    def text(self) -> str:
        paths = sorted(self.folder.glob("*.log"), key=lambda path: path.stat().st_mtime)
        return "".join(self._gained(path) for path in paths)

    def _gained(self, path: Path) -> str:
        with path.open("rb") as file:
            known = self._sizes.get(path, 0)
            # A file shorter than before was begun anew.
            file.seek(known if known <= path.stat().st_size else 0)
            return file.read().decode("utf-8", "replace")
