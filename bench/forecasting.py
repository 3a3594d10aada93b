"""How near forecasts come: on the demo city of several seeds and sizes, and on two real cities.

Each history is forecast from week after week, as in the backtest that the city itself is shown.
What is told is the mean over seeds: our scaled error as a part of each yardstick's (under 1 is
nearer), by week (the fifth: all four together), and the part of 80% intervals that held.
"""

import os
import time
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import holidays
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from citycall.analytics.forecasts import backtest
from citycall.analytics.forecasts.making import make
from citycall.analytics.forecasts.weeks import Days, History, history

SEEDS = (1, 2, 3)
DATA = Path(os.environ.get("CITYCALL_DATA", "../shared/data"))
BALTIMORE = "baltimore/baltimore_illegal_dumping_2014-2019.parquet"
BOSTON = "boston/311_2011.parquet"


def measure(*, sizes: Sequence[int], seeds: Sequence[int] = SEEDS) -> dict[str, Any]:
    """Nearness and coverage by size of the demo city, of the real cities, and the time it takes."""
    from tests.analytics.forecasts.populations import demo

    found: dict[str, Any] = {}
    for size in sizes:
        histories = [demo(seed=seed, requests=size) for seed in seeds]
        found[f"demo, {size} requests"] = told(histories)
        begun = time.monotonic()
        make(histories[0])
        found[f"demo, {size} requests"]["seconds"] = round(time.monotonic() - begun, 1)
    for name, read, path in (
        ("Baltimore, illegal dumping 2014-2019", baltimore, DATA / BALTIMORE),
        ("Boston, second half of 2011", boston, DATA / BOSTON),
    ):
        found[name] = told([read(path)]) if path.exists() else "its data is not on this machine"
    return found


def told(histories: Iterable[History]) -> dict[str, Any]:
    """The means over histories, by level."""
    found: dict[str, list[Any]] = {}
    for past in histories:
        for one in backtest.trials(past).levels:
            if not len(one.rows):
                continue
            ours, naive = backtest.errors(one)
            held, _known = backtest.judged(one)
            row = (len(one.rows), ours, naive, np.nanmean(held, axis=(0, 1)))
            found.setdefault(f"{one.level} {one.layer}".strip(), []).append(row)
    return {level: _level(rows) for level, rows in found.items()}


def _level(rows: Sequence[Any]) -> dict[str, Any]:
    series, ours, naive, held = zip(*rows, strict=True)
    mine = np.mean(ours, axis=0)
    return {
        "series": round(float(np.mean(series))),
        "mase": np.round(mine, 2).tolist(),
        **{
            f"of_season_{season}": np.round(
                mine / np.mean([each[season] for each in naive], axis=0), 3
            ).tolist()
            for season in naive[0]
        },
        "held": np.round(np.mean(held, axis=0), 3).tolist(),
        "held_worst": round(float(np.min(held)), 3),
        "held_best": round(float(np.max(held)), 3),
    }


def baltimore(path: Path) -> History:
    """Illegal dumping: one service, by neighborhood and council district."""
    rows = pq.read_table(path)
    day = _days(rows["CreatedDate"])
    service = np.ones(len(day), np.int64)
    layers = {"neighborhoods": "Neighborhood", "council_districts": "CouncilDistrict"}
    return history(
        {code: Days.of(service, _numbers(rows[name]), day) for code, name in layers.items()},
        until=day.max().item(),
        agencies={1: 1},
        holidays=_holidays("MD", range(2014, 2021)),
    )


def boston(path: Path) -> History:
    """Half a year of every type: too short for a season of a year."""
    rows = pq.read_table(path)
    day, service = _days(rows["open_dt"]), _numbers(rows["type"])
    agencies = dict(zip(service.tolist(), _numbers(rows["department"]).tolist(), strict=True))
    layers = {"neighborhoods": "neighborhood", "council_districts": "city_council_district"}
    return history(
        {code: Days.of(service, _numbers(rows[name]), day) for code, name in layers.items()},
        until=day.max().item(),
        agencies=agencies,
        holidays=_holidays("MA", range(2011, 2013)),
    )


def _days(column: Any) -> Any:
    return column.cast(pa.timestamp("us")).to_numpy().astype("datetime64[D]")


def _numbers(column: Any) -> Any:
    """From 1, in the order of appearance; 0 where nothing is said."""
    codes = column.combine_chunks().dictionary_encode().indices
    return pc.fill_null(codes, -1).to_numpy(zero_copy_only=False).astype(np.int64) + 1


def _holidays(state: str, years: Iterable[int]) -> frozenset[date]:
    return frozenset(holidays.country_holidays("US", subdiv=state, years=years))
