"""What a record says is what is kept, and odd rows are told of."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from citycall.catalog.queries import catalog
from citycall.exchange.history.faults import Oddity
from citycall.service_requests.models import Report, ServiceRequest

from .exports import ALLEY, POTHOLE, QUESTION, baltimore, facts, rejects

pytestmark = pytest.mark.django_db


def test_a_baltimore_record_comes_in_as_it_is(tmp_path: Path) -> None:
    assert baltimore(tmp_path, POTHOLE).imported == 1
    request = ServiceRequest.objects.get(source="baltimore", source_id="19-00000001")
    assert request.requested_at == datetime(2019, 10, 21, 15, 49, 49, tzinfo=UTC)
    assert request.due_at == request.promised_at == request.requested_at + timedelta(days=2)
    assert request.closed_at == datetime(2019, 10, 22, 13, tzinfo=UTC)
    assert (request.status, request.place) == ("closed", "1 TEST ST, Baltimore")
    assert (request.location_kind, request.longitude, request.latitude) == ("address", -76.6, 39.3)
    assert (request.agency.name, request.team.name) == ("Transportation", "Transportation")
    assert Report.objects.get().channel == "phone"


def test_the_history_keeps_what_the_record_said(tmp_path: Path) -> None:
    baltimore(tmp_path, POTHOLE)
    told = facts("19-00000001")
    assert told["status"] == "Closed"
    assert told["requested_at"] == "10/21/2019 11:49:49 AM"
    assert (told["SRRecordID"], told["Neighborhood"]) == ("5001", "Testwood")


@pytest.mark.parametrize(
    ("told", "status", "duplicate"),
    [
        ("New", "new", False),
        ("Open", "assigned", False),
        ("Pending", "in_progress", False),
        ("Hold", "on_hold", False),
        ("Closed", "closed", False),
        ("Closed (Transferred)", "referred", False),
        ("Open (Duplicate)", "assigned", True),
        ("Closed (Duplicate)", "closed", True),
        ("HOLDLOCK", "on_hold", False),
        ("DUPCLOSD", "closed", True),
    ],
)
def test_each_status_is_kept_faithfully(
    tmp_path: Path, told: str, status: str, duplicate: bool
) -> None:
    baltimore(tmp_path, POTHOLE.replace("Closed", told))
    assert ServiceRequest.objects.get().status == status
    assert facts("19-00000001")["status"] == told
    assert facts("19-00000001").get("duplicate", False) is duplicate


def test_what_another_body_has_says_so(tmp_path: Path) -> None:
    baltimore(tmp_path, POTHOLE.replace("Closed", "Closed (Transferred)"))
    assert ServiceRequest.objects.get().referred_to.startswith("Transferred.")


def test_the_layout_until_2018_is_read_too(tmp_path: Path) -> None:
    header = (
        "SRRecordID,ServiceRequesNum,SRType,Agency,Neighborhood,StreetAddress,ZipCode,"
        "MethodReceived,SRStatus,CreatedDate,StatusDate,DueDate,LastActivity,Outcome,"
        "LastActivityDate,GeoLocation"
    )
    row = (
        "9001,15-00000001,TRM Pothole,Department of Transportation,TESTWOOD,1 TEST ST,21200,"
        "Interface,CLOSED,03/01/2015 08:48:00 AM +0000,03/02/2015 02:00:00 PM +0000,"
        '03/15/2015 07:48:00 AM +0000,NULL,NULL,,"1 TEST ST\nBaltimore, MD\n(39.3, -76.6)"'
    )
    baltimore(tmp_path, row, header=header)
    request = ServiceRequest.objects.get(source="baltimore", source_id="15-00000001")
    assert request.requested_at == datetime(2015, 3, 1, 8, 48, tzinfo=UTC)
    assert request.closed_at == datetime(2015, 3, 2, 14, tzinfo=UTC)
    assert (request.longitude, request.latitude) == (-76.6, 39.3)
    assert request.agency.name == "Transportation"
    assert "LastActivity" not in facts("15-00000001")


def test_a_promise_of_calendar_days_keeps_the_local_hour_over_the_change_of_clocks(
    tmp_path: Path,
) -> None:
    header = "ServiceRequesNum,SRType,Agency,SRStatus,CreatedDate,DueDate"
    row = "1,TRM,Roads,NEW,03/01/2015 08:48:00 AM +0000,03/15/2015 07:48:00 AM +0000"
    report = baltimore(tmp_path, row, header=header)
    target = catalog().service("trm").spec.target
    assert target is not None
    assert (target.amount, target.unit) == (14, "days")
    due = report.agreements[-1]
    assert (due.agree, due.of) == (1, 1)


def test_column_names_in_lower_case_and_times_in_milliseconds(tmp_path: Path) -> None:
    header = "servicerequestnum,srtype,agency,srstatus,createddate"
    baltimore(tmp_path, "18-00000001,SW-HGW,Solid Waste,New,1571672989000", header=header)
    made = ServiceRequest.objects.get().requested_at
    assert made == datetime(2019, 10, 21, 15, 49, 49, tzinfo=UTC)


def test_records_without_a_number_are_known_by_what_they_say(tmp_path: Path) -> None:
    header = "MethodReceived,CreatedDate,Month,Neighborhood,CouncilDistrict"
    rows = ["API,2019-12-03 07:55:10,December,Testwood,1"] * 2 + ["Mail,2019-12-04 08:00:00,,,"]
    report = baltimore(tmp_path, *rows, header=header)
    assert report.imported == 3
    assert baltimore(tmp_path, *rows, header=header).unchanged == 3
    ids = ServiceRequest.objects.values_list("source_id", flat=True)
    assert "2019-12-03 07:55:10 API 1 Testwood #2" in ids


def test_a_second_import_changes_nothing(tmp_path: Path) -> None:
    baltimore(tmp_path, POTHOLE, ALLEY, QUESTION)
    before = list(ServiceRequest.objects.order_by("id").values())
    report = baltimore(tmp_path, POTHOLE, ALLEY, QUESTION)
    assert (report.imported, report.changed, report.unchanged) == (0, 0, 3)
    assert list(ServiceRequest.objects.order_by("id").values()) == before


def test_what_changed_at_the_source_is_changed_here(tmp_path: Path) -> None:
    baltimore(tmp_path, POTHOLE, ALLEY)
    closed = ALLEY.replace("Open", "Closed").replace("AM,,Solid", "AM,10/25/2019 01:00:00 PM,Solid")
    report = baltimore(tmp_path, POTHOLE, closed)
    assert (report.changed, report.unchanged) == (1, 1)
    request = ServiceRequest.objects.get(source_id="19-00000002")
    assert (request.status, request.closed_at) == (
        "closed",
        datetime(2019, 10, 25, 17, tzinfo=UTC),
    )


def test_rows_that_cannot_be_imported_are_listed_with_their_reasons(tmp_path: Path) -> None:
    report = baltimore(
        tmp_path,
        POTHOLE,
        POTHOLE.replace("19-00000001", ""),
        POTHOLE.replace("19-00000001", "x" * 101),
        POTHOLE,
        ALLEY.replace("SW-Dirty Alley", ""),
        ALLEY.replace(",Open,", ",,"),
        ALLEY.replace(",Open,", ",Vanished,"),
        ALLEY.replace("10/21/2019 11:50:00 AM", ""),
        ALLEY.replace("10/21/2019 11:50:00 AM", "02/30/2019 11:50:00 AM"),
        ALLEY + ",one cell more",
        QUESTION.replace("Call Center", ""),
        ALLEY,
    )
    assert report.imported == 2
    told = [(row["row"], row["reason"], row["detail"]) for row in rejects(report)]
    assert told == [
        ("2", "no_id", ""),
        ("3", "long_id", ""),
        ("4", "repeated_id", ""),
        ("5", "no_type", ""),
        ("6", "no_status", ""),
        ("7", "unknown_status", "Vanished"),
        ("8", "no_date", ""),
        ("9", "bad_date", "02/30/2019 11:50:00 AM"),
        ("10", "cells", f"16/15: {ALLEY},one cell more"),
        ("11", "no_agency", ""),
    ]


def test_a_repeated_id_does_not_hide_the_row_that_is_good(tmp_path: Path) -> None:
    report = baltimore(tmp_path, POTHOLE.replace("Closed", "Vanished"), POTHOLE)
    assert report.imported == 1
    assert [row["reason"] for row in rejects(report)] == ["unknown_status"]


def test_the_agency_of_a_type_stands_in_where_a_record_names_none(tmp_path: Path) -> None:
    nameless = ALLEY.replace("Solid Waste", "").replace("19-00000002", "19-00000009")
    baltimore(tmp_path, ALLEY, ALLEY.replace("19-00000002", "19-00000003"), nameless)
    assert ServiceRequest.objects.get(source_id="19-00000009").agency.name == "Solid Waste"


@pytest.mark.parametrize(
    ("good", "odd", "oddity"),
    [
        ("39.30,-76.60", ",", "no_point"),
        ("39.30,-76.60", "0,0", "no_point"),
        ("39.30", "north", "bad_point"),
        ("39.30", "393.0", "bad_point"),
        ("10/23/2019 11:49:49 AM", "soon", "bad_due"),
        ("10/23/2019 11:49:49 AM", "10/20/2019 11:49:49 AM", "due_before"),
        (",10/22/2019 09:00:00 AM,Tr", ",10/20/2019 09:00:00 AM,Tr", "closed_before"),
        (",10/22/2019 09:00:00 AM,Tr", ",whenever,Tr", "bad_closed"),
        ("Closed", "Open", "open_dated"),
        ("10/22/2019 09:00:00 AM", "", "ended_undated"),
        ("10/21/2019 11:49:49 AM", "11/03/2019 01:30:00 AM", "repeated_hour"),
        ("10/21/2019 11:49:49 AM", "03/10/2019 02:30:00 AM", "skipped_hour"),
        ("Phone", "Pigeon", "unknown_channel"),
        ("1 TEST ST", "1 " + "TEST " * 70 + "ST", "long_place"),
    ],
)
def test_an_odd_row_is_imported_and_counted(
    tmp_path: Path, good: str, odd: str, oddity: str
) -> None:
    report = baltimore(tmp_path, POTHOLE.replace(good, odd))
    assert report.imported == 1
    assert report.oddities[Oddity(oddity)] == 1


def test_a_long_place_goes_on_in_the_directions(tmp_path: Path) -> None:
    street = "TEST " * 70
    baltimore(tmp_path, POTHOLE.replace("1 TEST ST", f"1 {street}ST"))
    request = ServiceRequest.objects.get()
    assert len(request.place) == 300
    assert f"1 {street}ST, Baltimore" in request.directions
