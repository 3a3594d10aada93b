"""Every measure by service and month: the same on Spark as on DuckDB, to the last digit.

But for medians and percentiles: between two durations a and b DuckDB works out a + (b - a) / 2, and
Spark a / 2 + b / 2, which in floating point may differ in the last of sixteen digits.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from citycall.analytics import cluster
from citycall.analytics.measures.asking import Question, answer
from citycall.analytics.measures.book import MEASURES
from citycall.analytics.measures.measure import Counted, Period, Shape, Unit
from citycall.analytics.store import Facts
from tests.analytics import boston, invented

pytestmark = [
    pytest.mark.spark,
    pytest.mark.filterwarnings("ignore"),
    # Spark takes its time to begin.
    pytest.mark.timeout(600),
]


@pytest.fixture(scope="session")
def spark(tmp_path_factory) -> Iterator[Any]:
    session = cluster.session(memory="1g", folder=tmp_path_factory.mktemp("warehouse"))
    yield session
    session.stop()


@pytest.fixture(scope="module", params=["invented", "boston"])
def both(request, spark, tmp_path_factory) -> Iterator[tuple[Facts, Facts]]:
    from django.conf import settings

    folder: Path = tmp_path_factory.mktemp("facts")
    before, settings.ANALYTICS = settings.ANALYTICS, folder
    if request.param == "invented":
        facts = invented.store(folder / "store")
    else:
        facts = boston.store(folder / "store", boston.rows())
    cluster.export(facts, folder / "exported")
    yield facts, cluster.SparkFacts(spark, folder / "exported")
    settings.ANALYTICS = before


LAST_DIGIT = 1e-15 * 4


def rows(table: pa.Table) -> Sequence[Any]:
    return sorted(table.to_pylist(), key=lambda row: [str(value) for value in row.values()])


def equal(name: str, found: pa.Table, expected: pa.Table) -> bool:
    """Whether two answers are the same: exactly, but for what lies between two durations."""
    measure = MEASURES[name]
    if measure.unit is not Unit.DAYS or measure.shape is Shape.SURVIVAL:
        return rows(found) == rows(expected)
    keys = [row[:-1] for row in zip(*found.to_pydict().values(), strict=True)]
    others = [row[:-1] for row in zip(*expected.to_pydict().values(), strict=True)]
    close = pytest.approx(expected["value"].to_pylist(), rel=LAST_DIGIT)
    return keys == others and found["value"].to_pylist() == close


@pytest.mark.parametrize("name", MEASURES)
def test_every_measure_by_service_and_month(both, name: str) -> None:
    here, there = both
    asked = Question(measure=name, by=["service"], period=Period.MONTH)
    expected, found = answer(asked, here), answer(asked, there)
    assert found.column_names == expected.column_names
    # Of steps, ratings and conversations Boston's file says nothing.
    assert expected.num_rows > 0 or MEASURES[name].counted not in {
        Counted.REQUESTS, Counted.REPORTS,
    }  # fmt: skip
    assert equal(name, found, expected)


@pytest.mark.parametrize("period", Period)
@pytest.mark.parametrize("name", ["received", "open", "on-time", "days"])
def test_every_period(both, name: str, period: Period) -> None:
    here, there = both
    asked = Question(measure=name, period=period)
    assert equal(name, answer(asked, there), answer(asked, here))


@pytest.mark.parametrize("by", ["agency", "team", "channel", "language", "service_group"])
def test_every_dimension(both, by: str) -> None:
    here, there = both
    asked = Question(measure="completed", by=[by])
    assert rows(answer(asked, there)) == rows(answer(asked, here))


def test_what_is_exported_lies_in_folders_by_month(both, tmp_path) -> None:
    here, _there = both
    cluster.export(here, tmp_path / "out")
    months = here.sql("SELECT count(DISTINCT received_month) FROM requests")[0][0].as_py()
    folders = list((tmp_path / "out" / "requests").glob("part=*"))
    assert len(folders) == months


def test_an_export_replaces_the_last_one_whole(both, tmp_path) -> None:
    here, _there = both
    (tmp_path / "out" / "requests" / "part=1999-01").mkdir(parents=True)
    cluster.export(here, tmp_path / "out")
    assert not list((tmp_path / "out" / "requests").glob("part=1999*"))
