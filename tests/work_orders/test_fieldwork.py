"""What a crew tells, in time and hours later: nothing of it is lost, and it counts once."""

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from citycall.calls.models import CallBack
from citycall.core.errors import Faults, NotAllowed
from citycall.core.models import Event, Visibility
from citycall.reactions import react
from citycall.service_requests import photos
from citycall.service_requests.actions import close, merge, work
from citycall.service_requests.drafts import ContactDetails
from citycall.service_requests.events import Kind as EventKind
from citycall.service_requests.models import Attachment, ServiceRequest, Status
from citycall.service_requests.photos import path_of
from citycall.service_requests.unsent_photos import remove
from citycall.work_orders import queries
from citycall.work_orders.actions import fieldwork, orders, plan
from citycall.work_orders.actions.fieldwork import Taken, Told
from citycall.work_orders.models import Crew, OrderPhoto, OrderState, Step, WorkOrder
from citycall.work_orders.rules import Finished
from tests.city import NOW, City
from tests.work_orders.conftest import LATER, TODAY
from tests.workbench.pictures import jpeg

Kind = Step.Kind
Report = Callable[..., ServiceRequest]
Order = Callable[..., WorkOrder]
Say = Callable[..., Taken]
FIXED = Finished(outcome="fixed", explanation="Filled with asphalt.")


@pytest.fixture
def say(city: City) -> Say:
    """The crew tells a step of an order, as it saw the order's requests when it was planned."""

    def told(row: WorkOrder, kind: Step.Kind, key: str = "", **more: Any) -> Taken:
        values: dict[str, Any] = {"at": NOW + timedelta(minutes=20), **more}
        at: datetime = values.pop("received_at", LATER)
        by = values.pop("by", city.crew)
        step = Told(key=key or f"{kind}-{row.pk}", order_id=row.pk, kind=kind, **values)
        return fieldwork.take(step, by=by, at=at)

    return told


def picture() -> photos.Photo:
    return photos.keep(io.BytesIO(jpeg(64, 48, "seagreen")))


def seen(*requests: ServiceRequest) -> dict[int, int]:
    return {request.pk: request.team_id for request in requests}


def codes(taken: Taken) -> list[str]:
    return [trouble["code"] for trouble in taken.troubles]


def notes(request: ServiceRequest) -> list[str]:
    rows = Event.objects.filter(subject_id=request.pk, kind=EventKind.NOTE_ADDED)
    return [event.words or "" for event in rows.order_by("id")]


def test_a_visit_from_start_to_an_honest_end(
    crew: Crew, report: Report, order: Order, say: Say
) -> None:
    request = report("graffiti")
    row = order(request, crew=crew)
    assert codes(say(row, Kind.START, seen=seen(request))) == []
    assert codes(say(row, Kind.BEFORE, photo=picture(), seen=seen(request))) == []
    assert codes(say(row, Kind.AFTER, photo=picture(), seen=seen(request))) == []
    assert codes(say(row, Kind.FINISH, finished=FIXED, seen=seen(request))) == []
    request.refresh_from_db()
    row.refresh_from_db()
    assert (request.status, request.explanation) == (Status.COMPLETED, "Filled with asphalt.")
    assert (row.state, row.ended_at) == (OrderState.DONE, NOW + timedelta(minutes=20))
    visited = Event.objects.get(subject_id=request.pk, kind=EventKind.VISITED)
    assert visited.data["there_at"] == (NOW + timedelta(minutes=20)).isoformat()


def test_the_same_step_counts_once(crew: Crew, report: Report, order: Order, say: Say) -> None:
    request = report()
    row = order(request, crew=crew)
    first, again = (say(row, Kind.FINISH, finished=FIXED, key="k") for _try in range(2))
    assert (first.again, again.again) == (False, True)
    assert first.step == again.step
    kinds = Event.objects.filter(subject_id=request.pk).values_list("kind", flat=True)
    assert list(kinds).count(EventKind.COMPLETED) == 1


def test_without_the_photo_that_the_service_asks_for_it_is_not_completed(
    crew: Crew, report: Report, order: Order, say: Say
) -> None:
    request = report("graffiti")
    row = order(request, crew=crew)
    taken = say(row, Kind.FINISH, finished=FIXED, seen=seen(request))
    request.refresh_from_db()
    assert codes(taken) == ["photo_missing"]
    assert request.status == Status.NEW
    assert "Filled with asphalt." in notes(request)[0]


def test_merged_meanwhile_the_work_is_told_with_the_parent(
    city: City, crew: Crew, report: Report, order: Order, say: Say
) -> None:
    child, parent = report(), report()
    row = order(child, crew=crew)
    known = seen(child)
    merge.merge(child.pk, parent_id=parent.pk, by=city.dispatcher, at=NOW)
    say(row, Kind.START, seen=known)
    say(row, Kind.AFTER, photo=picture(), seen=known)
    taken = say(row, Kind.FINISH, finished=FIXED, seen=known)
    parent.refresh_from_db()
    assert codes(taken) == ["merged"]
    assert parent.status == Status.NEW
    assert [photo.stage for photo in Attachment.objects.filter(service_request=parent)] == ["after"]
    assert "Filled with asphalt." in notes(parent)[-1]
    assert taken.step in queries.to_look_at(city.dispatcher)
    assert taken.step in queries.told_by(city.crew.id, since=NOW)
    row.refresh_from_db()
    assert row.state == OrderState.DONE


def test_passed_to_another_agency_the_work_is_a_note_there(
    city: City, crew: Crew, report: Report, order: Order, say: Say
) -> None:
    request = report()
    row = order(request, crew=crew)
    known = seen(request)
    work.transfer(request.pk, team_code="mains", reason="A pipe.", by=city.dispatcher, at=NOW)
    say(row, Kind.AFTER, photo=picture(), seen=known)
    taken = say(row, Kind.FINISH, finished=FIXED, seen=known)
    request.refresh_from_db()
    assert codes(taken) == ["transferred"]
    assert request.status == Status.NEW
    assert "Filled with asphalt." in notes(request)[-1]
    assert Attachment.objects.filter(service_request=request).count() == 1


def test_closed_meanwhile_stays_closed_and_the_crew_is_told(
    city: City, crew: Crew, report: Report, order: Order, say: Say
) -> None:
    request = report()
    row = order(request, crew=crew)
    close.cancel(request.pk, reason="Twice.", by=city.dispatcher, at=NOW)
    taken = say(row, Kind.FINISH, finished=FIXED, seen=seen(request))
    request.refresh_from_db()
    assert codes(taken) == ["ended"]
    assert request.status == Status.CANCELLED
    assert "already" in taken.troubles[0]["sentence"]


def test_given_to_another_crew_meanwhile_what_was_done_is_done(
    city: City, crew: Crew, make_crew: Callable[..., Crew], report: Report, order: Order, say: Say
) -> None:
    request = report()
    row = order(request, crew=crew)
    south = make_crew("South", member_ids=[])
    plan.plan(row.pk, crew_id=south.pk, day=TODAY, by=city.dispatcher, at=NOW)
    taken = say(row, Kind.FINISH, finished=FIXED, seen=seen(request))
    request.refresh_from_db()
    assert codes(taken) == ["order_moved"]
    assert "South" in taken.troubles[0]["sentence"]
    assert request.status == Status.COMPLETED


def test_a_cancelled_order_stays_cancelled_and_what_was_done_is_noted(
    city: City, crew: Crew, report: Report, order: Order, say: Say
) -> None:
    request = report()
    row = order(request, crew=crew)
    orders.cancel(row.pk, by=city.dispatcher, at=NOW)
    taken = say(row, Kind.FINISH, finished=FIXED, seen=seen(request))
    request.refresh_from_db()
    row.refresh_from_db()
    assert codes(taken) == ["order_ended"]
    assert (row.state, request.status) == (OrderState.CANCELLED, Status.NEW)
    assert "Filled with asphalt." in notes(request)[0]


def test_what_waits_for_another_order_does_not_start(
    crew: Crew, report: Report, order: Order, say: Say
) -> None:
    request = report()
    dig = order(title="Dig", crew=crew)
    row = order(request, crew=crew, firsts=[dig])
    assert codes(say(row, Kind.START, seen=seen(request))) == ["order_waits"]
    row.refresh_from_db()
    request.refresh_from_db()
    assert (row.state, request.status) == (OrderState.PLANNED, Status.NEW)


def test_what_is_not_found_ends_the_order_and_somebody_is_called(
    city: City, crew: Crew, report: Report, order: Order, say: Say
) -> None:
    request = report(contact=ContactDetails(name="Pat Doe", phone="410-555-0147"))
    row = order(request, crew=crew)
    say(row, Kind.NOT_FOUND, words="No hole in the 1200 block.", seen=seen(request))
    event = Event.objects.get(subject_id=request.pk, kind=EventKind.NOT_FOUND)
    assert event.visibility == Visibility.REPORTER
    for _twice in range(2):
        react(event)
    call_back = CallBack.objects.get()
    assert call_back.name == "Pat Doe"
    assert "No hole in the 1200 block." in call_back.why
    row.refresh_from_db()
    request.refresh_from_db()
    assert (row.state, request.status) == (OrderState.NOT_FOUND, Status.NEW)


def test_the_crew_has_the_reporter_called_without_seeing_a_number(
    crew: Crew, report: Report, order: Order, say: Say
) -> None:
    request = report(contact=ContactDetails(name="Pat Doe", phone="410-555-0147"))
    row = order(request, crew=crew)
    say(row, Kind.CALL, words="Which side of the road?", seen=seen(request))
    event = Event.objects.get(subject_id=request.pk, kind=EventKind.CALL_ASKED)
    assert event.visibility == Visibility.INTERNAL
    react(event)
    assert "Which side of the road?" in CallBack.objects.get().why


def test_a_finish_that_lacks_something_is_said_again(
    crew: Crew, report: Report, order: Order, say: Say
) -> None:
    row = order(report(), crew=crew, checklist=["Cones away"], signature_needed=True)
    with pytest.raises(Faults) as told:
        say(row, Kind.FINISH, finished=Finished())
    assert set(told.value.faults) == {"outcome", "explanation", "answers", "signature"}
    assert not Step.objects.exists()
    whole = Finished(
        outcome="fixed",
        explanation="Filled.",
        answers={"1": True},
        used=[{"name": "Asphalt", "amount": "2.5", "unit": "t"}, {"name": "", "amount": 1}],
        signature={"name": "Pat Doe"},
    )
    say(row, Kind.FINISH, finished=whole)
    row.refresh_from_db()
    assert row.used == [{"name": "Asphalt", "amount": 2.5, "unit": "t"}]
    assert row.signature == {"name": "Pat Doe", "strokes": []}


def test_a_pause_ends_when_the_work_is_done(
    city: City, crew: Crew, report: Report, order: Order, say: Say
) -> None:
    request = report()
    row = order(request, crew=crew)
    work.hold(request.pk, reason="weather", words="", by=city.dispatcher, at=NOW)
    say(row, Kind.FINISH, finished=FIXED, seen=seen(request))
    request.refresh_from_db()
    assert request.status == Status.COMPLETED


def test_a_photo_of_an_order_about_nothing_is_not_swept_away(
    crew: Crew, order: Order, say: Say
) -> None:
    row = order(crew=crew, place="Depot")
    say(row, Kind.AFTER, photo=picture())
    kept = OrderPhoto.objects.get()
    remove(at=NOW + timedelta(days=36_500))
    assert path_of(kept.file).exists()
    assert path_of(kept.thumbnail).exists()


def test_times_are_the_crews_own_but_never_of_the_future(
    crew: Crew, order: Order, say: Say
) -> None:
    row = order(crew=crew)
    assert say(row, Kind.START, at=LATER + timedelta(days=3)).step.at == LATER


@pytest.mark.parametrize("who", ["outsider", "analyst", "call_taker", "resident"])
def test_others_tell_nothing(city: City, crew: Crew, order: Order, say: Say, who: str) -> None:
    row = order(crew=crew)
    with pytest.raises(NotAllowed):
        say(row, Kind.START, by=getattr(city, who))


def test_a_dispatcher_has_seen_it(
    city: City, crew: Crew, report: Report, order: Order, say: Say
) -> None:
    row = order(report("graffiti"), crew=crew)
    say(row, Kind.FINISH, finished=FIXED)
    assert len(queries.to_look_at(city.dispatcher)) == 1
    assert fieldwork.look_at(row.pk, by=city.dispatcher, at=LATER) == 1
    assert queries.to_look_at(city.dispatcher) == []
