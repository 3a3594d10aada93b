"""The tables as files: what ``dictionary`` names and nothing else, made when first asked for.

What analysts are given leaves the house, and what a question reads it can give away. So neither is
the store itself: it is a copy in which what is not for them was never written. Of services that do
not tell everybody where their work is, there are no points.
"""

import fcntl
import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq
from django.conf import settings

from citycall.analytics.analysts.dictionary import TABLES, Column
from citycall.analytics.store import Facts
from citycall.catalog.queries import catalog
from citycall.catalog.specs import Privacy

# Changes with what is written into the files: older ones are then made anew.
_MADE_AS: Final = "1"
_KEPT: Final = 2
_ASKED_WITHIN: Final = timedelta(days=1)
_POINT: Final = ("longitude", "latitude")


@dataclass(frozen=True, slots=True)
class TableFile:
    """One table as a file."""

    name: str
    path: Path
    rows: int
    size: int


@dataclass(frozen=True, slots=True)
class Edition:
    """The tables of one version of the facts; ``key`` tells it from every other."""

    key: str
    tables: dict[str, TableFile]


def edition(facts: Facts) -> Edition:
    """The files of these facts; written now where nobody asked for them before."""
    made = _made(facts)
    _used().touch()
    return made


def keep_up(facts: Facts, *, at: datetime) -> None:
    """Write the files of new facts before anybody asks, where somebody did within a day."""
    used = _used()
    if used.exists() and at.timestamp() - used.stat().st_mtime < _ASKED_WITHIN.total_seconds():
        _made(facts)


def _used() -> Path:
    return _folder() / "used"


def _made(facts: Facts) -> Edition:
    hidden = _hidden_services()
    told = f"{_MADE_AS} {facts.about.as_of.isoformat()} {hidden}"
    digest = hashlib.blake2b(told.encode(), digest_size=8).hexdigest()
    folder = _folder() / f"{Path(facts.version).stem}-{digest}"
    if not folder.exists():
        with _alone():
            if not folder.exists():
                _write(facts, folder, hidden)
    files = {name: folder / f"{name}.parquet" for name in TABLES}
    return Edition(
        key=folder.name,
        tables={name: _described(name, path) for name, path in files.items()},
    )


def given(facts: Facts) -> dict[str, list[Column]]:
    """The tables and columns of these facts: those that are described and that there are."""
    found = {}
    for name, table in TABLES.items():
        columns = table.columns_for(facts.about.layers)
        if name != "about":
            there = {row["column_name"] for row in facts.sql(f"DESCRIBE {name}").to_pylist()}
            columns = [column for column in columns if column.name in there]
        found[name] = columns
    return found


def _hidden_services() -> list[int]:
    return sorted(
        each.id for each in catalog().all_services if each.spec.privacy is not Privacy.PUBLIC
    )


def _write(facts: Facts, folder: Path, hidden: list[int]) -> None:
    # What one that failed or was killed has left.
    for left in _folder().glob("*.next"):
        shutil.rmtree(left, ignore_errors=True)
    beside = folder.with_name(f"{folder.name}.next")
    beside.mkdir(parents=True)
    for name, columns in given(facts).items():
        if name == "about":
            statement = _about(facts)
        else:
            told = ", ".join(_told(name, column.name, hidden) for column in columns)
            statement = f"SELECT {told} FROM {name}"
        facts.copy(statement, beside / f"{name}.parquet")
    beside.rename(folder)
    old = sorted(_folder().glob("v*"), key=lambda each: each.stat().st_mtime)[:-_KEPT]
    for each in old:
        shutil.rmtree(each, ignore_errors=True)


def _told(table: str, column: str, hidden: list[int]) -> str:
    if table == "requests" and column in _POINT and hidden:
        ids = ", ".join(str(each) for each in hidden)
        return f"CASE WHEN service NOT IN ({ids}) THEN {column} END AS {column}"
    return f'"{column}"'


def _about(facts: Facts) -> str:
    about = facts.about
    seen = about.seen_until.replace(tzinfo=None)
    return (
        f"SELECT TIMESTAMP '{facts.as_of.isoformat(sep=' ')}' AS as_of,"
        f" TIMESTAMP '{seen.isoformat(sep=' ')}' AS seen_until,"
        f" DATE '{about.today.isoformat()}' AS today"
    )


def _described(name: str, path: Path) -> TableFile:
    return TableFile(
        name=name, path=path, rows=pq.read_metadata(path).num_rows, size=path.stat().st_size
    )


def _folder() -> Path:
    return Path(settings.ANALYTICS) / "tables"


@contextmanager
def _alone() -> Iterator[None]:
    """One process writes at a time; who waited finds what it wanted."""
    _folder().mkdir(parents=True, exist_ok=True)
    with (_folder() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
