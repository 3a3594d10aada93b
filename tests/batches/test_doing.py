"""A step for many requests does what the single step does, to each that it is for."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from citycall.batches import queries
from citycall.batches.actions import preparing, running
from citycall.batches.actions.preparing import NothingPicked, TooMany
from citycall.batches.models import Batch, BatchItem, BatchStep
from citycall.core.errors import NotAllowed
from citycall.core.events import REACT_TASK
from citycall.core.models import Event
from citycall.service_requests.actions import close, merge, tag, tell_more, work
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.drafts import ContactDetails
from citycall.service_requests.events import SUBJECT
from citycall.service_requests.models import ServiceRequest
from tests.batches.conftest import FIXED, LATER, confirmed, done, prepared, worked
from tests.city import NOW, City, draft

pytestmark = pytest.mark.django_db
Holes = Callable[..., list[int]]

# What differs between any two requests.
OWN = {"id", "number", "mercator", "updated_at", "_state"}


def facts(request_id: int) -> dict[str, Any]:
    row = ServiceRequest.objects.get(pk=request_id)
    return {name: value for name, value in row.__dict__.items() if name not in OWN}


def told(request_id: int) -> list[tuple[Any, ...]]:
    rows = Event.objects.filter(subject_kind=SUBJECT, subject_id=request_id).order_by("id")
    ours = {"report", "batch", "tells_at"}
    return [
        (
            e.kind,
            e.visibility,
            e.words,
            e.actor_name,
            {k: v for k, v in e.data.items() if k not in ours},
        )
        for e in rows
    ]


def _single(step: str, request_id: int, city: City) -> None:
    by, at = city.dispatcher, LATER + timedelta(minutes=1)
    if step == "assign":
        work.assign(request_id, assignee_id=city.crew.id, by=by, at=at)
    elif step == "start":
        work.start(request_id, by=by, at=at)
    elif step == "hold":
        work.hold(request_id, reason="weather", words="It rains.", by=by, at=at)
    elif step == "transfer":
        work.transfer(request_id, team_code="mains", reason="A pipe.", by=by, at=at)
    elif step == "tag":
        tag.change_tags(request_id, add=["school"], by=by, at=at)
    elif step == "complete":
        close.complete(request_id, outcome_code="fixed", explanation="Done.", by=by, at=at)
    else:
        public = step == "message"
        tell_more.add_note(request_id, words="Call 410-555-0100.", public=public, by=by, at=at)


VALUES: dict[str, dict[str, Any]] = {
    "start": {},
    "hold": {"reason": "weather", "words": "It rains."},
    "transfer": {"team": "mains", "reason": "A pipe."},
    "complete": {"outcome": "fixed", "explanation": "Done."},
    "message": {"words": "Call 410-555-0100."},
    "note": {"words": "Call 410-555-0100."},
    "tag": {"add": "school", "remove": ""},
}


@pytest.mark.parametrize("step", ["assign", *VALUES])
def test_it_is_the_same_as_the_single_step(city: City, holes: Holes, step: str) -> None:
    alone, *many = holes(3)
    _single(step, alone, city)
    values = {"assignee": str(city.crew.id)} if step == "assign" else VALUES[step]
    done(many, step, values, by=city.dispatcher)
    for each in many:
        assert facts(each) == facts(alone)
        assert told(each) == told(alone)


def test_resuming_moves_the_dates_as_a_single_step_does(city: City, holes: Holes) -> None:
    alone, *many = holes(3)
    for each in (alone, *many):
        work.hold(each, reason="weather", words="", by=city.dispatcher, at=NOW)
    work.resume(alone, by=city.dispatcher, at=LATER + timedelta(minutes=1))
    done(many, "resume", by=city.dispatcher)
    for each in many:
        assert facts(each) == facts(alone)
        assert told(each) == told(alone)


def test_merging_many_makes_one_problem(city: City, holes: Holes) -> None:
    parent, *many = holes(5)
    batch = done([parent, *many], "merge", {"parent": str(parent)}, by=city.dispatcher)
    row = ServiceRequest.objects.get(pk=parent)
    assert row.report_count == 5
    assert ServiceRequest.objects.filter(merged_into=row).count() == 4
    assert [left.why for left in queries.left_alone(batch)] == [
        "It is the request that the others are to be merged into."
    ]


def test_every_event_has_its_job(city: City, holes: Holes) -> None:
    many = holes(3)
    before = ProcrastinateJob.objects.filter(task_name=REACT_TASK).count()
    done(many, "start", by=city.dispatcher)
    jobs = ProcrastinateJob.objects.filter(task_name=REACT_TASK)
    events = Event.objects.filter(kind="started").values_list("pk", flat=True)
    assert jobs.count() == before + 3
    assert {job.args["event_id"] for job in jobs} >= set(events)


def test_messages_wait_and_other_news_does_not(city: City, holes: Holes) -> None:
    many = holes(2)
    done(many, "start", by=city.dispatcher)
    assert not ProcrastinateJob.objects.filter(scheduled_at__isnull=False).exists()
    batch = done(many, "complete", FIXED, by=city.dispatcher)
    waiting = ProcrastinateJob.objects.filter(task_name=REACT_TASK, scheduled_at=batch.tells_at)
    assert waiting.count() == 2
    assert batch.tells_at == LATER + timedelta(minutes=10)


def test_what_it_is_not_for_stays_with_the_reason(city: City, holes: Holes) -> None:
    open_one, begun, changed, theirs = holes(4)
    work.start(begun, by=city.crew, at=NOW)
    merge.merge(theirs, parent_id=open_one, by=city.dispatcher, at=NOW)
    batch = confirmed([open_one, begun, changed, theirs], "start", by=city.dispatcher)
    work.assign(changed, assignee_id=None, by=city.manager, at=LATER)
    batch = worked(batch)
    assert (batch.state, batch.changed, batch.refused) == ("partly", 1, 3)
    reasons = {left.why for left in queries.left_alone(batch)}
    assert reasons == {
        "They are “In progress”, from where this step is not possible.",
        "They are “Merged into another request”, from where this step is not possible.",
        "Somebody has changed them since.",
    }


def test_the_preview_says_what_will_happen_and_changes_nothing(city: City, holes: Holes) -> None:
    many = holes(4)
    work.start(many[0], by=city.crew, at=NOW)
    batch = prepared(many, "start", by=city.dispatcher)
    before = Event.objects.count()
    shown = queries.preview(batch, maker=city.dispatcher, at=LATER)
    assert (shown.will, [left.count for left in shown.left]) == (3, [1])
    assert {row.pk for row in shown.sample} == set(many[1:])
    assert Event.objects.count() == before
    assert ServiceRequest.objects.filter(status="new").count() == 3


def test_a_service_that_needs_a_photo_is_left(city: City, holes: Holes) -> None:
    walls = holes(2, "graffiti")
    batch = done(walls, "complete", FIXED, by=city.dispatcher)
    assert [left.why for left in queries.left_alone(batch)] == [
        "Their service needs a photo of the finished work."
    ]


def test_what_may_not_be_done_alone_may_not_be_done_to_many(city: City, holes: Holes) -> None:
    batch = done(holes(2), "assign", {"assignee": ""}, by=city.crew)
    assert (batch.changed, batch.refused) == (0, 2)
    assert [left.why for left in queries.left_alone(batch)] == ["You may not do this to them."]


def test_other_agencies_requests_are_not_picked(city: City, holes: Holes) -> None:
    with pytest.raises(NothingPicked):
        preparing.prepare(holes(1), step=BatchStep.START, by=city.outsider, at=NOW)
    with pytest.raises(NotAllowed):
        preparing.prepare([1], step=BatchStep.START, by=city.analyst, at=NOW)


def test_more_than_are_dealt_with_at_once_are_refused(city: City) -> None:
    with pytest.raises(TooMany):
        preparing.prepare(range(5001), step=BatchStep.START, by=city.dispatcher, at=NOW)


def test_a_reporters_number_is_hidden_in_words_for_all(city: City) -> None:
    ann = ContactDetails(name="Ann", phone="+14105550123")
    receipt = submit(draft(contact=ann), by=city.resident, at=NOW)
    other = submit(draft(), by=city.resident, at=NOW)
    said = {"outcome": "fixed", "explanation": "Spoke with 410-555-0123, filled."}
    done([receipt.request_id, other.request_id], "complete", said, by=city.dispatcher)
    hers = ServiceRequest.objects.get(pk=receipt.request_id)
    assert "0123" not in hers.explanation
    event = Event.objects.get(kind="completed", subject_id=receipt.request_id)
    assert event.words == hers.explanation
    assert "0123" in ServiceRequest.objects.get(pk=other.request_id).explanation


def test_killed_in_the_middle_it_goes_on_and_does_nothing_twice(
    city: City, holes: Holes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "AT_ONCE", 2)
    many = holes(5)
    batch = confirmed(many, "start", by=city.dispatcher)
    assert running.go_on(batch.pk, at=LATER)
    batch.refresh_from_db()
    assert (batch.state, batch.changed) == ("running", 2)

    def killed(*_args: object, **_more: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as within:
        within.setattr(running, "_write", killed)
        with pytest.raises(KeyboardInterrupt):
            running.go_on(batch.pk, at=LATER)
    assert Event.objects.filter(kind="started").count() == 2
    batch = worked(batch)
    assert (batch.state, batch.changed) == ("done", 5)
    assert Event.objects.filter(kind="started").count() == 5
    assert not running.go_on(batch.pk, at=LATER)


def test_the_queries_do_not_grow_with_the_requests(
    city: City, holes: Holes, django_assert_max_num_queries: Any
) -> None:
    batch = confirmed(holes(12), "complete", FIXED, by=city.dispatcher)
    with django_assert_max_num_queries(16):
        running.go_on(batch.pk, at=LATER)


def test_what_was_never_confirmed_is_forgotten(city: City, holes: Holes) -> None:
    from citycall.batches.actions import keeping

    prepared(holes(2), "start", by=city.dispatcher)
    assert keeping.forget_prepared(at=LATER) == 0
    assert keeping.forget_prepared(at=LATER + timedelta(days=2)) == 1
    assert not Batch.objects.exists()
    assert not BatchItem.objects.exists()
