"""Inside the sandbox: one statement that somebody wrote, over files that it cannot leave.

Run as a program of its own, by path, so that nothing of the city is loaded: what it may read is
open to it before the statement is looked at, and afterwards nothing can be opened, set or written.
It reads one JSON document from its input, and writes one line of JSON and the answer's rows, as an
Arrow stream, to its output. Whoever started it ends it when its time is over.
"""

import io
import json
import os
import resource
import signal
import sys
from collections.abc import Iterator
from typing import Any, Final

import duckdb
import pyarrow as pa

# Tables are the city's; functions that make rows reach files, settings and other statements, so
# only those that invent numbers are let through.
_ROWS_FROM: Final = frozenset({"range", "generate_series", "unnest"})
_NOT_ANSWERED: Final = frozenset({"current_setting"})
# What tells of the database itself, as a function or as a table; nothing may be named so either,
# or the database's own would be reached beside it.
_OF_THE_DATABASE: Final = ("pg_", "duckdb_", "pragma_", "sqlite_", "information_schema")
_MEGABYTE: Final = 1 << 20
# What the libraries themselves take beside what the database counts.
_BESIDE: Final = 192 * _MEGABYTE
_BATCH: Final = 2048


class Refused(Exception):
    """The statement is not run; ``code`` says why, for the one who started this."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def answer(asked: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """What the statement answers: its columns, whether there is more, and rows as Arrow.

    Raises ``Refused`` and what DuckDB raises.
    """
    database = _opened(asked)
    statement = _one_question(database, asked["sql"])
    _check(database, statement, set(asked["tables"]))
    found = database.sql(statement)
    names, kinds = list(found.columns), [str(kind) for kind in found.types]
    if asked["as_text"]:
        found = found.project(", ".join(f"CAST(#{n + 1} AS VARCHAR)" for n in range(len(names))))
    reader = found.limit(asked["rows"] + 1).to_arrow_reader(_BATCH)
    rows, more = _rows(reader, most=asked["rows"], most_bytes=asked["bytes"])
    return {"columns": names, "kinds": kinds, "more": more}, rows


def _opened(asked: dict[str, Any]) -> duckdb.DuckDBPyConnection:
    database = duckdb.connect(":memory:")
    paths = list(asked["tables"].values())
    for name, value in (
        ("allowed_paths", paths),
        ("temp_directory", ""),
        ("python_enable_replacements", False),
        ("autoinstall_known_extensions", False),
        ("autoload_known_extensions", False),
        ("allow_community_extensions", False),
        ("memory_limit", f"{asked['megabytes']}MiB"),
        ("threads", asked["threads"]),
        ("TimeZone", "UTC"),
    ):
        database.execute(f"SET {name} = {_literal(value)}")
    for name, path in asked["tables"].items():
        database.execute(f'CREATE VIEW "{name}" AS FROM read_parquet({_literal(path)})')
    database.execute("SET enable_external_access = false")
    database.execute("SET lock_configuration = true")
    return database


def _literal(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_literal(each) for each in value)}]"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value).lower()


def _one_question(database: duckdb.DuckDBPyConnection, text: str) -> str:
    found = database.extract_statements(text)
    if len(found) != 1:
        raise Refused("several" if found else "nothing")
    if found[0].type != duckdb.StatementType.SELECT:
        raise Refused("no_question")
    return str(found[0].query)


def _check(database: duckdb.DuckDBPyConnection, statement: str, tables: set[str]) -> None:
    """Refuse every source of rows but the tables, and what tells of the machine."""
    told = database.execute("SELECT json_serialize_sql(?)", [statement]).fetchall()
    tree = json.loads(told[0][0])
    if tree["error"]:
        raise Refused("failed", tree.get("error_message", ""))
    nodes = list(_nodes(tree))
    known = {name.lower() for name in tables} | {
        str(each["key"]).lower()
        for node in nodes
        for each in (node.get("cte_map") or {}).get("map", [])
    }
    for name in sorted(known):
        if name.startswith(_OF_THE_DATABASE):
            raise Refused("no_table", name)
    for node in nodes:
        kind = str(node.get("type"))
        if kind == "BASE_TABLE":
            _check_table(node["qualified_name"]["path"], known)
        elif kind in {"TABLE_FUNCTION", "FUNCTION"}:
            _check_function(node.get("function", node).get("function_name", ""), kind)
        elif kind.endswith(("INSERT_NODE", "UPDATE_NODE", "DELETE_NODE", "MERGE_NODE")):
            raise Refused("no_question")


def _check_table(told: list[str], known: set[str]) -> None:
    path = [str(part).lower() for part in told if part]
    if path[:-1] not in ([], ["main"]) or path[-1] not in known:
        raise Refused("no_table", ".".join(told))


def _check_function(told: str, kind: str) -> None:
    name = told.lower()
    if kind == "TABLE_FUNCTION":
        good = name in _ROWS_FROM
    else:
        good = name not in _NOT_ANSWERED and not name.startswith(_OF_THE_DATABASE)
    if not good:
        raise Refused("no_function", told)


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    left = [tree]
    while left:
        node = left.pop()
        if isinstance(node, dict):
            yield node
            left += node.values()
        elif isinstance(node, list):
            left += node


def _rows(reader: Any, *, most: int, most_bytes: int) -> tuple[bytes, bool]:
    out = io.BytesIO()
    seen = 0
    with pa.ipc.new_stream(out, reader.schema) as writer:
        for batch in reader:
            writer.write_batch(batch.slice(0, most - seen))
            seen += batch.num_rows
            if out.tell() > most_bytes:
                raise Refused("too_large")
            if seen > most:
                break
    return out.getvalue(), seen > most


def _stay_small(megabytes: int, seconds: int) -> None:
    """What the system itself sees to, whatever the database does."""
    # A file that is written beyond no bytes at all is an error, not an end without a word.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    taken = _taken()
    if taken:
        most = taken + megabytes * _MEGABYTE + _BESIDE
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    # In case that nobody is there any more to end it.
    signal.alarm(seconds + 5)


def _taken() -> int:
    """The addresses in use, where the system tells."""
    try:
        with open("/proc/self/statm") as told:  # noqa: PTH123  (nothing but what it needs is loaded)
            return int(told.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def _without_paths(message: str, tables: dict[str, str]) -> str:
    for name, path in tables.items():
        message = message.replace(path, name)
    return message


def main() -> None:
    """Answer what the input asks."""
    asked = json.load(sys.stdin)
    rows = b""
    try:
        duckdb.connect(":memory:").execute("SELECT 1")
        _stay_small(asked["megabytes"], asked["seconds"])
        told, rows = answer(asked)
    except Refused as refused:
        told = {"refused": refused.code, "message": refused.message}
    except (duckdb.OutOfMemoryException, MemoryError, pa.ArrowMemoryError):
        told = {"refused": "too_much_memory", "message": ""}
    except Exception as error:
        told = {"refused": "failed", "message": _without_paths(str(error), asked["tables"])}
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + rows)
    sys.stdout.buffer.flush()
    # Threads that are still counting are not waited for.
    os._exit(0)


if __name__ == "__main__":
    main()
