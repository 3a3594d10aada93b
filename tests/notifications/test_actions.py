"""Owing messages: once for each reporter, together with the job that sends them."""

import pytest
from django.db import transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from citycall.core.actors import Actor, ActorKind
from citycall.core.errors import NotAllowed, NotFound
from citycall.notifications import queries
from citycall.notifications.actions import NotFailed, Recipient, notify, send_again
from citycall.notifications.messages import Template
from citycall.notifications.models import Delivery
from citycall.service_requests.events import Kind
from citycall.service_requests.models import Report
from tests.notifications.small_city import make_delivery, make_event, make_report, make_request

pytestmark = pytest.mark.django_db

SUPERVISOR = Actor(kind=ActorKind.STAFF, id=1, memberships=frozenset({("supervisor", None)}))
CREW = Actor(kind=ActorKind.STAFF, id=2, memberships=frozenset({("crew", None)}))


def _recipients(*reports: Report) -> list[Recipient]:
    return [
        Recipient(contact=report.contact, report_id=report.pk)
        for report in reports
        if report.contact is not None
    ]


def _jobs() -> list[ProcrastinateJob]:
    return list(ProcrastinateJob.objects.filter(task_name="citycall.deliver"))


def test_a_message_is_owed_together_with_its_job() -> None:
    request = make_request()
    report = make_report(request, email="ana@example.org")
    event = make_event(request, Kind.COMPLETED)
    made = notify(event=event, template=Template.COMPLETED, recipients=_recipients(report))
    owed = Delivery.objects.get()
    assert made == 1
    assert (owed.contact, owed.report_id, owed.template) == (report.contact, report.pk, "completed")
    (job,) = _jobs()
    assert (job.queue_name, job.args) == ("mail", {"delivery_id": owed.pk})


def test_asked_twice_nothing_more_is_owed() -> None:
    request = make_request()
    recipients = _recipients(make_report(request, email="ana@example.org"))
    event = make_event(request, Kind.COMPLETED)
    notify(event=event, template=Template.COMPLETED, recipients=recipients)
    assert notify(event=event, template=Template.COMPLETED, recipients=recipients) == 0
    assert Delivery.objects.count() == len(_jobs()) == 1


def test_rolled_back_neither_message_nor_job_remains() -> None:
    request = make_request()
    recipients = _recipients(make_report(request, email="ana@example.org"))
    event = make_event(request, Kind.COMPLETED)
    with transaction.atomic():
        notify(event=event, template=Template.COMPLETED, recipients=recipients)
        transaction.set_rollback(True)
    assert not Delivery.objects.exists()
    assert _jobs() == []


def test_a_contact_without_an_address_is_owed_nothing() -> None:
    request = make_request()
    report = make_report(request, email="ana@example.org")
    assert report.contact is not None
    report.contact.email = ""
    event = make_event(request, Kind.COMPLETED)
    assert notify(event=event, template=Template.NOTE, recipients=_recipients(report)) == 0


def test_who_reported_twice_hears_once() -> None:
    request = make_request()
    first = make_report(request, email="ana@example.org")
    second = make_report(request, email="Ana@Example.org", number=260000000001)
    event = make_event(request, Kind.COMPLETED)
    notify(event=event, template=Template.COMPLETED, recipients=_recipients(first, second))
    assert [owed.report_id for owed in Delivery.objects.all()] == [first.pk]


def test_the_number_of_queries_does_not_grow_with_the_reporters(
    django_assert_num_queries: object,
) -> None:
    request = make_request()
    reports = [
        make_report(request, email=f"ana{i}@example.org", number=260000000000 + i)
        for i in range(50)
    ]
    event = make_event(request, Kind.COMPLETED)
    with django_assert_num_queries(6):  # type: ignore[operator]
        notify(event=event, template=Template.COMPLETED, recipients=_recipients(*reports))
    assert len(_jobs()) == 50


def test_a_refused_message_is_listed_and_can_be_sent_again() -> None:
    failed = make_delivery(state=Delivery.State.FAILED, problem="550")
    assert [d.pk for d in queries.failed(SUPERVISOR).rows] == [failed.pk]
    send_again(failed.pk, by=SUPERVISOR)
    failed.refresh_from_db()
    assert failed.state == Delivery.State.PENDING
    assert [job.args for job in _jobs()] == [{"delivery_id": failed.pk}]
    assert queries.failed(SUPERVISOR).rows == []


def test_a_sent_message_is_not_sent_again() -> None:
    sent = make_delivery(state=Delivery.State.SENT)
    with pytest.raises(NotFailed):
        send_again(sent.pk, by=SUPERVISOR)


def test_there_must_be_such_a_message() -> None:
    with pytest.raises(NotFound):
        send_again(4711, by=SUPERVISOR)


def test_only_those_who_watch_over_messages_may() -> None:
    failed = make_delivery(state=Delivery.State.FAILED)
    with pytest.raises(NotAllowed):
        send_again(failed.pk, by=CREW)
    with pytest.raises(NotAllowed):
        queries.failed(CREW)


def test_the_messages_about_a_report_are_found() -> None:
    owed = make_delivery()
    assert queries.of_reports([owed.report_id]) == [owed]
    assert queries.of_reports([owed.report_id + 1]) == []
