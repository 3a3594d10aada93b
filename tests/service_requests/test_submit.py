"""A report becomes a request, whole and once."""

import dataclasses
import threading
from datetime import UTC, datetime

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from citycall.catalog.snapshot import UnknownService
from citycall.core.actors import Actor, ActorKind
from citycall.core.errors import Faults, NotAllowed
from citycall.core.models import Event
from citycall.places.locations import Location
from citycall.places.models import LocationKind
from citycall.service_requests import queries
from citycall.service_requests.actions.submit import KeyUsedOtherwise, submit
from citycall.service_requests.checks import Stopped
from citycall.service_requests.drafts import ContactDetails
from citycall.service_requests.models import Report, ServiceRequest
from tests.city import NOW, City, draft


def test_the_number_leads_to_the_request(city: City) -> None:
    receipt = submit(draft(), by=city.resident, at=NOW)
    report = queries.report_by_number(receipt.number)
    assert queries.request_of(report).pk == receipt.request_id


def test_everything_told_is_kept(city: City) -> None:
    receipt = submit(draft(wanted="Fill it", language="es"), by=city.resident, at=NOW)
    report = Report.objects.select_related("contact").get(pk=receipt.report_id)
    assert (report.words, report.wanted, report.language) == (
        "A deep hole in the right lane.",
        "Fill it",
        "es",
    )
    assert report.contact is not None
    assert report.contact.email == "pat@example.org"


def test_it_is_routed_and_promised_a_date(city: City) -> None:
    receipt = submit(draft(), by=city.resident, at=NOW)
    request = ServiceRequest.objects.get(pk=receipt.request_id)
    assert request.team == city.teams["paving"]
    # Five days later at the same local time, though the clocks went forward on 8 March.
    late = submit(draft(), by=city.resident, at=datetime(2026, 3, 6, 15, tzinfo=UTC))
    assert request.due_at == datetime(2026, 3, 7, 15, tzinfo=UTC)
    due = ServiceRequest.objects.get(pk=late.request_id).due_at
    assert due == datetime(2026, 3, 11, 14, tzinfo=UTC)


def test_it_leaves_one_event_and_one_job(city: City) -> None:
    receipt = submit(draft(), by=city.resident, at=NOW)
    event = Event.objects.get(subject_kind="service_request", subject_id=receipt.request_id)
    assert (event.kind, event.data["report"]) == ("submitted", receipt.report_id)
    job = ProcrastinateJob.objects.get(task_name="citycall.react")
    assert job.args == {"event_id": event.pk}


def test_the_point_is_kept_for_nearest(city: City) -> None:
    submit(draft(), by=city.resident, at=NOW)
    near = queries.nearest_open(
        service_id=city.services["pothole"].pk, longitude=-76.6, latitude=39.2905, within_m=100
    )
    # Half a thousandth of a degree of latitude is 55.7 m on the sphere of Web Mercator.
    assert [round(found.metres, 1) for found in near] == [55.7]


def test_without_contact_nothing_personal_is_kept(city: City) -> None:
    receipt = submit(draft(contact=ContactDetails()), by=city.resident, at=NOW)
    assert Report.objects.get(pk=receipt.report_id).contact is None


def test_sent_again_it_is_the_same_report(city: City) -> None:
    first = submit(draft(idempotency_key="k"), by=city.resident, at=NOW)
    second = submit(draft(idempotency_key="k"), by=city.resident, at=NOW)
    assert second == dataclasses.replace(first, again=True)
    assert ServiceRequest.objects.count() == 1


def test_the_same_key_with_other_words_is_refused(city: City) -> None:
    submit(draft(idempotency_key="k"), by=city.resident, at=NOW)
    with pytest.raises(KeyUsedOtherwise):
        submit(draft(idempotency_key="k", words="Another matter"), by=city.resident, at=NOW)


def test_two_senders_may_choose_the_same_key(city: City) -> None:
    key = Actor(
        kind=ActorKind.KEY, id=9, memberships=frozenset({("service_requests:submit", None)})
    )
    first = submit(draft(idempotency_key="k"), by=city.resident, at=NOW)
    second = submit(draft(idempotency_key="k"), by=key, at=NOW)
    assert first.number != second.number


@pytest.mark.django_db(transaction=True)
def test_the_same_key_at_the_same_moment_makes_one_report(city: City) -> None:
    numbers, start = [], threading.Barrier(4)

    def send() -> None:
        start.wait()
        numbers.append(submit(draft(idempotency_key="k"), by=city.resident, at=NOW).number)
        connection.close()

    threads = [threading.Thread(target=send) for _each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(numbers) == 4
    assert len(set(numbers)) == 1
    assert Report.objects.count() == ServiceRequest.objects.count() == 1


def test_a_number_that_exists_is_drawn_again(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    first = submit(draft(), by=city.resident, at=NOW)
    drawn = iter([first.number, first.number + 10])
    monkeypatch.setattr("citycall.core.numbers.draw", lambda *, year: next(drawn))
    assert submit(draft(), by=city.resident, at=NOW).number == first.number + 10


def test_all_faults_are_told_at_once(city: City) -> None:
    bad = draft(
        "water-leak",
        location=Location(kind=LocationKind.LANDMARK, place="Hooper's Field"),
        contact=ContactDetails(email="no address", phone="12"),
        words="x" * 4001,
    )
    with pytest.raises(Faults) as caught:
        submit(bad, by=city.resident, at=NOW)
    assert set(caught.value.faults) == {
        "answers.amount",
        "location",
        "email",
        "phone",
        "words",
    }


def test_a_service_may_require_a_contact(city: City) -> None:
    with pytest.raises(Faults, match="e-mail address or a phone number"):
        submit(
            draft("water-leak", answers={"amount": "drip"}, contact=ContactDetails()),
            by=city.resident,
            at=NOW,
        )


def test_a_dangerous_answer_stops_before_the_report_is_taken(city: City) -> None:
    with pytest.raises(Stopped) as caught:
        submit(draft("water-leak", answers={"amount": "gush"}), by=city.resident, at=NOW)
    assert caught.value.code == "stopped_emergency"
    assert not ServiceRequest.objects.exists()


def test_one_who_read_the_warning_may_go_on_and_it_is_recorded(city: City) -> None:
    told = draft("water-leak", answers={"amount": "gush"}, stop_read=True)
    receipt = submit(told, by=city.resident, at=NOW)
    event = Event.objects.get(subject_id=receipt.request_id)
    assert event.data["stop_read"] == "emergency"


def test_something_else_needs_words(city: City) -> None:
    with pytest.raises(Faults, match="tell us what it is about"):
        submit(draft("something-else", words=" "), by=city.resident, at=NOW)


def test_an_unknown_service_is_told_plainly(city: City) -> None:
    with pytest.raises(UnknownService):
        submit(draft("unicorns"), by=city.resident, at=NOW)


def test_words_without_a_point_are_a_place(city: City) -> None:
    told = draft(location=Location(kind=LocationKind.LANDMARK, place="Hooper's Field"))
    receipt = submit(told, by=city.resident, at=NOW)
    request = ServiceRequest.objects.get(pk=receipt.request_id)
    assert (request.place, request.longitude) == ("Hooper's Field", None)


def test_a_key_without_the_scope_may_not_report(city: City) -> None:
    with pytest.raises(NotAllowed):
        submit(draft(), by=Actor(kind=ActorKind.KEY, id=1), at=NOW)


@pytest.mark.parametrize("text", ["a\x00b", "\ud800"])
def test_text_that_cannot_be_kept_is_a_fault(city: City, text: str) -> None:
    with pytest.raises(Faults):
        submit(draft(words=text), by=city.resident, at=NOW)
