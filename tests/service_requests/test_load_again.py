"""Loading what changed at the source, and what it says of duplicates."""

import pytest

from citycall.core.actors import SYSTEM
from citycall.core.models import Event
from citycall.service_requests.actions.load import load_past
from citycall.service_requests.models import ServiceRequest

from .past import AT, ENDED, Town, batch, load, story, worked_on

pytestmark = pytest.mark.django_db


def test_a_changed_record_is_brought_up_to_date_and_told_of(town: Town) -> None:
    load(town, {"id": "a", "status": "new", "closed_at": None, "facts": '{"status":"New"}'})
    report = load(town, {"id": "a", "facts": '{"status":"Closed"}'})
    request = ServiceRequest.objects.get()
    assert (report.changed, request.status, request.closed_at) == (1, "closed", ENDED)
    assert story("a") == ["imported", "imported", "closed"]
    assert Event.objects.filter(kind="imported").latest("id").data["before"] == {"status": "New"}


def test_a_record_opened_again_at_the_source_is_reopened(town: Town) -> None:
    load(town, {"id": "a"})
    load(town, {"id": "a", "status": "assigned", "closed_at": None})
    request = ServiceRequest.objects.get()
    assert (request.status, request.closed_at, request.reopened_count) == ("assigned", None, 1)
    assert story("a") == ["imported", "closed", "imported", "reopened"]


def test_what_was_done_here_stands_against_the_sources_news(town: Town) -> None:
    load(town, {"id": "a", "status": "new", "closed_at": None})
    worked_on("a", kind="assigned", status="assigned")
    report = load(town, {"id": "a"})
    assert (report.kept, report.changed) == (["a"], 0)
    assert ServiceRequest.objects.get().status == "assigned"


def test_a_note_made_here_does_not_stop_the_sources_news(town: Town) -> None:
    load(town, {"id": "a", "status": "new", "closed_at": None})
    worked_on("a", kind="note_added", status="new")
    assert load(town, {"id": "a"}).changed == 1


def test_work_here_on_an_unchanged_record_is_no_news(town: Town) -> None:
    load(town, {"id": "a", "status": "new", "closed_at": None})
    worked_on("a", kind="assigned", status="assigned")
    report = load(town, {"id": "a", "status": "new", "closed_at": None})
    assert (report.unchanged, report.kept) == (1, [])


def test_a_duplicate_is_merged_into_its_parent(town: Town) -> None:
    report = load(town, {"id": "child", "parent_source_id": "parent"}, {"id": "parent"})
    child = ServiceRequest.objects.get(source_id="child")
    parent = ServiceRequest.objects.get(source_id="parent")
    assert (child.status, child.merged_into, child.status_before_merge) == (
        "merged",
        parent,
        "closed",
    )
    assert (report.merged, parent.report_count) == (1, 2)
    assert child.updated_at == ENDED
    assert story("child")[-1] == "merged"
    assert story("parent")[-1] == "received_merge"


def test_a_parent_that_comes_in_a_later_batch_is_found(town: Town) -> None:
    batches = [
        batch(town, [{"id": "child", "parent_source_id": "parent"}]),
        batch(town, [{"id": "parent"}]),
    ]
    assert load_past(batches, by=SYSTEM, at=AT).merged == 1


def test_a_duplicate_of_what_is_not_here_keeps_its_status_and_is_named(town: Town) -> None:
    report = load(town, {"id": "child", "parent_source_id": "lost"})
    assert report.unlinked == [("child", "lost")]
    assert ServiceRequest.objects.get().status == "closed"


def test_two_records_that_call_each_other_the_original_do_not_make_a_circle(town: Town) -> None:
    report = load(town, {"id": "a", "parent_source_id": "b"}, {"id": "b", "parent_source_id": "a"})
    assert (report.merged, report.unlinked) == (1, [("b", "a")])


def test_the_reports_of_a_chain_of_duplicates_are_counted_at_every_step(town: Town) -> None:
    load(
        town,
        {"id": "a", "parent_source_id": "b"},
        {"id": "b", "parent_source_id": "c"},
        {"id": "c"},
    )
    counts = dict(ServiceRequest.objects.values_list("source_id", "report_count"))
    assert counts == {"a": 1, "b": 2, "c": 3}


def test_a_second_load_leaves_merges_as_they_are(town: Town) -> None:
    rows = ({"id": "child", "parent_source_id": "parent"}, {"id": "parent"})
    load(town, *rows)
    report = load(town, *rows)
    assert (report.merged, report.changed, report.unchanged) == (0, 0, 2)


def test_a_merged_request_stays_merged_when_its_record_changes(town: Town) -> None:
    load(town, {"id": "child", "parent_source_id": "parent"}, {"id": "parent"})
    later = {"id": "child", "parent_source_id": "parent", "closed_at": None, "status": "new"}
    assert load(town, later).changed == 1
    child = ServiceRequest.objects.get(source_id="child")
    assert (child.status, child.status_before_merge) == ("merged", "new")
