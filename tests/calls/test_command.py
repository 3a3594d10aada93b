"""``citycall staffing``: what a supervisor asks without a site."""

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

from citycall.calls.staffing.history import counted
from citycall.command_line.main import citycall

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


def ask(*arguments: str) -> Result:
    return CliRunner().invoke(citycall, ["staffing", *arguments])


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    """Four weeks of calls, one a minute from nine to five on working days."""
    path = tmp_path / "calls.csv"
    days = [MONDAY + timedelta(days=n) for n in range(28)]
    times = [
        (day + timedelta(hours=9, minutes=minute)).replace(tzinfo=None)
        for day in days
        if day.weekday() < 5
        for minute in range(480)
    ]
    path.write_text("time\n" + "".join(f"{time.isoformat()}\n" for time in times))
    return path


def test_people_for_so_many_calls() -> None:
    told = ask("people", "--calls", "240", "--minutes", "60", "--handling", "222")
    assert told.exit_code == 0
    assert told.output.startswith("19 people are needed.")
    assert "87.4%" in told.output


def test_a_line_for_each_half_hour_of_the_coming_days(calls: Path) -> None:
    told = ask("forecast", str(calls), "--days", "2", "--handling", "180", "--away", "25")
    assert told.exit_code == 0
    rows = list(csv.DictReader(io.StringIO(told.stdout)))
    # The last day of the file was a Friday and is left out.
    assert {row["day"] for row in rows} == {"2026-03-27", "2026-03-28"}
    assert len(rows) == 96
    noon = next(row for row in rows if row["time"] == "12:00")
    assert float(noon["calls"]) == pytest.approx(30, abs=1)
    assert (noon["people"], noon["paid"]) == ("5", "7")
    assert next(row for row in rows if row["time"] == "03:00")["people"] == "0"


def test_what_if_a_storm_comes(calls: Path) -> None:
    usual = ask("forecast", str(calls), "--days", "1", "--handling", "180").stdout
    stormy = ask("forecast", str(calls), "--days", "1", "--handling", "180", "--times", "5").stdout
    at_noon = [
        next(row for row in csv.DictReader(io.StringIO(told)) if row["time"] == "12:00")
        for told in (usual, stormy)
    ]
    assert float(at_noon[1]["calls"]) == pytest.approx(5 * float(at_noon[0]["calls"]), abs=0.5)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("when\n2026-03-02T10:00:00\n", "has no column 'time'"),
        ("time\nyesterday\n", "line 2: 'yesterday' is no time"),
        ("time\n", "has no calls of a whole day"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_with_the_line(
    tmp_path: Path, content: str, sentence: str
) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(content)
    told = ask("forecast", str(path), "--handling", "180")
    assert told.exit_code == 1
    assert sentence in told.output


def test_a_state_that_is_none_is_told(calls: Path) -> None:
    told = ask("forecast", str(calls), "--handling", "180", "--subdivision", "XX")
    assert told.exit_code == 1
    assert "No public holidays are known for this part of the country." in told.output


def test_times_with_and_without_their_zone_are_counted_alike() -> None:
    zone = ZoneInfo("America/New_York")
    told = ["2026-03-02T23:10:00", "2026-03-03T04:20:00+00:00", "2026-03-04T09:00:00"]
    counts = counted(map(datetime.fromisoformat, told), zone=zone)
    assert [day.isoformat() for day in counts] == ["2026-03-02", "2026-03-03"]
    assert counts[MONDAY.date()][46] == 2
