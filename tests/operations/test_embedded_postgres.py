"""The embedded database: started, reused, stopped, killed, in any place."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from citycall.operations import embedded_postgres, server_processes, server_socket
from citycall.operations.embedded_postgres import EmbeddedPostgres
from citycall.operations.home import OperationsError
from citycall.operations.server_account import account_for
from citycall.operations.server_processes import cluster_name
from tests.operations.other_processes import environment, script

ENSURE = "from citycall.operations.embedded_postgres import EmbeddedPostgres as E; s = E();"


def ask(url: str, question: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return row[0]


def do(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


def pid_of(server: EmbeddedPostgres) -> int:
    pid = server.status().pid
    assert pid is not None
    return pid


def kill_all(server: EmbeddedPostgres) -> None:
    server_processes.end_processes(server_processes.server_processes(server.data), signal.SIGKILL)


def eventually(found: Callable[[], object], *, seconds: float = 20) -> object:
    deadline = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.001)
    return value


@contextmanager
def living_process(uid: int) -> Iterator[int]:
    """A process of the server's user that is no server; give its number."""
    sleeper = subprocess.Popen(["/bin/sleep", "60"], user=uid)
    try:
        yield sleeper.pid
    finally:
        sleeper.kill()
        sleeper.wait()


# Started, reused, stopped.


def test_the_address_leads_to_a_unicode_database(server: EmbeddedPostgres) -> None:
    assert ask(server.url, "SELECT current_database() || current_user") == "citycallcitycall"
    assert ask(server.url, "SHOW server_encoding") == "UTF8"


def test_search_knows_letters_of_other_scripts(server: EmbeddedPostgres) -> None:
    do(server.url, "CREATE EXTENSION IF NOT EXISTS pg_trgm")
    assert ask(server.url, "SELECT similarity('北京路', '南京路') BETWEEN 0.1 AND 0.9")
    assert ask(server.url, "SELECT lower('ÁRBOL')") == "árbol"


def test_it_listens_on_no_network(server: EmbeddedPostgres) -> None:
    assert ask(server.url, "SHOW listen_addresses") == ""
    connections = psutil.Process(pid_of(server)).net_connections("inet")
    assert [c for c in connections if c.status == psutil.CONN_LISTEN] == []


def test_commits_are_durable(server: EmbeddedPostgres) -> None:
    assert ask(server.url, "SHOW fsync") == "on"
    assert ask(server.url, "SHOW synchronous_commit") == "on"


def test_nobody_gets_in_without_the_password(server: EmbeddedPostgres) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(server.url, password="wrong")


def test_its_socket_and_data_are_private(server: EmbeddedPostgres) -> None:
    for folder in (server.socket_folder, server.data):
        assert folder.stat().st_mode & 0o077 == 0


def test_a_second_caller_gets_the_same_server(server: EmbeddedPostgres) -> None:
    first = pid_of(server)
    assert EmbeddedPostgres().ensure_running() == server.url
    assert pid_of(server) == first


def test_the_status_before_and_after_a_stop(server: EmbeddedPostgres) -> None:
    assert server.status().ready
    server.stop()
    assert server.status().exists
    assert server.status().pid is None
    assert not server.status().ready


def test_stopping_twice_does_nothing(server: EmbeddedPostgres) -> None:
    server.stop()
    server.stop()
    assert server.status().pid is None


def test_data_is_there_after_a_restart(server: EmbeddedPostgres) -> None:
    do(server.url, "CREATE TABLE restarted AS SELECT 7 AS kept")
    server.stop()
    assert ask(server.ensure_running(), "SELECT kept FROM restarted") == 7


def test_an_operators_settings_are_used(
    server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.stop()
    monkeypatch.setenv("CITYCALL_POSTGRES_SETTINGS", "shared_buffers=24MB; work_mem = 5MB")
    server.ensure_running()
    assert ask(server.url, "SHOW shared_buffers") == "24MB"
    assert ask(server.url, "SHOW work_mem") == "5MB"


def test_two_processes_at_once_share_one_server(home: Path) -> None:
    code = script(f"{ENSURE} s.ensure_running(); print(s.status().pid)")
    starters = [
        subprocess.Popen(code, env=environment(home), stdout=subprocess.PIPE) for _ in range(2)
    ]
    found = [starter.communicate(timeout=60)[0] for starter in starters]
    assert int(found[0]) == int(found[1]) == pid_of(EmbeddedPostgres())


def test_it_outlives_ctrl_c_and_lets_go_of_its_callers_output(server: EmbeddedPostgres) -> None:
    server.stop()
    caller = subprocess.Popen(
        script(f"{ENSURE} s.ensure_running(); print('up', flush=True); input()"),
        env=environment(server.data.parent),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert caller.stdout is not None
    assert caller.stdout.readline() == b"up\n"
    os.killpg(caller.pid, signal.SIGINT)
    # Output ends only when nobody holds it any longer.
    caller.communicate(timeout=10)
    assert ask(server.url, "SELECT 1") == 1


# Killed.


def test_committed_data_survives_a_kill_of_all_processes(server: EmbeddedPostgres) -> None:
    do(server.url, "CREATE TABLE killed AS SELECT 8 AS kept")
    kill_all(server)
    assert ask(server.ensure_running(), "SELECT kept FROM killed") == 8


def test_a_busy_helper_of_a_killed_server_does_not_stop_the_next(
    server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded_postgres, "PATIENCE_WITH_LEFTOVERS_SECONDS", 0.3)
    connection = psycopg.connect(server.url, autocommit=True)

    def count_forever() -> None:
        with suppress(psycopg.OperationalError):
            connection.execute("DO $$ BEGIN LOOP END LOOP; END $$")

    busy = threading.Thread(target=count_forever)
    busy.start()
    eventually(lambda: ask(server.url, "SELECT count(*) FROM pg_stat_activity WHERE query ~ '^DO'"))
    os.kill(pid_of(server), signal.SIGKILL)
    assert ask(server.ensure_running(), "SELECT 1") == 1
    busy.join()
    connection.close()


def test_a_stale_process_file_may_name_a_living_process(server: EmbeddedPostgres) -> None:
    process_file = server.data / "postmaster.pid"
    lock_file = server.socket_folder / f"{server_socket.NAME}.lock"
    left = [process_file.read_text().splitlines(), lock_file.read_text().splitlines()]
    account = account_for(server.data)
    kill_all(server)
    with living_process(account.uid) as pid:
        for path, lines in zip((process_file, lock_file), left, strict=True):
            path.write_text("\n".join([str(pid), *lines[1:]]) + "\n")
            account.give(path)
        assert server.status().pid is None
        assert ask(server.ensure_running(), "SELECT 1") == 1
        assert psutil.pid_exists(pid)


def test_the_server_is_known_where_processes_can_only_be_listed(
    server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    pid = pid_of(server)
    before = set(server_processes.server_processes(server.data))
    with monkeypatch.context() as patch:
        patch.setattr(server_processes, "HAS_PROCESSES", False)
        assert server_processes.server_pid(server.data) == pid
        listed = set(server_processes.server_processes(server.data))
    after = set(server_processes.server_processes(server.data))
    # The server starts and ends processes of its own at any time.
    assert before & after <= listed <= before | after
    assert len(before & after) > 3


def test_a_kill_during_recovery(server: EmbeddedPostgres) -> None:
    with recovering(server) as (starter, startup):
        os.kill(startup, signal.SIGKILL)
        assert starter.wait(timeout=30) == 0
    assert ask(server.url, "SELECT count(*) FROM many") == 400_000


def test_a_recovery_that_takes_longer_than_one_waits(server: EmbeddedPostgres) -> None:
    with recovering(server) as (starter, startup):
        starter.kill()
        starter.wait()
        with pytest.raises(OperationsError, match=r"still busy starting after 0\.5 seconds"):
            EmbeddedPostgres(wait_seconds=0.5).ensure_running()
        os.kill(startup, signal.SIGCONT)
    server.ensure_running()
    assert ask(server.url, "SELECT count(*) FROM many") == 400_000


def test_a_starter_that_hangs_is_told(server: EmbeddedPostgres) -> None:
    with recovering(server) as (starter, startup):
        with pytest.raises(OperationsError, match="Another process has been starting"):
            EmbeddedPostgres(wait_seconds=0.2).ensure_running()
        os.kill(startup, signal.SIGCONT)
        assert starter.wait(timeout=30) == 0


@contextmanager
def recovering(server: EmbeddedPostgres) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A killed server that is being started; give the starter, and who recovers, made to pause."""
    do(server.url, "DROP TABLE IF EXISTS many")
    do(server.url, "CREATE TABLE many AS SELECT generate_series(1, 400000) AS n")
    while True:
        kill_all(server)
        code = script(f"{ENSURE} s.ensure_running()")
        with subprocess.Popen(code, env=environment(server.data.parent)) as starter:
            startup = eventually(lambda: starter.poll() is not None or helper(server, "startup"))
            # On a busy computer the recovery may be over before it is seen.
            if startup is not True and paused(int(str(startup))):
                yield starter, int(str(startup))
                return


def paused(pid: int) -> bool:
    with suppress(psutil.NoSuchProcess, ProcessLookupError):
        os.kill(pid, signal.SIGSTOP)
        process = psutil.Process(pid)
        eventually(lambda: process.status() in (psutil.STATUS_STOPPED, psutil.STATUS_ZOMBIE))
        return bool(process.status() == psutil.STATUS_STOPPED)
    return False


def helper(server: EmbeddedPostgres, kind: str) -> int | None:
    title = f"postgres: {cluster_name(server.data)}: {kind}"
    for pid in server_processes.server_processes(server.data):
        with suppress(psutil.Error):
            if "".join(psutil.Process(pid).cmdline()).startswith(title):
                return pid
    return None


def test_a_first_start_that_was_killed_leaves_nothing_half_made(home: Path) -> None:
    starter = subprocess.Popen(script(f"{ENSURE} s.ensure_running()"), env=environment(home))
    eventually(lambda: list(home.glob(".postgres.new-*/data/base/1")))
    for process in [*psutil.Process(starter.pid).children(recursive=True), starter]:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    starter.wait()
    assert not (home / "postgres").exists()
    assert ask(EmbeddedPostgres().ensure_running(), "SELECT 1") == 1
    assert list(home.glob(".postgres.new-*")) == []


def test_a_first_start_killed_before_its_database_was_made(server: EmbeddedPostgres) -> None:
    do(server._url_of("postgres"), "DROP DATABASE citycall")
    assert ask(server.ensure_running(), "SELECT 1") == 1


# Places.


def test_a_path_too_long_for_a_socket(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = EmbeddedPostgres(home / ("long" * 30) / "postgres")
    assert ask(server.ensure_running(), "SELECT 1") == 1
    assert len(str(server.socket_folder)) < 50
    assert server.socket_folder.stat().st_mode & 0o777 == 0o700
    server.stop()
    server.socket_folder.rmdir()


def test_a_socket_folder_that_somebody_else_made(home: Path) -> None:
    server = EmbeddedPostgres(home / ("long" * 30) / "postgres")
    server.socket_folder.symlink_to(home.parent)
    try:
        with pytest.raises(OperationsError, match=f"{server.socket_folder} is not a private"):
            server.ensure_running()
    finally:
        server.socket_folder.unlink()
