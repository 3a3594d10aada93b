"""Any table with a mapping file, and importing itself: every row accounted for, and once."""

import json
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from django.db import connection

from citycall.agencies.models import Agency
from citycall.core.actors import SYSTEM, resident
from citycall.core.errors import NotAllowed
from citycall.core.models import Event
from citycall.exchange.history import import_history, importing
from citycall.exchange.history.faults import Oddity
from citycall.service_requests.actions.close import complete, confirm, reopen
from citycall.service_requests.actions.work import assign
from citycall.service_requests.models import Report, ServiceRequest

from .exports import (
    ALLEY,
    AT,
    POTHOLE,
    SINCE_2019,
    baltimore,
    facts,
    rejects,
    springfield,
)

pytestmark = pytest.mark.django_db


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
        other.execute("SELECT pg_advisory_unlock(%s)", [importing._IMPORT_LOCK])
    other_door.close()
    assert baltimore(tmp_path, POTHOLE).imported == 1


def test_only_those_who_may_import(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("\n".join([SINCE_2019, POTHOLE]))
    with pytest.raises(NotAllowed):
        import_history(path, mapping="baltimore", by=resident(), at=AT)
    assert not Agency.objects.exists()
