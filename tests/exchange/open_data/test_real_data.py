"""A month of Baltimore, imported and published again: the totals are those of its own file."""

import os
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq
import pytest

from citycall.core.actors import SYSTEM
from citycall.exchange.history import import_history
from citycall.exchange.open_data.actions import make_edition
from citycall.service_requests.models import ServiceRequest
from tests.exchange.open_data import files

pytestmark = [pytest.mark.real_data, pytest.mark.slow]

ZONE = ZoneInfo("America/New_York")
AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
BESIDE = Path(__file__).parents[3].parent / "shared" / "data"


@pytest.fixture
def month() -> Path:
    path = Path(os.environ.get("CITYCALL_DATA", BESIDE)) / "baltimore/baltimore_311_2019-10.parquet"
    if not path.exists():
        sentence = f"The public 311 data is not here ({path}): see CITYCALL_DATA."
        if os.environ.get("CI") == "true":
            pytest.fail(sentence)
        pytest.skip(sentence)
    return path


@pytest.mark.django_db(transaction=True)
def test_the_month_goes_in_and_out_again(month: Path, exports: Path) -> None:
    report = import_history(month, mapping="baltimore", by=SYSTEM, at=AT)
    edition = make_edition(by=SYSTEM, at=AT)
    assert edition.rows == report.imported == 3000
    rows = files.rows_of_parquet(exports / edition.edition / "requests.parquet")
    source = pq.read_table(month).to_pylist()
    source_ids = dict(ServiceRequest.objects.values_list("pk", "source_id"))
    told = {source_ids[int(row["service_request_id"])]: row for row in rows}
    by_id = {each["ServiceRequestNum"]: each for each in source}
    assert set(told) == set(by_id)
    statuses = Counter(row["status"] for row in rows)
    assert (statuses["new"], statuses["closed"], statuses["referred"]) == (919, 1389, 15)
    for number, row in told.items():
        told_at = row["requested_at"].astimezone(ZONE)
        assert told_at.strftime("%m/%d/%Y %I:%M:%S %p") == by_id[number]["CreatedDate"]
    placed = {number: row for number, row in told.items() if row["longitude"] is not None}
    assert len(placed) == sum(1 for each in source if each["Longitude"])
    agree = sum(
        1
        for number, row in placed.items()
        if row["area_neighborhoods"] == by_id[number]["Neighborhood"]
    )
    assert agree / len(placed) > 0.95
