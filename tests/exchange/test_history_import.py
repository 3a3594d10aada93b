"""Importing an export: every row accounted for, faithfully, and once."""

import csv
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import connection

from citycall.agencies.models import Agency, Team
from citycall.catalog.queries import catalog
from citycall.core.actors import SYSTEM, resident
from citycall.core.errors import NotAllowed
from citycall.core.models import Event
from citycall.exchange.history import HistoryReport, import_history, importing
from citycall.exchange.history.faults import Oddity
from citycall.places.models import AreaLayer
from citycall.service_requests.actions.close import complete, confirm, reopen
from citycall.service_requests.actions.work import assign
from citycall.service_requests.models import Report, ServiceRequest

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)

# The layout since 2019. The rows are invented.
SINCE_2019 = (
    "SRRecordID,ServiceRequestNum,SRType,MethodReceived,CreatedDate,SRStatus,StatusDate,DueDate,"
    "CloseDate,Agency,Address,Neighborhood,CouncilDistrict,Latitude,Longitude"
)
POTHOLE = (
    "5001,19-00000001,TRM-Pothole,Phone,10/21/2019 11:49:49 AM,Closed,10/22/2019 09:00:00 AM,"
    '10/23/2019 11:49:49 AM,10/22/2019 09:00:00 AM,Transportation,"1 TEST ST, Baltimore",'
    "Testwood,1,39.30,-76.60"
)
ALLEY = (
    "5002,19-00000002,SW-Dirty Alley,API,10/21/2019 11:50:00 AM,Open,10/21/2019 11:50:30 AM,"
    "10/28/2019 11:50:00 AM,,Solid Waste,TEST ST & SAMPLE AVE,Testwood,2,39.31,-76.61"
)
QUESTION = (
    "5003,19-00000003,ECC-Question,Phone,10/21/2019 11:51:00 AM,New,10/21/2019 11:51:00 AM,,,"
    "Call Center,,,,,"
)
MAPPING = """\
source: springfield
name: Springfield
time_zone: America/New_York
dates: ["%m/%d/%Y %I:%M:%S %p", iso]
columns:
  id: id
  type: type
  agency: [agency, office]
  status: status
  requested_at: opened
  closed_at: closed
  due_at: due
  channel: via
  words: words
  place: ["{house} {street}", street]
  longitude: x
  latitude: y
  parent: repeats
  contact_name: name
  contact_email: email
facts: [ward]
answers:
  colour: colour
statuses:
  open: assigned
  done: closed
  void: cancelled
channels:
  call: phone
"""


@pytest.fixture(autouse=True)
def _own_home(settings: LazySettings, tmp_path: Path) -> None:
    settings.UPLOADS = tmp_path / "home" / "uploads"
    settings.TIME_ZONE = "America/New_York"


def baltimore(folder: Path, *rows: str, header: str = SINCE_2019) -> HistoryReport:
    return run(folder, header, rows, mapping="baltimore")


def springfield(folder: Path, header: str, *rows: str) -> HistoryReport:
    path = folder / "mapping.yaml"
    path.write_text(MAPPING)
    return run(folder, header, rows, mapping=path)


def run(folder: Path, header: str, rows: Sequence[str], *, mapping: str | Path) -> HistoryReport:
    path = folder / "export.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    report = import_history(path, mapping=mapping, by=SYSTEM, at=AT)
    assert report.accounted == report.rows
    return report


def rejects(report: HistoryReport) -> list[dict[str, str]]:
    assert report.rejects_file is not None
    with report.rejects_file.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def facts(source_id: str) -> dict[str, object]:
    request = ServiceRequest.objects.get(source_id=source_id)
    event = Event.objects.filter(subject_id=request.pk, kind="imported").latest("id")
    return dict(event.data)


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


def test_the_catalog_gets_what_it_lacks(tmp_path: Path) -> None:
    report = baltimore(tmp_path, POTHOLE, ALLEY, QUESTION)
    assert (report.made.agencies, report.made.teams, report.made.services) == (3, 3, 3)
    service = catalog().service("trm-pothole")
    assert (service.name, service.spec.group) == ("TRM-Pothole", "Transportation")
    assert service.spec.outcomes
    assert catalog().service("ecc-question").spec.location == "optional"


def test_the_catalog_is_taken_as_it_is_where_it_has_the_code(tmp_path: Path) -> None:
    baltimore(tmp_path, POTHOLE)
    report = baltimore(tmp_path, POTHOLE.replace("19-00000001", "19-00000004"))
    assert (report.made.agencies, report.made.teams, report.made.services) == (0, 0, 0)
    assert (Agency.objects.count(), Team.objects.count()) == (1, 1)


def test_targets_come_from_the_file_beside_the_export(tmp_path: Path) -> None:
    (tmp_path / "srtype_due_days_2019.csv").write_text(
        "SRType,n,due_med,due_min,due_max,agency\nTRM-Pothole,9,5.0,5.0,5.0,Transportation\n"
    )
    report = baltimore(tmp_path, POTHOLE)
    target = catalog().service("trm-pothole").spec.target
    assert target is not None
    assert target.amount == 5
    # The record's own due date is what is kept; that it differs is told.
    assert ServiceRequest.objects.get().due_at == datetime(2019, 10, 23, 15, 49, 49, tzinfo=UTC)
    assert (report.agreements[-1].agree, report.agreements[-1].of) == (0, 1)


def test_targets_are_learned_where_nearly_all_due_dates_are_as_far_away(tmp_path: Path) -> None:
    rows = [ALLEY.replace("19-00000002", f"19-{n:08d}") for n in range(24)]
    odd = rows[0].replace("10/28/2019", "11/28/2019")
    baltimore(tmp_path, odd, *rows[1:])
    target = catalog().service("sw-dirty-alley").spec.target
    assert target is not None
    assert (target.amount, target.unit, target.clock) == (7, "days", "calendar")


def test_no_target_is_learned_where_due_dates_differ(tmp_path: Path) -> None:
    odd = ALLEY.replace("10/28/2019", "11/28/2019").replace("19-00000002", "19-00000003")
    baltimore(tmp_path, ALLEY, odd)
    assert catalog().service("sw-dirty-alley").spec.target is None


def test_the_geography_beside_the_export_is_loaded_and_compared(tmp_path: Path) -> None:
    beside(tmp_path)
    report = baltimore(tmp_path, POTHOLE, ALLEY)
    assert set(AreaLayer.objects.values_list("code", flat=True)) == {
        "city",
        "neighborhoods",
        "council_districts",
    }
    told = {a.name: (a.agree, a.of) for a in report.agreements}
    assert told["Neighborhoods"] == (2, 2)
    assert told["Council districts"] == (1, 2)
    assert len(ServiceRequest.objects.get(source_id="19-00000001").areas) == 2


def test_a_point_outside_of_the_city_is_imported_and_counted(tmp_path: Path) -> None:
    beside(tmp_path)
    report = baltimore(tmp_path, POTHOLE.replace("-76.60", "-75.60"))
    assert (report.imported, report.oddities[Oddity.OUTSIDE_CITY]) == (1, 1)


def test_a_layer_that_is_loaded_already_is_left_alone(tmp_path: Path) -> None:
    beside(tmp_path)
    baltimore(tmp_path, POTHOLE)
    assert baltimore(tmp_path, POTHOLE).layers == []


def test_a_layer_that_cannot_be_loaded_is_told_of(tmp_path: Path) -> None:
    beside(tmp_path)
    (tmp_path / "geo" / "neighborhoods.geojson").write_text("{}")
    report = baltimore(tmp_path, POTHOLE)
    assert report.imported == 1
    assert any("neighborhoods.geojson" in line for line in report.lines())


def test_any_table_comes_in_with_a_mapping_file(tmp_path: Path) -> None:
    springfield(
        tmp_path,
        "id,type,office,status,opened,closed,via,words,house,street,x,y,ward,colour",
        '7,Pot hole,Roads,DONE,2024-05-01 10:00,2024-05-02,Call,"Deep, ""very"" deep",'
        "12,Elm St,-76.6,39.3,Ward 3,red",
    )
    request = ServiceRequest.objects.get(source="springfield", source_id="7")
    report = request.reports.get()
    assert (request.place, request.status, report.channel) == ("12 Elm St", "closed", "phone")
    assert report.words == 'Deep, "very" deep'
    assert report.answers == {"colour": "red"}
    assert facts("7")["ward"] == "Ward 3"


def test_a_template_needs_all_its_parts(tmp_path: Path) -> None:
    springfield(
        tmp_path, "id,type,agency,status,opened,house,street", "7,Pot,Roads,open,2024-05-01,,Elm St"
    )
    assert ServiceRequest.objects.get().place == "Elm St"


def test_people_are_kept_apart_from_requests(tmp_path: Path) -> None:
    report = springfield(
        tmp_path,
        "id,type,agency,status,opened,name,email",
        "1,Pot,Roads,open,2024-05-01,Ana,ana@example.org",
        "2,Pot,Roads,open,2024-05-01,,",
        "3,Pot,Roads,open,2024-05-01,Ben,not an address",
    )
    people = {
        r.service_request.source_id: r.contact and (r.contact.name, r.contact.email)
        for r in Report.objects.select_related("contact", "service_request")
    }
    assert people == {"1": ("Ana", "ana@example.org"), "2": None, "3": ("Ben", "")}
    assert report.oddities[Oddity.BAD_CONTACT] == 1
    assert "Ana" not in json.dumps(facts("1"))


def test_a_duplicate_whose_parent_is_told_is_merged_into_it(tmp_path: Path) -> None:
    report = springfield(
        tmp_path,
        "id,type,agency,status,opened,closed,repeats",
        "1,Pot,Roads,done,2024-05-01,2024-05-03,2",
        "2,Pot,Roads,open,2024-05-01,,",
        "3,Pot,Roads,done,2024-05-01,2024-05-03,99",
        "4,Pot,Roads,open,2024-05-01,,4",
    )
    statuses = dict(ServiceRequest.objects.values_list("source_id", "status"))
    assert statuses == {"1": "merged", "2": "assigned", "3": "closed", "4": "assigned"}
    assert (report.merged, report.oddities[Oddity.NO_PARENT]) == (1, 1)


def test_each_end_is_an_event_at_its_time(tmp_path: Path) -> None:
    springfield(
        tmp_path,
        "id,type,agency,status,opened,closed",
        "1,Pot,Roads,done,2024-05-01,2024-05-03",
        "2,Pot,Roads,void,2024-05-01,2024-05-04",
        "3,Pot,Roads,open,2024-05-01,",
    )
    ends = Event.objects.exclude(kind="imported").order_by("at").values_list("kind", "at")
    assert list(ends) == [
        ("closed", datetime(2024, 5, 3, 4, tzinfo=UTC)),
        ("cancelled", datetime(2024, 5, 4, 4, tzinfo=UTC)),
    ]


def test_progress_ends_with_every_row(tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    path = tmp_path / "export.csv"
    path.write_text("\n".join([SINCE_2019, POTHOLE, ALLEY]))
    import_history(
        path, mapping="baltimore", by=SYSTEM, at=AT, progress=lambda *step: told.append(step)
    )
    assert told[0] == (0, None)
    assert told[-1] == (2, 2)


def test_an_empty_export_is_no_fault(tmp_path: Path) -> None:
    report = baltimore(tmp_path)
    assert (report.rows, report.rejects_file) == (0, None)


def test_the_report_tells_what_happened_in_plain_text(tmp_path: Path) -> None:
    report = baltimore(tmp_path, POTHOLE, ALLEY.replace("Open", "Vanished"))
    told = "\n".join(report.lines())
    assert "2 rows: 1 imported, 0 changed, 0 unchanged, 1 rejected" in told
    assert "1 rejected: the mapping does not know this status" in told
    assert str(report.rejects_file) in told


def test_an_imported_request_can_be_worked_here_and_stays_so(tmp_path: Path) -> None:
    baltimore(tmp_path, ALLEY)
    request = ServiceRequest.objects.get()
    hour = timedelta(hours=1)
    assign(request.pk, assignee_id=None, by=SYSTEM, at=AT)
    done = partial(complete, request.pk, outcome_code="done", explanation="Swept.", by=SYSTEM)
    done(at=AT + hour)
    reopen(request.pk, reason="Still dirty.", by=SYSTEM, at=AT + 2 * hour, disputed=True)
    done(at=AT + 3 * hour)
    confirm(request.pk, by=SYSTEM, at=AT + 4 * hour)
    assert baltimore(tmp_path, ALLEY).unchanged == 1
    news = baltimore(tmp_path, ALLEY.replace("Open", "Pending"))
    assert [row["reason"] for row in rejects(news)] == ["worked_on"]
    request.refresh_from_db()
    assert (request.status, request.verification) == ("closed", "confirmed")


def test_one_import_runs_at_a_time(tmp_path: Path) -> None:
    other_door = connection.copy()
    with other_door.cursor() as other:
        other.execute("SELECT pg_advisory_lock(%s)", [importing._IMPORT_LOCK])
        with pytest.raises(importing.AnotherImport):
            baltimore(tmp_path, POTHOLE)
    other_door.close()
    assert baltimore(tmp_path, POTHOLE).imported == 1


def test_only_those_who_may_import(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("\n".join([SINCE_2019, POTHOLE]))
    with pytest.raises(NotAllowed):
        import_history(path, mapping="baltimore", by=resident(), at=AT)
    assert not Agency.objects.exists()


def beside(folder: Path) -> None:
    """A square city of one neighborhood and one council district."""
    geo = folder / "geo"
    geo.mkdir()
    square = [[-76.7, 39.2], [-76.5, 39.2], [-76.5, 39.4], [-76.7, 39.4], [-76.7, 39.2]]
    for name, properties in {
        "baltimore_city": {"geoid": "24510", "name": "Baltimore"},
        "neighborhoods": {"name": "Testwood"},
        "council_districts": {"id": "1", "name": "District 1"},
    }.items():
        feature = {
            "type": "Feature",
            "properties": properties,
            "geometry": {"type": "Polygon", "coordinates": [square]},
        }
        (geo / f"{name}.geojson").write_text(
            json.dumps({"type": "FeatureCollection", "features": [feature]})
        )
