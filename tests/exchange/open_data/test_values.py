"""What the files say of each request, against what is stored."""

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import h3
import pytest

from citycall.catalog.actions import save_service
from citycall.catalog.specs import ServiceSpec
from citycall.core.actors import SYSTEM
from citycall.exchange.open_data.actions import make_edition
from citycall.service_requests.actions.merge import merge
from citycall.service_requests.models import OPEN_STATUSES, Channel, Report, ServiceRequest
from tests.city import NOW, SERVICES, City
from tests.exchange.open_data import files, town
from tests.exchange.open_data.town import EAST, tell

ZONE = ZoneInfo("America/New_York")
MOMENTS = ("requested_at", "updated_at", "promised_at", "due_at", "completed_at", "closed_at")


def published(exports: Path, at: datetime = NOW) -> dict[int, dict[str, Any]]:
    """The rows of a new edition's Parquet file by request."""
    edition = make_edition(by=SYSTEM, at=at)
    rows = files.rows_of_parquet(exports / edition.edition / "requests.parquet")
    assert edition.rows == len(rows)
    return {int(row["service_request_id"]): row for row in rows}


def test_every_format_says_what_is_stored(city: City, exports: Path) -> None:
    town.every_course(city)
    tell(city, "water-leak", point=EAST, channel=Channel.PHONE, answers={"amount": "drip"})
    told = published(exports)
    edition = next(path for path in exports.iterdir() if path.name.endswith("Z"))
    by_csv = {int(r["service_request_id"]): r for r in files.rows_of_csv(edition / "requests.csv")}
    by_feature = {int(f["id"]): f for f in files.features(edition / "requests.geojson")}
    stored = {row.pk: row for row in ServiceRequest.objects.select_related("service", "agency")}
    assert set(told) == set(by_csv) == set(by_feature) == set(stored)
    for pk, row in stored.items():
        for name, value in expected(row).items():
            assert told[pk][name] == value, name
            assert by_csv[pk][name] == as_csv(value), name
            if name not in {"longitude", "latitude"}:
                assert by_feature[pk]["properties"][name] == as_json(value), name
        assert by_feature[pk]["geometry"]["coordinates"] == [row.longitude, row.latitude]


def expected(row: ServiceRequest) -> dict[str, Any]:
    """What the columns must say, taken from the row by itself."""
    outcome = row.outcome
    first = Report.objects.get(number=row.number)
    assert row.longitude is not None
    assert row.latitude is not None
    return {
        "service_request_id": str(row.pk),
        "service_code": row.service.code,
        "service_name": row.service.name,
        "service_group": row.service.group,
        "agency_code": row.agency.code,
        "agency_name": row.agency.name,
        "status": row.status,
        "open": row.status in OPEN_STATUSES,
        **{name: second(getattr(row, name)) for name in MOMENTS},
        "outcome_code": outcome.code if outcome else None,
        "outcome_name": outcome.name if outcome else None,
        "outcome_fixed": outcome.fixed if outcome else None,
        "verification": row.verification or None,
        "reopened_count": row.reopened_count,
        "report_count": row.report_count,
        "channel": first.channel,
        "merged_into": None,
        "location_kind": row.location_kind,
        "place": row.place,
        "longitude": row.longitude,
        "latitude": row.latitude,
        "h3_cell": h3.latlng_to_cell(row.latitude, row.longitude, 10),
        "area_neighborhoods": "Westport" if row.longitude < -76.6 else 'East "End", Upper',
        "area_council-districts": "District 1" if row.longitude < -76.6 else "District 2",
    }


def second(moment: datetime | None) -> datetime | None:
    return moment.replace(microsecond=0) if moment else None


def as_json(value: Any) -> Any:
    return value.astimezone(ZONE).isoformat() if isinstance(value, datetime) else value


def as_csv(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(as_json(value))


def test_on_time_says_only_what_is_known(city: City, exports: Path) -> None:
    courses = town.every_course(city)
    told = published(exports)
    assert {name: told[pk]["on_time"] for name, pk in courses.items()} == {
        "open": None,
        "late": False,
        "paused": None,
        "unpromised": None,
        "in time": True,
        "too late": False,
        "undated": None,
        "cancelled": None,
    }


def test_a_merged_request_names_the_one_that_it_is_part_of(city: City, exports: Path) -> None:
    parent, child = tell(city), tell(city)
    merge(child, parent_id=parent, by=city.dispatcher, at=NOW)
    told = published(exports)
    assert told[child]["merged_into"] == str(parent)
    assert told[child]["status"] == "merged"
    assert told[parent]["merged_into"] is None


def test_dates_carry_the_offset_of_their_season(city: City, exports: Path) -> None:
    pk = tell(
        city,
        requested_at=datetime(2026, 7, 1, 12, 0, 0, 999_999, tzinfo=ZONE),
        due_at=datetime(2026, 11, 1, 1, 30, tzinfo=ZONE, fold=1),
    )
    make_edition(by=SYSTEM, at=NOW)
    rows = files.rows_of_csv(next(exports.glob("*/requests.csv")))
    row = next(each for each in rows if each["service_request_id"] == str(pk))
    assert row["requested_at"] == "2026-07-01T12:00:00-04:00"
    assert row["due_at"] == "2026-11-01T01:30:00-05:00"


def test_a_retired_services_requests_keep_its_name(city: City, exports: Path) -> None:
    pk = tell(city)
    gone = ServiceSpec.model_validate({**SERVICES[0], "retired": True})
    save_service(spec=gone, by=SYSTEM, at=NOW)
    assert published(exports)[pk]["service_name"] == "Pothole"


ODD = [
    'Say "hello", then\tgo',
    "Back\\slash St",
    "Größe Straße 中文",
    "a,b;c'd",
    "O'Donnell St & 5th",
]


@pytest.fixture
def odd(city: City) -> dict[str, str]:
    return {str(tell(city, place="x")): text for text in ODD}


def test_odd_texts_come_through_unharmed(odd: dict[str, str], exports: Path) -> None:
    for pk, text in odd.items():
        ServiceRequest.objects.filter(pk=pk).update(place=text + "\nsecond line")
    make_edition(by=SYSTEM, at=NOW)
    edition = next(exports.glob("*Z"))
    by_csv = files.rows_of_csv(edition / "requests.csv")
    by_gz = files.rows_of_csv_gz(edition / "requests.csv.gz")
    by_feature = [f["properties"] for f in files.features(edition / "requests.geojson")]
    by_parquet = files.rows_of_parquet(edition / "requests.parquet")
    for rows in (by_csv, by_gz, by_feature, by_parquet):
        found = {row["service_request_id"]: row["place"] for row in rows}
        assert found == {pk: text + "\nsecond line" for pk, text in odd.items()}
