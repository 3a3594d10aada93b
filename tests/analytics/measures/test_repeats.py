"""Which requests came back: as pandas finds them among all pairs of neighbors, and by hand."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.spatial import cKDTree

from citycall.analytics.measures.asking import Question, answer
from citycall.analytics.measures.measure import Period
from citycall.analytics.refresh import refresh
from citycall.analytics.store import Facts
from citycall.core.actors import resident
from citycall.places.locations import Location
from citycall.places.models import LocationKind
from citycall.service_requests.actions.close import complete, reopen
from citycall.service_requests.actions.submit import submit
from tests import city as small_city
from tests.analytics import boston, invented
from tests.analytics.settled import refreshed, rows

HELD = pd.Timedelta(days=90)
DAY = timedelta(days=1)


@pytest.fixture(scope="module", params=["invented", "boston"])
def facts(request, tmp_path_factory) -> Iterator[Facts]:
    from django.conf import settings

    folder: Path = tmp_path_factory.mktemp("facts")
    before, settings.ANALYTICS = settings.ANALYTICS, folder
    if request.param == "invented":
        yield invented.store(folder / "store")
    else:
        yield boston.store(folder / "store", boston.rows())
    settings.ANALYTICS = before


def by_pairs(told: pd.DataFrame) -> set[int]:
    """The ids of those that came back: all pairs of one service within 25 m are looked at."""
    found = set()
    for _service, some in told.groupby("service"):
        metres = 111_195.0 * np.column_stack(
            [some.longitude * np.cos(np.radians(some.latitude.mean())), some.latitude]
        )
        pairs = cKDTree(metres).query_pairs(25.0, output_type="ndarray")
        pairs = np.concatenate([pairs, pairs[:, ::-1]])
        mine, other = some.iloc[pairs[:, 0]].reset_index(), some.iloc[pairs[:, 1]].reset_index()
        gone = mine.received_at - other.completed_at
        age = mine.received_at - other.received_at
        earlier = (age > pd.Timedelta(0)) | ((age == pd.Timedelta(0)) & (other.id < mine.id))
        held = earlier & (gone >= pd.Timedelta(0)) & (gone < HELD)
        still_open = other.ended_at.isna() | (other.ended_at > mine.received_at)
        waiting = (
            earlier & (age < HELD) & still_open & ~other.status.isin(["cancelled", "referred"])
        )
        found |= set(mine.id[held]) - set(mine.id[waiting])
    return found


def test_by_service_and_month_it_is_what_pandas_finds_among_all_pairs(facts) -> None:
    told = facts.sql(
        "SELECT id, service, status, longitude, latitude, received_at, completed_at, ended_at,"
        " received_month AS period FROM requests WHERE NOT is_merged AND longitude IS NOT NULL"
    ).to_pandas()
    told["came_back"] = told.id.isin(by_pairs(told))
    assert told.came_back.sum() > 100
    expected = told.groupby(["service", "period"]).came_back.agg(["count", "mean"]).reset_index()
    asked = Question(measure="repeats", by=["service"], period=Period.MONTH)
    found = answer(asked, facts).to_pandas()
    assert found["service"].tolist() == expected["service"].tolist()
    assert found["size"].tolist() == expected["count"].tolist()
    np.testing.assert_allclose(found["value"], expected["mean"], rtol=1e-12)


@pytest.fixture
def city(transactional_db: None) -> small_city.City:
    return small_city.build()


def told_of(at: datetime, *, north_m: float = 0.0, service: str = "pothole") -> int:
    answers = {"amount": "drip"} if service == "water-leak" else {}
    where = Location(
        kind=LocationKind.ADDRESS, longitude=-76.6, latitude=39.29 + north_m / 111_195,
        place="1200 E Monument St",
    )  # fmt: skip
    draft = small_city.draft(service, location=where, answers=answers)
    return submit(draft, by=resident(), at=at).request_id


def done(request_id: int, city: Any, at: datetime) -> None:
    complete(request_id, outcome_code="fixed", explanation="Done.", by=city.dispatcher, at=at)


def came_back() -> dict[int, bool]:
    return {row["id"]: row["came_back"] for row in rows("SELECT id, came_back FROM requests")}


def test_trouble_that_is_told_again_after_it_was_done_came_back(city) -> None:
    now = small_city.NOW
    first = told_of(now)
    done(first, city, now + DAY)
    refreshed(now + DAY)
    again = told_of(now + 10 * DAY, north_m=20)
    further = told_of(now + 11 * DAY)
    away = told_of(now + 10 * DAY, north_m=30)
    other = told_of(now + 10 * DAY, service="water-leak")
    refreshed(now + 12 * DAY)
    assert came_back() == {first: False, again: True, further: False, away: False, other: False}


def test_after_ninety_days_it_is_new_trouble(city) -> None:
    now = small_city.NOW
    first = told_of(now)
    done(first, city, now + DAY)
    late = told_of(now + 92 * DAY)
    refresh(at=now + 93 * DAY, whole=True)
    assert came_back() == {first: False, late: False}


def test_what_changes_beside_a_request_changes_whether_it_came_back(city) -> None:
    """Nothing happened to the later request itself; a partial refresh says what a whole does."""
    now = small_city.NOW
    first = told_of(now)
    done(first, city, now + DAY)
    again = told_of(now + 10 * DAY)
    refreshed(now + 11 * DAY)
    assert came_back()[again] is True
    reopen(first, reason="Not done.", by=city.dispatcher, at=now + 11 * DAY)
    partly = refreshed(now + 12 * DAY)
    assert partly is not None
    assert not partly.whole
    assert came_back()[again] is False
    before = rows("SELECT * FROM requests ORDER BY id")
    refresh(at=now + 12 * DAY, whole=True)
    assert rows("SELECT * FROM requests ORDER BY id") == before
