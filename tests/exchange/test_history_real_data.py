"""Importing the public data of three cities, which is not part of the repository."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyarrow import parquet

from citycall.core.actors import SYSTEM
from citycall.exchange.history import HistoryReport, import_history
from citycall.service_requests.models import Report, ServiceRequest

pytestmark = [pytest.mark.django_db, pytest.mark.real_data, pytest.mark.slow]

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
BESIDE = Path(__file__).parents[2].parent / "shared" / "data"


def data(name: str) -> Path:
    """The file of public data; the test is skipped where it is absent, save on the build server."""
    path = Path(os.environ.get("CITYCALL_DATA", BESIDE)) / name
    if not path.exists():
        sentence = f"The public 311 data is not here ({path}): see CITYCALL_DATA."
        if os.environ.get("CI") == "true":
            pytest.fail(sentence)
        pytest.skip(sentence)
    return path


def run(city: str, path: Path) -> HistoryReport:
    report = import_history(path, mapping=city, by=SYSTEM, at=AT)
    assert report.accounted == report.rows
    return report


def test_baltimore_is_imported_whole_and_once() -> None:
    path = data("baltimore/baltimore_311_2019-10.parquet")
    first = run("baltimore", path)
    assert (first.rows, first.imported) == (3000, 3000)
    shares = {a.name: a.agree / a.of for a in first.agreements}
    assert shares["Neighborhoods"] >= 0.99
    assert shares["Council districts"] >= 0.99
    assert shares["Police districts"] >= 0.99
    assert first.agreements[-1].of == 2935
    assert first.agreements[-1].agree / 2935 >= 0.92
    again = run("baltimore", path)
    assert (again.imported, again.changed, again.unchanged) == (0, 0, 3000)


def test_every_baltimore_status_is_accounted_for() -> None:
    run("baltimore", data("baltimore/baltimore_311_2019-10.parquet"))
    counts = {
        status: ServiceRequest.objects.filter(status=status).count()
        for status in ("new", "assigned", "in_progress", "on_hold", "closed", "referred")
    }
    assert counts == {
        "new": 919,
        "assigned": 663,
        "in_progress": 12,
        "on_hold": 2,
        "closed": 1389,
        "referred": 15,
    }


def test_illegal_dumping_is_imported_without_ids_or_points() -> None:
    path = data("baltimore/baltimore_illegal_dumping_2014-2019.parquet")
    assert run("baltimore", path).imported == 35099
    assert run("baltimore", path).unchanged == 35099


def test_new_york_is_imported_whole_and_once() -> None:
    path = data("nyc/nyc_311_full_columns.parquet")
    assert run("nyc", path).imported == 11972
    assert run("nyc", path).unchanged == 11972


def test_boston_is_imported_whole_and_once() -> None:
    path = data("boston/311_2011.parquet")
    assert run("boston", path).imported == 58251
    assert run("boston", path).unchanged == 58251


def test_bostons_words_come_with_its_duplicates(tmp_path: Path) -> None:
    whole = parquet.ParquetFile(data("boston/open311_text_to_2017.parquet"))
    part = tmp_path / "part.parquet"
    parquet.write_table(whole.read().slice(0, 30_000), part)
    report = run("boston", part)
    assert report.imported == 30_000
    assert ServiceRequest.objects.filter(status="merged").count() == report.merged > 100
    assert Report.objects.exclude(words="").count() > 20_000
    assert run("boston", part).unchanged == 30_000
