"""What was doubted is not completed again by whoever completed it before."""

from datetime import timedelta

import pytest
from pytest_django import Settings

from citycall.core.actors import resident
from citycall.feedback import actions as feedback
from citycall.service_requests.actions import close, work
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.actions.work import BadChoice
from citycall.service_requests.models import Report, ServiceRequest, Status
from citycall.service_requests.second_look import SecondPerson
from tests.city import NOW, draft

DONE = NOW + timedelta(days=1)


@pytest.fixture
def disputed(city) -> int:
    """The crew's own pothole, which they completed and its reporter disputed."""
    made = submit(draft(), by=city.resident, at=NOW)
    work.assign(made.request_id, assignee_id=city.crew.id, by=city.dispatcher, at=NOW)
    done(made.request_id, by=city.crew)
    report = Report.objects.get(pk=made.report_id)
    by = resident(reports=[report.pk])
    feedback.dispute(report, by=by, at=DONE + timedelta(hours=1), words="Still there.")
    return made.request_id


def done(request_id: int, *, by) -> None:
    close.complete(request_id, outcome_code="fixed", explanation="Filled.", by=by, at=DONE)


def test_it_does_not_stay_with_whoever_closed_it(disputed: int) -> None:
    request = ServiceRequest.objects.get(pk=disputed)
    assert (request.status, request.assignee_id) == (Status.ASSIGNED, None)


def test_the_closer_does_not_complete_it_again(disputed: int, city) -> None:
    with pytest.raises(SecondPerson):
        done(disputed, by=city.crew)
    assert ServiceRequest.objects.get(pk=disputed).status == Status.ASSIGNED


def test_it_is_not_given_to_the_closer(disputed: int, city) -> None:
    with pytest.raises(BadChoice):
        work.assign(disputed, assignee_id=city.crew.id, by=city.dispatcher, at=DONE)


def test_somebody_else_completes_it(disputed: int, city) -> None:
    done(disputed, by=city.dispatcher)
    assert ServiceRequest.objects.get(pk=disputed).status == Status.COMPLETED


def test_a_mistake_that_was_reopened_without_doubt_is_the_closers_again(city) -> None:
    made = submit(draft(), by=city.resident, at=NOW)
    done(made.request_id, by=city.crew)
    close.reopen(made.request_id, reason="Wrong outcome.", by=city.dispatcher, at=DONE)
    done(made.request_id, by=city.crew)


def test_a_city_can_leave_the_rule_off(disputed: int, city, settings: Settings) -> None:
    settings.CITYCALL_SECOND_LOOK = False
    done(disputed, by=city.crew)
