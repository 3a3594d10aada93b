"""The embedded database cannot be had: each reason is told in a plain sentence."""

import socket
import sys
from pathlib import Path

import pytest

from citycall.operations import server_processes, server_socket
from citycall.operations.embedded_postgres import EmbeddedPostgres
from citycall.operations.home import OperationsError
from citycall.operations.server_account import account_for


def test_data_of_another_version(home: Path) -> None:
    server = EmbeddedPostgres()
    server.data.mkdir(parents=True)
    (server.data / "PG_VERSION").write_text("17\n")
    account_for(home / "new").give(server.data)
    with pytest.raises(OperationsError, match=r"made by PostgreSQL 17 and this is PostgreSQL 18"):
        server.ensure_running()


def test_other_files_in_place_of_data(home: Path) -> None:
    server = EmbeddedPostgres()
    server.data.mkdir(parents=True)
    (server.data / "letter.txt").write_text("Dear city")
    with pytest.raises(OperationsError, match="has files in it that are not a database"):
        server.ensure_running()
    assert (server.data / "letter.txt").exists()


def test_a_lost_password(server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITYCALL_DATABASE_PASSWORD", "another")
    with pytest.raises(OperationsError, match="put the file secrets/database_password back"):
        server.ensure_running()


def test_a_socket_that_another_server_uses(
    server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_socket, "REPLY_SECONDS", 2)
    server.stop()
    path = server.socket_folder / server_socket.NAME
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        other.listen()
        with pytest.raises(OperationsError, match="Another server already uses the socket"):
            server.ensure_running()


def test_a_server_that_only_its_lock_shows(server: EmbeddedPostgres) -> None:
    server.stop()
    path = server.data.parent / "run" / "postgres.serving.lock"
    with (
        server_processes.locked(path, deadline=0, refusal="nobody else holds it"),
        pytest.raises(OperationsError, match="in another container"),
    ):
        EmbeddedPostgres(wait_seconds=0.2).ensure_running()


def test_a_server_holds_its_lock_while_it_runs(server: EmbeddedPostgres) -> None:
    path = server.data.parent / "run" / "postgres.serving.lock"
    with (
        pytest.raises(OperationsError, match="it runs"),
        server_processes.locked(path, deadline=0, refusal="it runs"),
    ):
        pytest.fail("the lock was free")


@pytest.mark.parametrize(
    ("chosen", "reason"),
    [
        ("shared_buffers", "'shared_buffers', which is not a setting"),
        ("port=5432", "may not change port"),
        ("work_mem=plenty", "does not accept a setting: correct CITYCALL_POSTGRES_SETTINGS"),
    ],
)
def test_settings_that_do_not_work(
    server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch, chosen: str, reason: str
) -> None:
    server.stop()
    monkeypatch.setenv("CITYCALL_POSTGRES_SETTINGS", chosen)
    with pytest.raises(OperationsError, match=reason):
        server.ensure_running()


def test_a_server_that_does_not_start_shows_its_last_words(server: EmbeddedPostgres) -> None:
    server.stop()
    control = server.data / "global" / "pg_control"
    aside = control.rename(control.with_name("aside"))
    try:
        with pytest.raises(OperationsError, match=r"(?s)does not start.*\n  \| .*pg_control"):
            server.ensure_running()
    finally:
        aside.rename(control)


def test_a_computer_without_the_programs(
    server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.stop()
    monkeypatch.setitem(sys.modules, "embedded_postgres", None)
    with pytest.raises(OperationsError, match="not installed on this computer: set DATABASE_URL"):
        server.ensure_running()


def test_a_path_that_a_shell_would_change(home: Path) -> None:
    with pytest.raises(OperationsError, match=r"whose name has \$: set CITYCALL_HOME"):
        EmbeddedPostgres(home / "$city" / "postgres").ensure_running()


def test_a_limit_that_is_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITYCALL_POSTGRES_WAIT_SECONDS", "soon")
    with pytest.raises(OperationsError, match="write a number of seconds"):
        EmbeddedPostgres()
