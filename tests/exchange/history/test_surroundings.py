"""What an import brings besides the records: services, targets, areas."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from citycall.agencies.models import Agency, Team
from citycall.catalog.queries import catalog
from citycall.exchange.history.faults import Oddity
from citycall.places.models import AreaLayer
from citycall.service_requests.models import ServiceRequest

from .exports import ALLEY, POTHOLE, QUESTION, baltimore, beside

pytestmark = pytest.mark.django_db


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
