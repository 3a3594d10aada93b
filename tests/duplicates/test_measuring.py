"""What was known when a request came: nothing later takes part in judging it."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from citycall.duplicates import measuring
from citycall.duplicates.measuring import History


def row(name: str, day: int, closed: int | None, note: str = "") -> dict[str, object]:
    return {
        "service_request_id": name,
        "requested_datetime": f"2016-03-{day:02}T12:00:00-05:00",
        "updated_datetime": f"2016-03-{closed or day:02}T18:00:00-05:00",
        "status": "closed" if closed else "open",
        "status_notes": note,
        "service_name": "Abandoned Vehicles",
        "description": "A red car",
        "address": "1 Main St",
        "long": -71.0,
        "lat": 42.3,
    }


@pytest.fixture
def history(tmp_path: Path) -> History:
    """A car told of on the 1st, again on the 3rd (merged on the 5th), and on the 4th and 8th."""
    rows = [
        row("car", 1, None),
        row("again", 3, 5, "Duplicate of car"),
        row("soon", 4, 9, "Duplicate of car"),
        row("late", 8, 9, "Duplicate of car"),
    ]
    pairs = [
        {"service_request_id": child, "parent_service_request_id": "car"}
        for child in ("again", "soon", "late")
    ]
    for name, table in (("requests", rows), ("pairs", pairs)):
        pq.write_table(pa.Table.from_pylist(table), tmp_path / f"{name}.parquet")
    return measuring.load(tmp_path / "requests.parquet", tmp_path / "pairs.parquet")


def test_what_was_merged_by_then_is_a_further_report_and_no_candidate(history: History) -> None:
    around = measuring.around(history, 3)
    assert [(each.id, each.reports) for each in around] == [(0, 2), (2, 1)]


def test_what_was_merged_only_later_stood_beside_the_others(history: History) -> None:
    around = measuring.around(history, 2)
    assert [(each.id, each.reports, each.open) for each in around] == [(0, 1, True), (1, 1, True)]
