"""The measures over Boston's year against its own column, and against pandas by service and month.

What pandas is asked here shares nothing with the measures but the definitions in words.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from citycall.analytics.measures.asking import Question, answer
from citycall.analytics.measures.measure import Period
from citycall.analytics.store import Facts
from tests.analytics import boston

pytestmark = pytest.mark.real_data
KEYS = ["service", "period"]


@pytest.fixture(scope="module")
def told() -> pd.DataFrame:
    return boston.rows()


@pytest.fixture(scope="module")
def facts(told, tmp_path_factory) -> Iterator[Facts]:
    from django.conf import settings

    folder: Path = tmp_path_factory.mktemp("boston")
    before, settings.ANALYTICS = settings.ANALYTICS, folder
    yield boston.store(folder, told)
    settings.ANALYTICS = before


def ours(facts: Facts, measure: str) -> pd.DataFrame:
    asked = Question(measure=measure, by=["service"], period=Period.MONTH)
    table = answer(asked, facts).to_pandas()
    table["period"] = pd.to_datetime(table["period"])
    return table.sort_values(KEYS).reset_index(drop=True)


def month(days: pd.Series) -> pd.Series:
    return days.dt.to_period("M").dt.to_timestamp()


def grouped(rows: pd.DataFrame, day: str, value: Callable[[pd.DataFrame], float]) -> pd.DataFrame:
    rows = rows.assign(service=rows.type_id, period=month(rows[day]))
    told = [
        {"service": service, "period": period, "size": len(some), "value": value(some)}
        for (service, period), some in rows.groupby(KEYS)
    ]
    return pd.DataFrame(told)


def days(rows: pd.DataFrame) -> pd.Series:
    return (rows.closed_dt - rows.open_dt) / pd.Timedelta(days=1)


AS_OF = pd.Timestamp(boston.AS_OF).tz_localize(None)


def late(rows: pd.DataFrame) -> float:
    return float(np.mean(rows.closed_dt.fillna(AS_OF) > rows.target_dt))


def on_time(rows: pd.DataFrame) -> float:
    return float(np.mean(rows.closed_dt <= rows.target_dt))


Asked = tuple[str, Callable[[pd.DataFrame], pd.Series], Callable[[pd.DataFrame], float]]
BY_PANDAS: dict[str, Asked] = {
    "received": ("open_dt_on", lambda r: r.id.notna(), len),
    "reports": ("open_dt_on", lambda r: r.id.notna(), len),
    "reports-each": ("open_dt_on", lambda r: r.id.notna(), lambda _r: 1.0),
    "completed": ("closed_dt_on", lambda r: r.closed_dt.notna(), len),
    "overdue": ("open_dt_on", lambda r: r.closed_dt.isna() & (r.target_dt < AS_OF), len),
    "on-time": ("closed_dt_on", lambda r: r.closed_dt.notna() & r.target_dt.notna(), on_time),
    "promise-kept": ("closed_dt_on", lambda r: r.closed_dt.notna() & r.target_dt.notna(), on_time),
    "late": ("open_dt_on", lambda r: r.target_dt.notna(), late),
    "days": ("closed_dt_on", lambda r: r.closed_dt.notna(), lambda r: float(np.median(days(r)))),
    "days-p90": (
        "closed_dt_on", lambda r: r.closed_dt.notna(), lambda r: float(np.quantile(days(r), 0.9)),
    ),
    "backlog-age": (
        "open_dt_on",
        lambda r: r.closed_dt.isna(),
        lambda r: float(np.median((AS_OF - r.open_dt) / pd.Timedelta(days=1))),
    ),
}  # fmt: skip


@pytest.mark.parametrize("measure", BY_PANDAS)
def test_a_measure_by_service_and_month_is_what_pandas_says(facts, told, measure: str) -> None:
    day, chosen, value = BY_PANDAS[measure]
    expected = grouped(told[chosen(told)], day, value).sort_values(KEYS).reset_index(drop=True)
    found = ours(facts, measure)
    assert found["service"].tolist() == expected["service"].tolist()
    assert found["period"].tolist() == expected["period"].tolist()
    assert found["size"].tolist() == expected["size"].tolist()
    np.testing.assert_allclose(
        found["value"].to_numpy(float), expected["value"].to_numpy(float), rtol=1e-12, atol=1e-12
    )


def test_on_time_and_overdue_are_what_the_city_says(facts, told) -> None:
    """Equal for all of the 58,093 requests of which the city says either.

    It calls on time what has no date too, so those are added. Of 158 its column says nothing,
    though all of them have a date; of these we say what their dates say.
    """
    silent = told[told.ontime.isna()].id.tolist()
    sums = facts.sql(
        "SELECT count(*) FILTER (due_at < coalesce(ended_at, $now)) AS late,"
        " count(*) FILTER (NOT coalesce(due_at < coalesce(ended_at, $now), FALSE)) AS rest"
        " FROM requests WHERE NOT list_contains($silent, id)",
        {"now": facts.as_of, "silent": silent},
    ).to_pylist()
    assert sums == [{"late": 11_521, "rest": 46_572}]
    share = answer(Question(measure="late"), facts).to_pylist()[0]
    with_date = told[told.target_dt.notna()]
    of_silent = with_date[with_date.ontime.isna()]
    late_silent = int((of_silent.closed_dt.fillna(AS_OF) > of_silent.target_dt).sum())
    assert round(share["value"] * share["size"]) == 11_521 + late_silent


def test_what_is_open_at_the_end_of_each_month_is_what_pandas_counts(facts, told) -> None:
    asked = Question(measure="open", by=["service"], period=Period.MONTH)
    for row in answer(asked, facts).to_pylist():
        end = pd.Timestamp(row["period"]) + pd.offsets.MonthBegin(1)
        mine = told[(told.type_id == row["service"]) & (told.open_dt_on < end)]
        assert row["value"] == int((~(mine.closed_dt_on < end)).sum()), row


def test_the_median_with_what_is_open_is_the_one_of_kaplan_and_meier(facts, told) -> None:
    found = ours(facts, "days-with-open")

    def median(rows: pd.DataFrame) -> float:
        waited = (rows.closed_dt.fillna(AS_OF) - rows.open_dt) / pd.Timedelta(hours=1)
        hour = np.floor(waited.to_numpy())
        done = rows.closed_dt.notna().to_numpy()
        left = 1.0
        for at in np.unique(hour[done]):
            left *= 1 - np.sum((hour == at) & done) / np.sum(hour >= at)
            if left <= 0.5:
                return float((at + 1) / 24)
        return float("nan")

    expected = grouped(told, "open_dt_on", median).sort_values(KEYS).reset_index(drop=True)
    assert found["size"].tolist() == expected["size"].tolist()
    np.testing.assert_allclose(
        found["value"].to_numpy(float), expected["value"].to_numpy(float), rtol=1e-12
    )


def test_no_open_request_is_dropped(facts, told) -> None:
    everything = answer(Question(measure="received"), facts).to_pylist()[0]["value"]
    completed = answer(Question(measure="completed"), facts).to_pylist()[0]["value"]
    still_open = answer(Question(measure="open"), facts).to_pylist()[0]["value"]
    assert everything == len(told) == completed + still_open
