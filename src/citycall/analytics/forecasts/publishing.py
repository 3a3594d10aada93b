"""Forecasts beside the facts: one file, replaced whole, read by every page."""

import json
import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.conf import settings

from citycall.analytics.store import Facts, current

if TYPE_CHECKING:
    from citycall.analytics.forecasts.making import Made

FILE: Final = "forecasts.parquet"
_ABOUT: Final = b"citycall_forecasts"
# Whoever reads a file that was made otherwise makes it anew.
_MADE_AS: Final = 1


@dataclass(frozen=True, slots=True)
class Row:
    """One series' forecast of one week (0: all four together); see ``making`` for the columns."""

    level: str
    layer: str
    id: int
    service: int
    week: int
    starts_on: date
    ends_on: date
    expected: float
    low: float | None
    high: float | None
    before: float
    year_before: float | None


@dataclass(frozen=True, slots=True)
class Forecasts:
    """What was forecast last. ``about`` is as ``making.Made`` tells it."""

    table: pa.Table
    about: Mapping[str, Any]

    @property
    def until(self) -> date:
        """The first day that was not known whole when they were made."""
        return date.fromisoformat(self.about["until"])

    @property
    def made_at(self) -> datetime:
        """When they were made."""
        return datetime.fromisoformat(self.about["made_at"])

    def rows(self, level: str, layer: str = "", **chosen: int | Sequence[int]) -> list[Row]:
        """The rows of a level (and layer) with these values: ``id``, ``service``, ``week``."""
        wanted = pc.and_(pc.equal(self.table["level"], level), pc.equal(self.table["layer"], layer))
        for name, value in chosen.items():
            values = pa.array([value] if isinstance(value, int) else list(value), pa.int64())
            wanted = pc.and_(wanted, pc.is_in(self.table[name], values))
        return [Row(**row) for row in self.table.filter(wanted).to_pylist()]


def bring_up_to_date(*, at: datetime) -> Forecasts | None:
    """Forecast anew where a day has passed since; none where too little is known yet.

    Raises NoFactsYet before the first refresh.
    """
    # Heavy, and needed by the worker alone.
    from citycall.analytics.forecasts import making, reading

    with current() as facts:
        known = latest()
        until = reading.last_day(facts)
        if known is not None and known.until == until:
            return known
        past, work = reading.read(facts)
        if past.weeks < making.LEAST_WEEKS:
            return None
        publish(making.make(past, work=work), facts, at=at)
    return latest()


def publish(made: "Made", facts: Facts, *, at: datetime) -> None:
    """Put these forecasts in the place of the last ones, in one step."""
    about = {
        **made.about,
        "made_as": _MADE_AS,
        "made_at": at.astimezone(UTC).isoformat(),
        "as_of": facts.about.as_of.isoformat(),
    }
    folder = Path(settings.ANALYTICS)
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / f"{FILE}.{os.getpid()}.{threading.get_ident()}"
    table = made.table.replace_schema_metadata({_ABOUT: json.dumps(about).encode()})
    pq.write_table(table, beside)
    beside.replace(folder / FILE)


def latest() -> Forecasts | None:
    """The forecasts that were published last; none before the first."""
    path = Path(settings.ANALYTICS) / FILE
    try:
        changed = path.stat().st_mtime_ns
    except FileNotFoundError:
        return None
    found = _read(path, changed)
    return found if found.about.get("made_as") == _MADE_AS else None


@lru_cache(maxsize=2)
def _read(path: Path, _changed: int) -> Forecasts:
    table = pq.read_table(path)
    about = json.loads(table.schema.metadata[_ABOUT])
    return Forecasts(table.replace_schema_metadata(None), about)
