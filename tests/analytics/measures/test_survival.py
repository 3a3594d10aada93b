"""The median with what still waits: each key's own, as if it were worked out alone."""

from itertools import groupby

import numpy as np
import pyarrow as pa
import pytest

from citycall.analytics.measures.survival import medians


def alone(rows: list[dict[str, int]]) -> tuple[int, float | None]:
    """Kaplan and Meier's median of one key, an hour after the other."""
    size = at_risk = sum(row["seen"] for row in rows)
    surviving = 1.0
    for row in rows:
        surviving *= 1 - row["done"] / at_risk
        if surviving <= 0.5:
            return size, (row["hours"] + 1) / 24
        at_risk -= row["seen"]
    return size, None


def counted(groups: int, seed: int) -> pa.Table:
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 30, groups)
    group = np.repeat(np.arange(groups), sizes)
    seen = rng.integers(1, 4, len(group))
    return pa.table(
        {
            "area": pa.array(group % 7, pa.int32(), mask=group % 7 == 0),
            "period": pa.array((group // 7).astype("datetime64[D]")),
            "hours": np.concatenate([np.sort(rng.choice(400, n, replace=False)) for n in sizes]),
            "done": np.minimum(seen, rng.integers(0, 4, len(group))),
            "seen": seen,
        }
    )


@pytest.mark.parametrize("seed", range(3))
def test_many_keys_at_once_are_what_each_is_alone(seed: int) -> None:
    told = counted(300, seed)
    expected = [
        {"area": area, "period": period, "size": size, "value": value}
        for (area, period), some in groupby(
            told.to_pylist(), key=lambda row: (row["area"], row["period"])
        )
        for size, value in [alone(list(some))]
    ]
    assert any(row["value"] is None for row in expected)
    assert medians(told, ["area", "period"]).to_pylist() == expected


def test_of_nothing_there_is_no_median() -> None:
    nothing = counted(3, 1).slice(0, 0)
    assert medians(nothing, ["area"]).num_rows == 0
    assert medians(nothing, []).to_pylist() == [{"size": 0, "value": None}]
