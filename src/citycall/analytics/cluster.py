"""The same measures for a city that has outgrown one machine: on PySpark, over partitioned Parquet.

``export`` writes the present facts as Parquet, a folder a month, which any cluster's storage can
hold. ``SparkFacts`` answers the very expressions that DuckDB answers, so ``measures.asking`` and
with it every door works on either. PySpark is an extra (``citycall[spark]``) and needs Java.
"""

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from citycall.analytics.facts import LISTS
from citycall.analytics.store import About, Facts, as_asked

# The facts, and by which month each lies in folders.
PARTED: Final = {
    "requests": "received", "reports": "reported", "steps": "happened", "contacts": "arrived",
}  # fmt: skip
ABOUT: Final = "about.json"
_PART: Final = "part"


def export(facts: Facts, folder: Path) -> None:
    """Write one version of the facts below ``folder``, which is replaced when all is written."""
    beside = folder.with_name(f"{folder.name}.next")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    for name, when in PARTED.items():
        facts.copy(
            f"SELECT *, strftime({when}_month, '%Y-%m') AS {_PART} FROM {name}",
            beside / name,
            by=_PART,
        )
        if not any((beside / name).rglob("*.parquet")):
            # What has no rows still has columns.
            pq.write_table(facts.sql(f"SELECT * FROM {name}"), beside / name / "none.parquet")
    for name in LISTS:
        (beside / name).mkdir()
        pq.write_table(facts.sql(f"SELECT * FROM {name}"), beside / name / "all.parquet")
    about = asdict(facts.about) | {"as_of": facts.about.as_of.isoformat()}
    (beside / ABOUT).write_text(json.dumps(about))
    shutil.rmtree(folder, ignore_errors=True)
    beside.rename(folder)


class SparkFacts(Facts):
    """Exported facts, asked on Spark; in the place of ``store.Facts``."""

    def __init__(self, session: Any, folder: Path) -> None:
        import ibis

        _let_ibis_speak_spark()
        self._session = session
        self._tables: dict[str, Any] = {}
        told = json.loads((folder / ABOUT).read_text())
        self.about = About(
            **told
            | {"as_of": datetime.fromisoformat(told["as_of"]), "layers": tuple(told["layers"])}
        )
        self.version = folder.name
        for name in (*PARTED, *LISTS):
            frame = session.read.parquet(str(folder / name))
            columns = [column for column in frame.columns if column != _PART]
            frame.select(*columns).createOrReplaceTempView(name)
            first = next((folder / name).rglob("*.parquet"))
            self._tables[name] = ibis.table(_schema(first), name=name)

    def table(self, name: str) -> Any:
        """One of the tables, for Ibis expressions that ``ask`` answers."""
        return self._tables[name]

    def ask(self, expression: Any) -> pa.Table:
        """What an Ibis expression over these tables answers, as an Arrow table."""
        import ibis

        told = self.sql(str(ibis.to_sql(expression, dialect="pyspark")))
        return as_asked(told, expression)

    def sql(self, statement: str, values: Sequence[Any] | dict[str, Any] | None = None) -> pa.Table:
        """What a statement of Spark's SQL answers, as an Arrow table."""
        told: pa.Table = self._session.sql(statement, args=values).toArrow()
        return told


def _let_ibis_speak_spark() -> None:
    """Ibis has its options for Spark only where its own connection is loaded, with pandas."""
    import ibis
    from ibis.config import Config

    class _Options(Config):  # type: ignore[misc]
        treat_nan_as_null: bool = False

    if ibis.options.pyspark is None:
        ibis.options.pyspark = _Options()


def _schema(file: Path) -> Any:
    import ibis

    return ibis.Schema.from_pyarrow(pq.read_schema(file))


def session(*, memory: str = "2g", cores: str = "2", folder: Path | None = None) -> Any:
    """A Spark of this machine alone, for trying and testing; a cluster's has its own settings.

    Moments are naive UTC, so its clock is: nothing shifts at the change to summer time.
    """
    from pyspark.sql import SparkSession

    builder = (
        SparkSession.builder.master(f"local[{cores}]")
        .appName("citycall")
        .config("spark.driver.memory", memory)
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.parquet.inferTimestampNTZ.enabled", "false")
        .config("spark.sql.shuffle.partitions", "8")
        .config("spark.ui.enabled", "false")
    )
    if folder is not None:
        builder = builder.config("spark.sql.warehouse.dir", str(folder))
    return builder.getOrCreate()
