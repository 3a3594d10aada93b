"""Where the facts are kept: one DuckDB file a version, replaced whole, read by many.

A refresh writes the next version beside the present one and then lets ``CURRENT`` name it, in one
step. So readers are never blocked, and see all of a refresh or nothing of it. A process opens each
version once, for reading only; who reads one that was replaced meanwhile reads it to the end.
"""

import os
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
from django.conf import settings
from django.utils.translation import gettext as _

from citycall.core import clock
from citycall.core.errors import DomainError

CURRENT: Final = "CURRENT"
# Changes with any column or definition of the facts: older ones are then made anew, whole.
MADE_AS: Final = "2"
_IBIS: Final = {
    "BIGINT": "int64",
    "INTEGER": "int32",
    "DOUBLE": "float64",
    "VARCHAR": "string",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
}
KEPT: Final = 2
_ANSWERS: Final = ".answers"


class NoFactsYet(DomainError):
    """Nothing was gathered so far: the first refresh is still to come."""

    code = "no_facts_yet"
    status = 503


@dataclass(frozen=True, slots=True)
class About:
    """What a version says of itself.

    ``as_of`` is the moment of the snapshot it was read from; ``horizon`` the transaction below
    which everything is in it, of the ``database`` it names; ``lag_seconds`` how far that horizon
    was behind the snapshot; ``layers`` the codes of the layers of areas; ``made_as`` which
    definitions of the facts it has.
    """

    as_of: datetime
    horizon: int
    database: str
    lag_seconds: float
    layers: tuple[str, ...]
    made_as: str = MADE_AS

    @property
    def seen_until(self) -> datetime:
        """The moment up to which everything is in these facts."""
        return self.as_of - timedelta(seconds=self.lag_seconds)

    @property
    def today(self) -> date:
        """The city's day as of which these facts are."""
        return self.as_of.astimezone(clock.city_zone()).date()

    def rows(self) -> list[tuple[str, str]]:
        """As the store keeps it."""
        return [
            ("as_of", self.as_of.astimezone(UTC).isoformat()),
            ("horizon", str(self.horizon)),
            ("database", self.database),
            ("lag_seconds", str(self.lag_seconds)),
            ("layers", ",".join(self.layers)),
            ("made_as", self.made_as),
        ]


class Facts:
    """One version, open for reading, for one thread.

    ``answers`` is the folder of answers that are kept with it, where there may be any.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        version: str,
        about: About,
        *,
        answers: Path | None = None,
    ) -> None:
        self._connection = connection
        self._tables: dict[str, Any] = {}
        self.version = version
        self.about = about
        self.answers = answers

    @cached_property
    def begins(self) -> date | None:
        """The first day that these facts know of; none where they know of no request."""
        first: date | None = self.sql("SELECT min(received_on) AS day FROM requests")["day"][
            0
        ].as_py()
        return first

    @property
    def as_of(self) -> datetime:
        """The moment as of which these facts are, naive UTC as they are."""
        return self.about.as_of.astimezone(UTC).replace(tzinfo=None)

    def table(self, name: str) -> Any:
        """One of the tables, for Ibis expressions that ``ask`` answers."""
        if name not in self._tables:
            import ibis

            told = self._connection.execute(f"DESCRIBE {name}").fetchall()
            self._tables[name] = ibis.table({row[0]: _IBIS[row[1]] for row in told}, name=name)
        return self._tables[name]

    def ask(self, expression: Any) -> Any:
        """What an Ibis expression over these tables answers, as an Arrow table."""
        import ibis

        # DuckDB makes one query of nested ones by itself, and much quicker.
        ibis.options.sql.fuse_selects = False
        told = self.sql(str(ibis.to_sql(expression, dialect="duckdb")))
        return as_asked(told, expression)

    def sql(self, statement: str, values: Sequence[Any] | dict[str, Any] | None = None) -> Any:
        """What a statement of DuckDB's own SQL answers, as an Arrow table."""
        return self._connection.sql(statement, params=values or None).to_arrow_table()

    def copy(self, statement: str, to: Path, *, by: str = "") -> None:
        """Write what a statement answers as Parquet: a file, or ``by`` a column folders of them."""
        path, parts = str(to).replace("'", "''"), f", PARTITION_BY ({by})" if by else ""
        self._connection.execute(f"COPY ({statement}) TO '{path}' (FORMAT parquet{parts})")


def as_asked(told: Any, expression: Any) -> Any:
    """An engine's answer with whole numbers and days where the expression has them.

    Sums of whole numbers are wider than anything that we count, and days of a quarter or year
    come back as moments.
    """
    days = {name for name, kind in expression.schema().items() if kind.is_date()}
    fields = []
    for field in told.schema:
        if pa.types.is_decimal(field.type):
            fields.append(field.with_type(pa.int64()))
        else:
            fields.append(field.with_type(pa.date32()) if field.name in days else field)
    return told.cast(pa.schema(fields))


class Store:
    """A folder of versions. One process writes at a time; any number read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._open: tuple[str, duckdb.DuckDBPyConnection, About] | None = None

    def version(self) -> str:
        """The name of the present version; empty where there is none."""
        try:
            return (self.folder / CURRENT).read_text().strip()
        except FileNotFoundError:
            return ""

    def facts(self) -> Facts:
        """The present version, for the thread that asks and as long as it asks.

        A version that was replaced is closed with its last reader. Raises NoFactsYet before the
        first refresh.
        """
        version = self.version()
        if not version:
            raise NoFactsYet(
                _("The numbers are being gathered for the first time. Please try again shortly.")
            )
        connection, about = self._opened(version)
        answers = (self.folder / version).with_suffix(_ANSWERS)
        return Facts(connection.cursor(), version, about, answers=answers)

    def _opened(self, version: str) -> tuple[duckdb.DuckDBPyConnection, About]:
        with self._lock:
            if self._open is None or self._open[0] != version:
                path = str(self.folder / version)
                connection = duckdb.connect(path, read_only=True, config=_config())
                connection.execute("SET TimeZone = 'UTC'")
                self._open = (version, connection, read_about(connection))
            return self._open[1], self._open[2]

    @contextmanager
    def next_version(
        self, *, whole: bool, first: Callable[[Facts], None] | None = None
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """A new version to write into, empty or a copy of the present one; published at the end.

        What fails leaves no trace. ``first`` is shown what was written before anybody else; should
        it fail, that is told when the version is published.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        before = self.version()
        number = int(before.strip("v").split(".")[0]) + 1 if before else 1
        name = f"v{number:06d}.duckdb"
        path = self.folder / name
        # What one that was killed has left.
        for left in (path, path.with_name(f"{name}.wal")):
            left.unlink(missing_ok=True)
        shutil.rmtree(path.with_suffix(_ANSWERS), ignore_errors=True)
        try:
            if not whole:
                shutil.copyfile(self.folder / before, path)
            with duckdb.connect(str(path), config=_config()) as connection:
                connection.execute("SET TimeZone = 'UTC'")
                yield connection
                connection.execute("CHECKPOINT")
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        try:
            if first is not None:
                self._show(path, first)
        finally:
            self._publish(name)

    def _show(self, path: Path, first: Callable[[Facts], None]) -> None:
        with duckdb.connect(str(path), read_only=True, config=_config()) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            answers = path.with_suffix(_ANSWERS)
            first(Facts(connection, path.name, read_about(connection), answers=answers))

    def _publish(self, name: str) -> None:
        beside = self.folder / f"{CURRENT}.next"
        with beside.open("w") as file:
            file.write(name)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.folder / CURRENT)
        for old in sorted(self.folder.glob("v*.duckdb"))[:-KEPT]:
            old.unlink(missing_ok=True)
        for answers in self.folder.glob(f"v*{_ANSWERS}"):
            if not answers.with_suffix(".duckdb").exists():
                shutil.rmtree(answers, ignore_errors=True)


def _config() -> dict[str, Any]:
    return {
        "memory_limit": settings.CITYCALL_ANALYTICS_MEMORY,
        "threads": str(settings.CITYCALL_ANALYTICS_THREADS),
        "temp_directory": str(settings.ANALYTICS / "tmp"),
        # Nothing is fetched.
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }


def read_about(connection: duckdb.DuckDBPyConnection) -> About:
    """What an open version says of itself."""
    told = dict(connection.execute("SELECT name, value FROM about").fetchall())
    return About(
        as_of=datetime.fromisoformat(told["as_of"]),
        horizon=int(told["horizon"]),
        database=told["database"],
        lag_seconds=float(told["lag_seconds"]),
        layers=tuple(code for code in told["layers"].split(",") if code),
        made_as=told.get("made_as", ""),
    )


_STORES: dict[Path, Store] = {}


def store() -> Store:
    """The city's store, the same for all threads of this process."""
    folder = Path(settings.ANALYTICS)
    return _STORES.setdefault(folder, Store(folder))


@contextmanager
def current() -> Iterator[Facts]:
    """The present facts.

    Raises NoFactsYet before the first refresh.
    """
    yield store().facts()
