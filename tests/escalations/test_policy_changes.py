"""A policy that is changed reaches the requests that are open already, and tells nothing twice."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from citycall.core.models import Revision
from citycall.escalations import actions, jobs
from citycall.escalations.models import Escalation, Watch
from citycall.escalations.specs import PolicySpec
from citycall.service_requests.actions import work
from citycall.service_requests.actions.submit import submit
from tests.city import NOW, City, draft

FIVE_DAYS = timedelta(days=5)
SOON = NOW + timedelta(days=4, hours=1)


@pytest.fixture
def request_id(city: City) -> int:
    request_id = submit(draft(), by=city.resident, at=NOW).request_id
    actions.watch(request_id, at=NOW)
    return request_id


def policy(*, code: str = "half", share: float = 0.5, **fields: Any) -> PolicySpec:
    step = {"code": code, "name": "Half", "share": share, "emails": ["chief@example.org"]}
    return PolicySpec.model_validate({"code": "ours", "steps": [step], **fields})


def next_at(request_id: int) -> datetime | None:
    return Watch.objects.get(pk=request_id).next_at


def run_planning(at: datetime) -> int:
    """Do the planning jobs that wait, as a worker does; returns how many."""
    done = 0
    while job := ProcrastinateJob.objects.filter(task_name=actions.PLAN_TASK).first():
        actions.plan_again(at=at, **job.args)
        ProcrastinateJob.objects.filter(pk=job.pk).delete()
        done += 1
    return done


@pytest.mark.parametrize("fields", [{}, {"service": "pothole"}, {"agency": "streets"}])
def test_a_new_policy_reaches_the_requests_that_are_open(
    city: City, request_id: int, fields: dict[str, Any]
) -> None:
    actions.save_policy(spec=policy(**fields), by=city.administrator, at=NOW)
    assert run_planning(NOW) == 1
    assert next_at(request_id) == NOW + FIVE_DAYS * 0.5


def test_a_changed_policy_reaches_them(city: City, request_id: int) -> None:
    actions.save_policy(spec=policy(), by=city.administrator, at=NOW)
    actions.save_policy(spec=policy(share=0.6), by=city.administrator, at=NOW)
    run_planning(NOW)
    assert next_at(request_id) == NOW + FIVE_DAYS * 0.6


def test_a_retired_policy_lets_them_go(city: City, request_id: int) -> None:
    actions.save_policy(spec=policy(service="pothole"), by=city.administrator, at=NOW)
    run_planning(NOW)
    retired = policy(service="pothole", retired=True)
    actions.save_policy(spec=retired, by=city.administrator, at=NOW)
    run_planning(NOW)
    assert next_at(request_id) == NOW + FIVE_DAYS * 0.8


def test_an_undone_policy_lets_them_go(city: City, request_id: int) -> None:
    actions.save_policy(spec=policy(), by=city.administrator, at=NOW)
    run_planning(NOW)
    actions.undo(revision=Revision.objects.latest("id").pk, by=city.administrator, at=NOW)
    run_planning(NOW)
    assert next_at(request_id) == NOW + FIVE_DAYS * 0.8


def test_a_policy_that_moves_to_another_service_lets_the_first_go(
    city: City, request_id: int
) -> None:
    actions.save_policy(spec=policy(service="pothole"), by=city.administrator, at=NOW)
    run_planning(NOW)
    actions.save_policy(spec=policy(service="graffiti"), by=city.administrator, at=NOW)
    assert run_planning(NOW) == 2
    assert next_at(request_id) == NOW + FIVE_DAYS * 0.8


def test_a_policy_that_says_the_same_again_is_no_work(city: City, request_id: int) -> None:
    actions.save_policy(spec=policy(), by=city.administrator, at=NOW)
    run_planning(NOW)
    actions.save_policy(spec=policy(), by=city.administrator, at=NOW)
    assert run_planning(NOW) == 0


def test_a_step_that_was_told_is_not_told_again(city: City, request_id: int) -> None:
    actions.take_due(at=SOON)
    actions.save_policy(spec=policy(code="soon"), by=city.administrator, at=SOON)
    run_planning(SOON)
    assert next_at(request_id) is None
    assert actions.take_due(at=SOON) == 0
    assert Escalation.objects.count() == 1


def test_planning_tells_nothing_and_the_next_look_tells_once(city: City, request_id: int) -> None:
    actions.save_policy(spec=policy(share=0.79), by=city.administrator, at=SOON)
    run_planning(SOON)
    actions.plan_again(at=SOON)
    assert not Escalation.objects.exists()
    assert actions.take_due(at=SOON) == 1
    assert actions.take_due(at=SOON) == 0


def test_a_standing_clock_stays_so(city: City, request_id: int) -> None:
    work.hold(request_id, reason="weather", words="", by=city.crew, at=NOW)
    actions.save_policy(spec=policy(), by=city.administrator, at=NOW)
    run_planning(NOW)
    assert next_at(request_id) is None


def test_it_goes_on_by_id_some_at_a_time(city: City, request_id: int) -> None:
    second, third = (
        submit(draft(words=f"Hole {n}"), by=city.resident, at=NOW).request_id for n in (2, 3)
    )
    for each in (second, third):
        actions.watch(each, at=NOW)
    assert actions.plan_again(at=NOW, most=2) == second
    job = ProcrastinateJob.objects.get(task_name=actions.PLAN_TASK)
    assert job.args == {"service": "", "agency": "", "after": second}
    assert actions.plan_again(at=NOW, after=second, most=2) is None


def test_a_job_that_was_killed_half_way_is_done_again_from_its_start(
    city: City, request_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = submit(draft(words="Hole 2"), by=city.resident, at=NOW).request_id
    actions.watch(second, at=NOW)
    actions.save_policy(spec=policy(), by=city.administrator, at=NOW)
    job = ProcrastinateJob.objects.get(task_name=actions.PLAN_TASK)
    look = actions.watch

    def killed(pk: int, *, at: datetime) -> Watch | None:
        if pk == second:
            raise KeyboardInterrupt
        return look(pk, at=at)

    monkeypatch.setattr(actions, "watch", killed)
    with pytest.raises(KeyboardInterrupt):
        jobs.plan_again(**job.args)
    monkeypatch.undo()
    actions.plan_again(at=NOW, **job.args)
    assert {next_at(request_id), next_at(second)} == {NOW + FIVE_DAYS * 0.5}
