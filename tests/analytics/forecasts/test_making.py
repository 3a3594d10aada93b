"""Everything at once, as one table with what is told of it."""

import json
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pytest

from citycall.analytics.forecasts.making import Made, TooLittleKnown, make
from citycall.analytics.forecasts.weeks import TEAMS
from citycall.analytics.forecasts.workload import Work
from tests.analytics.forecasts.towns import UNTIL, Town, drawn


@pytest.fixture(scope="module")
def made() -> Made:
    past = drawn(Town(layers=(("districts", 6), (TEAMS, 4))), seed=1)
    received = past.layers[TEAMS].counts.sum(axis=0).astype(float)
    return make(past, work=Work(received, received, np.arange(5)))


def rows(made: Made, **chosen: object) -> list[dict[str, Any]]:
    table = made.table
    for name, value in chosen.items():
        table = table.filter(pc.equal(table[name], value))
    found: list[dict[str, Any]] = table.to_pylist()
    return found


def test_every_level_adds_up_to_the_city(made: Made) -> None:
    [city] = rows(made, level="city", week=0)
    for level, layer in (("agency", ""), ("service", ""), ("area", "districts"), ("area", TEAMS)):
        found = rows(made, level=level, layer=layer, week=0)
        assert sum(row["expected"] for row in found) == pytest.approx(city["expected"])


def test_the_four_weeks_add_up_to_all_of_them(made: Made) -> None:
    weeks = [row["expected"] for row in rows(made, level="city") if row["week"]]
    [together] = rows(made, level="city", week=0)
    assert sum(weeks) == pytest.approx(together["expected"])


def test_the_first_week_begins_with_the_first_day_that_is_not_known(made: Made) -> None:
    [first] = rows(made, level="city", week=1)
    assert first["starts_on"] == UNTIL
    assert (first["ends_on"] - UNTIL).days == 6


def test_expected_lies_within_the_interval(made: Made) -> None:
    for row in rows(made, level="service", week=0):
        if row["low"] is not None:
            assert row["low"] <= row["expected"] <= row["high"]


def test_no_interval_is_said_of_what_hardly_comes(made: Made) -> None:
    small = [row for row in rows(made, level="service", week=0) if row["expected"] < 2]
    assert small
    assert all(row["low"] is None for row in small)


def test_what_is_told_is_plain_json_and_says_how_it_did(made: Made) -> None:
    told = json.loads(json.dumps(made.about))
    service = [row for row in told["backtest"] if row["level"] == "service"]
    assert [row["week"] for row in service] == [1, 2, 3, 4, 0]
    assert set(service[0]["naive"]) == {"52", "1"}
    assert [team["team"] for team in told["workload"]["teams"]] == [1, 2, 3, 4, 0]


def test_too_little_to_learn_from_is_refused() -> None:
    with pytest.raises(TooLittleKnown):
        make(drawn(Town(weeks=7), seed=1))


def test_without_a_trial_no_interval_is_said() -> None:
    made = make(drawn(Town(weeks=10), seed=1))
    assert made.about["backtest"] == []
    assert made.table["low"].null_count == made.table.num_rows
    assert made.table["year_before"].null_count == made.table.num_rows
