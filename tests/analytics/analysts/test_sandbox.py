"""The sandbox is attacked: nothing is read, written, set or kept busy from inside it."""

import hashlib
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from citycall.analytics.analysts import sandbox
from citycall.analytics.analysts.sandbox import Answer, Busy, Limits, NotAnswered

MEGABYTE = 1 << 20
Ask = Callable[..., Answer]


@pytest.fixture
def tables(tmp_path: Path) -> dict[str, Path]:
    folder = tmp_path / "the-citys-own-folder"
    folder.mkdir()
    rows = pa.table({"id": list(range(1000)), "service": [n % 7 for n in range(1000)]})
    pq.write_table(rows, folder / "requests.parquet")
    return {"requests": folder / "requests.parquet"}


@pytest.fixture
def ask(tables: dict[str, Path]) -> Ask:
    def asked(sql: str, **limits: int) -> Answer:
        usual = {"rows": 5, "bytes": MEGABYTE, "seconds": 60, "megabytes": 200}
        return sandbox.ask(sql, tables, limits=Limits(**{**usual, **limits}), as_text=True)

    return asked


def first(answer: Answer) -> list[Any]:
    return [column[0].as_py() for column in answer.rows.columns]


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("SELECT count(*) FROM requests", ["1000"]),
        ("SELECT count(*) FROM main.requests;", ["1000"]),
        ("WITH few AS (SELECT * FROM requests WHERE id < 3) SELECT sum(id) FROM few", ["3"]),
        ("SELECT sum(range) FROM range(4)", ["6"]),
        ("SELECT 1 AS a, 2 AS a, NULL", ["1", "2", None]),
        ("SELECT DATE '2026-03-02', INTERVAL 1 DAY, [1, 2]", ["2026-03-02", "1 day", "[1, 2]"]),
        ("DESCRIBE requests", ["id", "BIGINT", "YES", None, None, None]),
    ],
)
def test_what_reads_the_tables_is_answered(ask: Ask, sql: str, told: list[Any]) -> None:
    assert first(ask(sql)) == told


@pytest.mark.parametrize(
    "sql",
    [
        "FROM '/etc/passwd'",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT (SELECT content FROM read_text('/etc/passwd'))",
        "WITH a AS (SELECT * FROM read_blob('/proc/self/environ')) SELECT * FROM a",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM read_parquet('https://example.org/x.parquet')",
        "FROM 'https://example.org/x.csv'",
        "SELECT * FROM sniff_csv('/etc/passwd')",
        "SELECT * FROM query('SELECT content FROM read_text(''/etc/passwd'')')",
        "SELECT * FROM query_table('requests')",
        "SELECT * FROM parquet_metadata('requests')",
        "SELECT * FROM duckdb_settings()",
        "SELECT i, pg_get_viewdef(i) FROM range(5000) t(i)",
        "SELECT s.* FROM pg_settings s, (WITH pg_settings AS (SELECT 1) FROM pg_settings) y",
        "SELECT s.* FROM sqlite_master s, (WITH sqlite_master AS (SELECT 1) FROM sqlite_master) y",
        "SELECT * FROM duckdb_views",
        "SELECT * FROM duckdb_secrets()",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM pg_catalog.pg_settings",
        "SELECT * FROM system.main.duckdb_databases",
        "SELECT * FROM temp.main.requests",
        "SELECT current_setting('allowed_paths')",
        "SELECT 'allowed_paths'.current_setting()",
        "SELECT getenv('HOME')",
        "COPY requests TO '/tmp/citycall-taken.csv'",
        "COPY (SELECT 1) TO 'requests.parquet'",
        "EXPORT DATABASE '/tmp/citycall-taken'",
        "ATTACH '/tmp/citycall-taken.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET threads = 64",
        "SET enable_external_access = true",
        "RESET memory_limit",
        "PRAGMA database_list",
        "CALL enable_logging()",
        "CREATE TABLE mine (a INTEGER)",
        "CREATE SECRET (TYPE s3)",
        "INSERT INTO requests VALUES (1, 1)",
        "WITH a AS (INSERT INTO requests VALUES (1, 1) RETURNING *) SELECT * FROM a",
        "DELETE FROM requests",
        "DROP VIEW requests",
        "CHECKPOINT",
        "EXPLAIN ANALYZE COPY requests TO '/tmp/citycall-taken.csv'",
        "SELECT 1; SELECT 2",
        "SELECT 1; COPY requests TO '/tmp/citycall-taken.csv'",
        "SELECT * FROM (COPY requests TO '/tmp/citycall-taken.csv')",
        "PREPARE a AS SELECT 1",
        "",
        "-- nothing",
        "SELEC 1",
    ],
)
def test_everything_else_is_refused_in_a_sentence(
    ask: Ask, tables: dict[str, Path], sql: str
) -> None:
    before = hashlib.sha256(tables["requests"].read_bytes()).digest()
    with pytest.raises(NotAnswered) as refused:
        ask(sql)
    assert refused.value.status == 422
    assert refused.value.field == "sql"
    assert "the-citys-own-folder" not in refused.value.message
    assert hashlib.sha256(tables["requests"].read_bytes()).digest() == before
    assert not list(Path("/tmp").glob("citycall-taken*"))


def test_what_the_machine_refuses_stands_even_where_the_statement_is_not_looked_at(
    tables: dict[str, Path], tmp_path: Path
) -> None:
    """The database is locked by itself: the look at the statement is the second lock."""
    from citycall.analytics.analysts import inside

    database = inside._opened(
        {"tables": {name: str(path) for name, path in tables.items()}}
        | {"megabytes": 100, "threads": 1}
    )
    secret = tmp_path / "secret.txt"
    secret.write_text("kept")
    for sql in (
        f"SELECT * FROM read_text('{secret}')",
        f"COPY requests TO '{tmp_path / 'taken.csv'}'",
        f"ATTACH '{tmp_path / 'taken.db'}'",
        "SET memory_limit = '99GB'",
        "SET enable_external_access = true",
        "LOAD httpfs",
    ):
        with pytest.raises(Exception, match=r"disabled|locked|Cannot"):
            database.execute(sql)
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["secret.txt"]


def test_nothing_of_the_city_s_environment_is_inherited(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, Any] = {}
    usual = subprocess.Popen

    def watched(*args: Any, **more: Any) -> Any:
        seen.update(more)
        return usual(*args, **more)

    monkeypatch.setenv("CITYCALL_SECRET_KEY", "do not tell")
    monkeypatch.setattr(subprocess, "Popen", watched)
    ask("SELECT 1")
    assert set(seen["env"]) == {"HOME", "TZ", "LANG", "MALLOC_ARENA_MAX"}
    assert seen["env"]["HOME"] != os.environ["HOME"]


@pytest.mark.parametrize(
    "sql",
    [
        "WITH RECURSIVE a AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM a) SELECT count(*) FROM a",
        "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range + b.range < 0",
    ],
)
def test_what_never_ends_is_ended(ask: Ask, sql: str) -> None:
    begun = time.monotonic()
    with pytest.raises(NotAnswered, match="within 2 seconds"):
        ask(sql, seconds=2, megabytes=1000)
    assert time.monotonic() - begun < 20
    assert not _children()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT length(repeat('x', 3000000000))",
        "SELECT sum(length(repeat('x', 100000000 + range::INTEGER))) FROM range(100)",
        "SELECT list(range) FROM range(1000000000)",
        "SELECT count(DISTINCT a.range * b.range) FROM range(100000) a, range(10000) b",
        "SELECT string_agg(id::VARCHAR || repeat('x', 1000000)) FROM requests",
    ],
)
def test_what_wants_too_much_memory_does_not_get_it(ask: Ask, sql: str) -> None:
    with pytest.raises(NotAnswered, match="more memory"):
        ask(sql)


def test_no_more_rows_are_told_than_were_wanted(ask: Ask) -> None:
    few = ask("SELECT id FROM requests ORDER BY id DESC", rows=3)
    assert few.rows.num_rows == 3
    assert first(few) == ["999"]
    assert few.more
    assert not ask("SELECT id FROM requests LIMIT 3", rows=3).more


def test_no_larger_answer_is_told_than_may_be(ask: Ask) -> None:
    assert ask("SELECT repeat('x', 500000)").rows.num_rows == 1
    with pytest.raises(NotAnswered, match="larger than 1 MB"):
        ask("SELECT repeat('x', 2000000)")


def test_so_many_are_answered_at_once_and_no_more(ask: Ask, settings: Any) -> None:
    settings.CITYCALL_SQL_AT_ONCE = 2
    with sandbox._slot(), sandbox._slot(), pytest.raises(Busy):
        ask("SELECT 1")
    assert first(ask("SELECT 1")) == ["1"]


def test_what_duckdb_says_of_a_mistake_is_passed_on(ask: Ask) -> None:
    with pytest.raises(NotAnswered, match='"nowhere" not found'):
        ask("SELECT nowhere FROM requests")
    with pytest.raises(NotAnswered, match="no table “request”"):
        ask("SELECT * FROM request")


def _children() -> list[str]:
    """The sandboxes of this process that are still there."""
    import psutil

    return [
        each.name()
        for each in psutil.Process().children()
        if any("inside.py" in part for part in each.cmdline())
    ]
