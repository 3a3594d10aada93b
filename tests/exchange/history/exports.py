"""Invented exports of cities, and importing them."""

import csv
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from citycall.core.actors import SYSTEM
from citycall.core.models import Event
from citycall.exchange.history import HistoryReport, import_history
from citycall.service_requests.models import ServiceRequest

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
