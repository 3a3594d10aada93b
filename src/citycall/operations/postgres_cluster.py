"""Making the data directory of the embedded database."""

import shutil
import tempfile
from pathlib import Path

from citycall.operations.home import OperationsError, sync_folder, write_new_file
from citycall.operations.postgres_failures import failure, last_lines
from citycall.operations.postgres_programs import PostgresPrograms
from citycall.operations.server_account import ServerAccount

# Sorting and case come from PostgreSQL itself and never change with the system. The system's
# character types must know Unicode all the same: with "C", pg_trgm drops every letter that is
# not ASCII, and a search in Spanish, Arabic or Chinese finds nothing.
CHARACTER_TYPES = ("C.UTF-8", "en_US.UTF-8")


def make_cluster(
    data: Path,
    *,
    account: ServerAccount,
    programs: PostgresPrograms,
    role: str,
    password: str,
    lock: int,
) -> None:
    """Make a data directory whole or not at all, with one superuser who needs the password.

    It is made in a folder beside and then renamed. The programs inherit ``lock``, so if this
    process is killed they keep it until they have ended. Raises OperationsError when the place
    is taken by other files or the making fails.
    """
    if data.exists() and any(data.iterdir()):
        raise OperationsError(
            f"{data} has files in it that are not a database: move them elsewhere,"
            " or set CITYCALL_HOME to another folder."
        )
    prefix = f".{data.name}.new-"
    for abandoned in data.parent.glob(f"{prefix}*"):
        shutil.rmtree(abandoned, ignore_errors=True)
    work = Path(tempfile.mkdtemp(prefix=prefix, dir=data.parent))
    try:
        write_new_file(work / "password", password + "\n")
        account.give(work / "password")
        account.give(work)
        _initdb(work, data=data, account=account, programs=programs, role=role, lock=lock)
        (work / "data").rename(data)
        sync_folder(data.parent)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _initdb(
    work: Path,
    *,
    data: Path,
    account: ServerAccount,
    programs: PostgresPrograms,
    role: str,
    lock: int,
) -> None:
    said = ""
    for character_types in CHARACTER_TYPES:
        command: list[str | Path] = [
            programs.path("initdb"),
            f"--pgdata={work / 'data'}",
            f"--username={role}",
            f"--pwfile={work / 'password'}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            f"--lc-ctype={character_types}",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-instructions",
        ]
        result = account.run(command, pass_fds=(lock,))
        if result.returncode == 0:
            return
        said = result.stdout
        if "invalid locale" not in said:
            break
    raise failure(said, data=data, user=account.name) or OperationsError(
        f"The database in {data} could not be made; PostgreSQL said:\n{last_lines(said)}"
    )
