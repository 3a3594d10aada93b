"""Closing is honest: explained, evidenced, confirmed, and can be taken back."""

import io
from datetime import timedelta

import pytest
from PIL import Image

from citycall.core.actors import Actor, resident
from citycall.core.errors import NotAllowed, NotFound
from citycall.core.models import Event
from citycall.feedback import actions as feedback
from citycall.feedback.models import Verdict
from citycall.service_requests import photos, public
from citycall.service_requests.actions import close, tell_more, work
from citycall.service_requests.actions.change import Changed, WordsMissing
from citycall.service_requests.actions.close import PhotoMissing
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.actions.work import BadChoice
from citycall.service_requests.drafts import ContactDetails, Receipt
from citycall.service_requests.models import Attachment, Report, ServiceRequest, Status
from citycall.service_requests.rules import StepNotAllowed
from tests.city import NOW, City, draft

LATER = NOW + timedelta(hours=3)


@pytest.fixture
def receipt(city: City) -> Receipt:
    return submit(draft(), by=city.resident, at=NOW)


@pytest.fixture
def reporter(receipt: Receipt) -> Actor:
    return resident(reports=[receipt.report_id])


@pytest.fixture
def report(receipt: Receipt) -> Report:
    return Report.objects.get(pk=receipt.report_id)


@pytest.fixture
def completed(city: City, receipt: Receipt) -> ServiceRequest:
    return close.complete(
        receipt.request_id,
        outcome_code="fixed",
        explanation="Filled on Monday.",
        by=city.crew,
        at=LATER,
    )


def status_of(request_id: int) -> str:
    return ServiceRequest.objects.get(pk=request_id).status


def photo() -> photos.Photo:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "grey").save(file, "PNG")
    file.seek(0)
    return photos.keep(file)


def test_completed_waits_for_the_reporter(completed: ServiceRequest) -> None:
    assert (completed.status, completed.verification) == ("completed", "asked")
    assert completed.verify_until == LATER + timedelta(days=7)


def test_completing_needs_an_explanation(city: City, receipt: Receipt) -> None:
    with pytest.raises(WordsMissing):
        close.complete(
            receipt.request_id, outcome_code="fixed", explanation="  ", by=city.crew, at=LATER
        )


def test_completing_needs_an_outcome_of_the_service(city: City, receipt: Receipt) -> None:
    with pytest.raises(BadChoice):
        close.complete(
            receipt.request_id, outcome_code="made-up", explanation="Done", by=city.crew, at=LATER
        )


def test_a_service_may_ask_for_a_photo(city: City) -> None:
    request_id = submit(draft("graffiti"), by=city.resident, at=NOW).request_id
    with pytest.raises(PhotoMissing):
        close.complete(request_id, outcome_code="fixed", explanation="Gone", by=city.crew, at=LATER)
    tell_more.add_photo(
        request_id, photo=photo(), stage=Attachment.Stage.AFTER, by=city.crew, at=LATER
    )
    close.complete(request_id, outcome_code="fixed", explanation="Gone", by=city.crew, at=LATER)
    assert status_of(request_id) == Status.COMPLETED


def test_the_reporter_confirms(completed: ServiceRequest, report: Report, reporter: Actor) -> None:
    closed = feedback.confirm(report, by=reporter, at=LATER)
    assert (closed.status, closed.verification) == ("closed", "confirmed")


def test_confirming_twice_changes_nothing(
    completed: ServiceRequest, report: Report, reporter: Actor
) -> None:
    feedback.confirm(report, by=reporter, at=LATER)
    feedback.confirm(report, by=reporter, at=LATER)
    assert Verdict.objects.count() == 1
    assert Event.objects.filter(kind="confirmed").count() == 1


def test_the_reporter_disputes_and_work_is_reopened(
    completed: ServiceRequest, report: Report, reporter: Actor
) -> None:
    again = feedback.dispute(report, by=reporter, at=LATER, words="Still there")
    assert (again.status, again.verification, again.reopened_count) == ("assigned", "disputed", 1)
    assert Event.objects.get(kind="disputed").words == "Still there"


def test_a_stranger_with_the_number_cannot_confirm(
    completed: ServiceRequest, report: Report
) -> None:
    with pytest.raises(NotAllowed):
        feedback.confirm(report, by=resident(), at=LATER)


def test_a_stranger_with_another_report_cannot_dispute(
    city: City, completed: ServiceRequest, report: Report
) -> None:
    other = submit(draft(), by=city.resident, at=NOW)
    with pytest.raises(NotAllowed):
        feedback.dispute(report, by=resident(reports=[other.report_id]), at=LATER, words="No")


def test_who_gave_no_address_answers_by_the_number(city: City) -> None:
    receipt = submit(draft(contact=ContactDetails(phone="410-555-0123")), by=city.resident, at=NOW)
    close.complete(
        receipt.request_id, outcome_code="fixed", explanation="Filled.", by=city.crew, at=LATER
    )
    report = Report.objects.get(pk=receipt.report_id)
    reopened = feedback.dispute(report, by=resident(), at=LATER, words="Still there")
    assert reopened.status == Status.ASSIGNED


def test_the_number_alone_does_not_withdraw(city: City) -> None:
    receipt = submit(draft(contact=ContactDetails()), by=city.resident, at=NOW)
    with pytest.raises(NotAllowed):
        close.cancel(receipt.request_id, reason="No", by=resident(), at=LATER)


def test_every_reporter_sees_the_photo_of_the_finished_work(
    city: City, receipt: Receipt, reporter: Actor
) -> None:
    kept = tell_more.add_photo(
        receipt.request_id, photo=photo(), stage=Attachment.Stage.AFTER, by=city.crew, at=LATER
    )
    assert public.photo_for(reporter, kept.pk) == kept
    with pytest.raises(NotFound):
        public.photo_for(resident(), kept.pk)


def test_open_work_cannot_be_disputed(report: Report, reporter: Actor) -> None:
    with pytest.raises(StepNotAllowed):
        feedback.dispute(report, by=reporter, at=LATER, words="No")


def test_what_was_closed_can_be_disputed_for_thirty_days(
    completed: ServiceRequest, report: Report, reporter: Actor
) -> None:
    feedback.confirm(report, by=reporter, at=LATER)
    with pytest.raises(feedback.TooLate):
        feedback.dispute(report, by=reporter, at=LATER + timedelta(days=31), words="Back")
    feedback.dispute(report, by=reporter, at=LATER + timedelta(days=29), words="Back")
    assert status_of(completed.pk) == Status.ASSIGNED
    assert Verdict.objects.get().answer == Verdict.Answer.DISPUTED


def test_undisputed_work_is_closed_after_the_period(completed: ServiceRequest) -> None:
    assert feedback.close_undisputed_due(at=LATER + timedelta(days=6)) == 0
    assert feedback.close_undisputed_due(at=LATER + timedelta(days=8)) == 1
    completed.refresh_from_db()
    assert (completed.status, completed.verification) == ("closed", "undisputed")


def test_the_only_reporter_may_withdraw(receipt: Receipt, reporter: Actor) -> None:
    close.cancel(receipt.request_id, reason="It is gone", by=reporter, at=LATER)
    assert status_of(receipt.request_id) == Status.CANCELLED


def test_one_of_several_reporters_may_not_withdraw(
    city: City, receipt: Receipt, reporter: Actor
) -> None:
    tell_more.add_report(receipt.number, draft(), by=city.resident, at=LATER)
    with pytest.raises(BadChoice):
        close.cancel(receipt.request_id, reason="It is gone", by=reporter, at=LATER)


def test_a_step_decided_upon_an_older_state_is_refused(city: City, receipt: Receipt) -> None:
    seen = ServiceRequest.objects.get(pk=receipt.request_id).updated_at
    work.start(receipt.request_id, by=city.crew, at=LATER, seen=seen)
    with pytest.raises(Changed):
        close.cancel(receipt.request_id, reason="Old", by=city.dispatcher, at=LATER, seen=seen)


def test_referring_says_whose_it_is(city: City, receipt: Receipt) -> None:
    close.refer(
        receipt.request_id, referred_to="State Highways, 410-555-0199", by=city.dispatcher, at=LATER
    )
    assert Event.objects.get(kind="referred").words == "State Highways, 410-555-0199"
