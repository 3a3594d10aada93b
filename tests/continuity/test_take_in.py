"""What kits took becomes requests: each once, under its number, at its time."""

from datetime import timedelta

import pytest

from citycall.catalog.queries import catalog
from citycall.continuity.actions import by_hand
from citycall.continuity.actions.take_in import Handed, take_in
from citycall.continuity.export_file import TakenIntake, Told
from citycall.continuity.models import Intake, Kit
from citycall.core.errors import Conflict, Faults, NotAllowed
from citycall.core.models import Event
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.history import sentence
from citycall.service_requests.models import Report, ServiceRequest
from tests.city import NOW, City, draft
from tests.continuity.files import LATER, a_kit, file, intake


def test_an_intake_becomes_a_request_with_its_number_and_its_time(city: City) -> None:
    made = a_kit()
    merge = take_in([file(made, intake(made))], by=city.call_taker, at=LATER)
    report = Report.objects.select_related("service_request", "contact").get()
    request = report.service_request
    assert (report.number, request.number) == (made.numbers[0], made.numbers[0])
    assert (report.reported_at, request.requested_at, report.channel) == (NOW, NOW, "phone")
    assert request.updated_at == LATER
    # Five days from when it was told.
    assert request.due_at == submit_due(city)
    assert report.contact is not None
    assert report.contact.phone == "+14105550123"
    assert merge.files[0] | {"name": ""} == {
        "name": "",
        "kit": made.kit.code,
        "intakes": 1,
        "merged": 1,
    }


def submit_due(city: City) -> object:
    receipt = submit(draft(), by=city.call_taker, at=NOW)
    return ServiceRequest.objects.get(pk=receipt.request_id).due_at


def test_the_event_names_the_kit_and_who_merged(city: City) -> None:
    made = a_kit()
    take_in([file(made, intake(made))], by=city.call_taker, at=LATER)
    event = Event.objects.get(kind="submitted")
    assert (event.actor_id, event.at) == (city.call_taker.id, NOW)
    assert (event.data["kit"], event.data["merged_at"]) == (made.kit.code, LATER.isoformat())


def test_files_that_come_again_or_overlap_make_nothing_twice(city: City) -> None:
    made = a_kit()
    first, both = file(made, intake(made, 0)), file(made, intake(made, 0), intake(made, 1))
    take_in([first, both], by=city.call_taker, at=LATER)
    merge = take_in([both, first], by=city.supervisor, at=LATER)
    assert Report.objects.count() == 2
    assert [each["known"] for each in merge.files] == [2, 1]


def test_nothing_told_is_kept_of_what_became_a_request(city: City) -> None:
    made = a_kit()
    take_in([file(made, intake(made))], by=city.call_taker, at=LATER)
    kept = Intake.objects.get()
    assert (kept.state, kept.told, kept.faults) == ("merged", {}, {})


def test_a_void_number_makes_no_request_and_keeps_nothing(city: City) -> None:
    made = a_kit()
    take_in([file(made, intake(made, void=True))], by=city.call_taker, at=LATER)
    assert Report.objects.count() == 0
    assert Intake.objects.get().state == "void"


def test_what_the_checks_refuse_waits_with_its_reasons_and_keeps_its_number(city: City) -> None:
    made = a_kit()
    gone = intake(made, told={"service": "no-longer-here"})
    merge = take_in([file(made, gone)], by=city.call_taker, at=LATER)
    waiting = Intake.objects.get()
    assert merge.files[0]["waiting"] == 1
    assert waiting.faults == {"service": "There is no such service."}
    told = Told.model_validate(waiting.told | {"service": "pothole"}, strict=False)
    receipt = by_hand.complete(
        waiting.pk, told=told, told_at=NOW, by=city.call_taker, at=LATER + timedelta(days=1)
    )
    assert receipt is not None
    assert receipt.number == made.numbers[0]
    assert Report.objects.get().reported_at == NOW
    assert Intake.objects.get().told == {}


def test_finishing_again_what_was_finished_is_refused(city: City) -> None:
    made = a_kit()
    take_in([file(made, intake(made))], by=city.call_taker, at=LATER)
    with pytest.raises(Conflict):
        by_hand.complete(
            Intake.objects.get().pk, told=Told(), told_at=NOW, by=city.call_taker, at=LATER
        )


def test_an_intake_that_waits_and_comes_corrected_is_tried_again(city: City) -> None:
    made = a_kit()
    take_in([file(made, intake(made, told={"phone": "12"}))], by=city.call_taker, at=LATER)
    assert set(Intake.objects.get().faults) == {"phone"}
    better = intake(made, changed_at=(NOW + timedelta(hours=1)).isoformat())
    take_in([file(made, better)], by=city.call_taker, at=LATER)
    assert Intake.objects.get().state == "merged"


def test_a_correction_after_merging_changes_nothing_but_is_shown(city: City) -> None:
    made = a_kit()
    take_in([file(made, intake(made))], by=city.call_taker, at=LATER)
    later = (NOW + timedelta(hours=1)).isoformat()
    better = intake(made, changed_at=later, told={"words": "Two holes."})
    merge = take_in([file(made, better)], by=city.call_taker, at=LATER)
    assert merge.files[0]["changed"] == 1
    assert Report.objects.get().words == "A deep hole."
    kept = Intake.objects.get()
    assert kept.changed["words"] == "Two holes."
    by_hand.note_change(kept.pk, by=city.call_taker)
    assert Intake.objects.get().changed == {}


def test_an_older_file_does_not_undo_a_correction(city: City) -> None:
    made = a_kit()
    later = (NOW + timedelta(hours=1)).isoformat()
    newer = file(made, intake(made, changed_at=later, told={"phone": "12"}))
    take_in([newer, file(made, intake(made))], by=city.call_taker, at=LATER)
    assert Report.objects.count() == 0


def test_a_number_that_two_computers_gave_is_not_lost(city: City) -> None:
    made = a_kit()
    other = file(made, intake(made, told={"words": "Another."}), device="laptop-two-browser")
    merge = take_in([file(made, intake(made)), other], by=city.call_taker, at=LATER)
    assert merge.files[1]["waiting"] == 1
    waiting = Intake.objects.get(state="waiting")
    told = Told.model_validate(waiting.told, strict=False)
    receipt = by_hand.complete(waiting.pk, told=told, told_at=NOW, by=city.call_taker, at=LATER)
    assert receipt is not None
    assert receipt.number != made.numbers[0]
    assert {report.words for report in Report.objects.all()} == {"A deep hole.", "Another."}


@pytest.mark.parametrize("hours", [-48, 24 * 400, 24])
def test_a_time_outside_of_the_kits_life_waits(city: City, hours: int) -> None:
    made = a_kit()
    at = (NOW + timedelta(hours=hours)).isoformat()
    take_in([file(made, intake(made, told_at=at))], by=city.call_taker, at=LATER)
    assert set(Intake.objects.get(state="waiting").faults) == {"told_at"}


def test_a_place_in_words_is_looked_for(city: City) -> None:
    made = a_kit()
    told = {"place": {"words": "behind the old mill", "directions": "left of the gate"}}
    take_in([file(made, intake(made, told=told))], by=city.call_taker, at=LATER)
    request = ServiceRequest.objects.get()
    assert (request.location_kind, request.place) == ("words", "behind the old mill")


def test_open_problems_of_the_same_service_nearby_are_noted(city: City) -> None:
    there = submit(draft(), by=city.resident, at=NOW - timedelta(days=1))
    made = a_kit()
    take_in([file(made, intake(made, 0), intake(made, 1))], by=city.call_taker, at=LATER)
    first, second = Intake.objects.order_by("told_at")
    assert first.near == [there.request_id]
    assert set(second.near) == {there.request_id, first.request_id}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[" * 100_000,
        b"{}",
        b"\xff\xfe",
        b"x" * 5_000_001,
        b'{"format": "citycall-continuity-1", "kit": "26-AAAAA", "device": "12345678",'
        b' "exported_at": "2026-03-02T15:00:00Z", "intakes": []}',
    ],
)
def test_what_no_kit_wrote_is_refused_with_a_sentence(city: City, content: bytes) -> None:
    merge = take_in([Handed("x.json", content)], by=city.call_taker, at=LATER)
    assert merge.files[0]["fault"]
    assert Intake.objects.count() == 0


def test_a_file_with_anything_unknown_is_refused(city: City) -> None:
    made = a_kit()
    more = intake(made, told={"admin": True})
    merge = take_in([file(made, more)], by=city.call_taker, at=LATER)
    assert "intakes.0.told.admin" in merge.files[0]["fault"]


def test_a_number_that_is_not_the_kits_is_refused(city: City) -> None:
    made, other = a_kit(), a_kit()
    stolen = intake(other)
    merge = take_in([file(made, intake(made, 1), stolen)], by=city.call_taker, at=LATER)
    assert "fault" in merge.files[0]
    assert Report.objects.count() == 0


def test_a_number_of_a_report_cannot_be_taken(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    made = a_kit()
    monkeypatch.setattr("citycall.core.numbers.draw", lambda *, year: made.numbers[0])
    submit(draft(), by=city.resident, at=NOW)
    take_in([file(made, intake(made))], by=city.call_taker, at=LATER)
    assert set(Intake.objects.get().faults) == {"number"}


def test_a_card_is_typed_in_with_its_number(city: City) -> None:
    made = a_kit(kind=Kit.Kind.CARDS)
    told = TakenIntake.model_validate(intake(made), strict=False).told
    number = made.numbers[0]
    receipt = by_hand.type_in(number, told=told, told_at=NOW, by=city.call_taker, at=LATER)
    assert (receipt.number, Report.objects.get().reported_at) == (number, NOW)
    with pytest.raises(Conflict):
        by_hand.type_in(number, told=told, told_at=NOW, by=city.call_taker, at=LATER)


def test_a_card_with_faults_is_told_of_all_of_them(city: City) -> None:
    made = a_kit(kind=Kit.Kind.CARDS)
    with pytest.raises(Faults) as caught:
        by_hand.type_in(
            made.numbers[0],
            told=Told(service="pothole", phone="12"),
            told_at=NOW,
            by=city.call_taker,
            at=LATER,
        )
    assert set(caught.value.faults) == {"location", "phone"}
    assert Intake.objects.count() == 0


def test_a_number_of_no_kit_is_refused(city: City) -> None:
    with pytest.raises(by_hand.NoSuchIntake):
        by_hand.type_in(123, told=Told(), told_at=NOW, by=city.call_taker, at=LATER)


def test_what_nobody_finished_is_erased_in_time(city: City) -> None:
    made = a_kit()
    take_in([file(made, intake(made, told={"phone": "12"}))], by=city.call_taker, at=LATER)
    assert by_hand.forget_old(at=LATER + timedelta(days=89)) == 0
    assert by_hand.forget_old(at=LATER + timedelta(days=91)) == 1
    kept = Intake.objects.get()
    assert (kept.state, kept.told) == ("expired", {})


def test_discarding_erases_what_was_told(city: City) -> None:
    made = a_kit()
    take_in([file(made, intake(made, told={"phone": "12"}))], by=city.call_taker, at=LATER)
    by_hand.discard(Intake.objects.get().pk, by=city.call_taker, at=LATER)
    assert Intake.objects.get().told == {}


def test_only_the_call_center_merges(city: City) -> None:
    made = a_kit()
    for actor in (city.dispatcher, city.crew, city.analyst, city.resident):
        with pytest.raises(NotAllowed):
            take_in([file(made, intake(made))], by=actor, at=LATER)


def test_the_requests_history_tells_of_the_kit(city: City) -> None:
    made = a_kit()
    take_in([file(made, intake(made))], by=city.call_taker, at=LATER)
    event = Event.objects.get(kind="submitted")
    spec = catalog().service("pothole").spec
    assert sentence(event, spec=spec, people={}) == (
        f"Reported while the systems were down, with the kit {made.kit.code}; brought in on "
        "March 2, 2026. It went to Paving."
    )
