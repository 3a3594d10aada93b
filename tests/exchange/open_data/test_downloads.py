"""A part of the open data, chosen by time, service and area."""

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from citycall.catalog.queries import UnknownService
from citycall.core.actors import SYSTEM
from citycall.exchange.open_data import downloads
from citycall.exchange.open_data.actions import write_files
from citycall.exchange.open_data.downloads import BadSelection, TooManyRows, make, select
from citycall.exchange.open_data.formats import Format
from citycall.exchange.open_data.reading import Selection
from tests.city import NOW, City
from tests.exchange.open_data import files
from tests.exchange.open_data.town import EAST, tell

ZONE = ZoneInfo("America/New_York")


def chosen(selection: Selection) -> list[int]:
    """The ids of the requests that a download of the selection has."""
    made = make(selection, Format.CSV, at=NOW)
    with made.file as file:
        text = file.read().decode()
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert (made.rows, made.size) == (len(rows), len(text.encode()))
    return [int(row["service_request_id"]) for row in rows]


def test_days_begin_at_the_citys_midnight_and_the_end_is_not_in_it(city: City) -> None:
    midnight = datetime(2026, 3, 1, tzinfo=ZONE)
    ids = [tell(city, at=midnight + timedelta(seconds=n)) for n in (-1, 0, 86_399, 86_400, 100_000)]
    assert chosen(select(since="2026-03-01", until="2026-03-02", zone=ZONE)) == ids[1:3]
    assert chosen(select(until="2026-03-01", zone=ZONE)) == ids[:1]
    assert chosen(select(since="2026-03-02T00:00:01", zone=ZONE)) == ids[4:]
    assert chosen(select(since="2026-03-02T05:00:00Z", zone=ZONE)) == ids[3:]


def test_services_and_areas_are_chosen_by_their_codes(city: City) -> None:
    west, east, sorted_ = tell(city), tell(city, point=EAST), tell(city, "something-else")
    hidden = tell(city, "encampment")
    assert chosen(select(services=["pothole"], zone=ZONE)) == [west, east]
    both = select(services=["pothole", "something-else"], zone=ZONE)
    assert chosen(both) == [west, east, sorted_]
    assert chosen(select(areas_named=["neighborhoods/e"], zone=ZONE)) == [east]
    assert chosen(select(areas_named=["neighborhoods/w"], zone=ZONE)) == [west, sorted_]
    assert chosen(select(zone=ZONE)) == [west, east, sorted_, hidden]


def test_private_requests_cannot_be_chosen(city: City) -> None:
    tell(city, "graffiti")
    with pytest.raises(BadSelection):
        select(services=["graffiti"], zone=ZONE)
    assert chosen(select(zone=ZONE)) == []


@pytest.mark.parametrize(
    "asked",
    [
        {"since": "yesterday"},
        {"since": "2026-02-30"},
        {"until": "0001-01-01T00:00:00+23:59x"},
        {"since": "2026-03-02", "until": "2026-03-02"},
        {"areas_named": ["neighborhoods/none"]},
        {"areas_named": ["w"]},
    ],
)
def test_what_cannot_be_chosen_is_said(city: City, asked: dict[str, Any]) -> None:
    with pytest.raises(BadSelection):
        select(**asked, zone=ZONE)
    with pytest.raises(UnknownService):
        select(services=["nothing"], zone=ZONE)


def test_the_ends_of_time_are_no_fault_of_ours(city: City) -> None:
    try:
        selection = select(since="0001-01-01", until="9999-12-31", zone=ZONE)
    except BadSelection:
        return
    assert chosen(selection) == []


def test_too_many_are_not_begun(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "MOST_ROWS", 1)
    tell(city)
    assert len(chosen(select(zone=ZONE))) == 1
    tell(city)
    with pytest.raises(TooManyRows):
        make(select(zone=ZONE), Format.CSV, at=NOW)


def test_a_folder_gets_the_chosen_formats_and_nothing_half_done(
    city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pk = tell(city, at=datetime(2026, 3, 1, 12, tzinfo=UTC))
    tell(city)
    chosen_formats = [Format.CSV, Format.PARQUET]
    selection = select(until="2026-03-02", zone=ZONE)
    rows, written = write_files(
        tmp_path / "new", formats=chosen_formats, selection=selection, by=SYSTEM, at=NOW
    )
    assert (rows, set(written)) == (1, set(chosen_formats))
    names = {"requests.csv", "requests.parquet"}
    assert {path.name for path in (tmp_path / "new").iterdir()} == names
    told = files.rows_of_parquet(tmp_path / "new" / "requests.parquet")
    assert [row["service_request_id"] for row in told] == [str(pk)]
    monkeypatch.setattr("os.fsync", _no_disk)
    with pytest.raises(OSError, match="no disk"):
        write_files(
            tmp_path / "new", formats=chosen_formats, selection=Selection(), by=SYSTEM, at=NOW
        )
    assert {path.name for path in (tmp_path / "new").iterdir()} == names
    assert len(files.rows_of_csv(tmp_path / "new" / "requests.csv")) == 1


def _no_disk(_handle: int) -> None:
    raise OSError("no disk")
