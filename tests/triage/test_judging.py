"""Priorities are kept with their reasons, set by hand, and move a promise only in the open."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from citycall.catalog.actions import save_service
from citycall.catalog.specs import ServiceSpec
from citycall.core.actors import SYSTEM
from citycall.core.errors import NotAllowed
from citycall.core.models import Event
from citycall.places.models import Place
from citycall.places.queries import GAZETTEER
from citycall.service_requests.actions import tell_more, work
from citycall.service_requests.actions.change import WordsMissing
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.drafts import ContactDetails
from citycall.service_requests.events import Kind
from citycall.service_requests.models import ServiceRequest
from citycall.triage import judging
from citycall.triage.models import Judgement
from tests.city import NOW, SERVICES, City, draft

LATER = NOW + timedelta(hours=1)


def pothole(**changes: Any) -> None:
    spec = ServiceSpec.model_validate({**SERVICES[0], **changes})
    save_service(spec=spec, by=SYSTEM, at=NOW)


def told(city: City, **changes: Any) -> int:
    return submit(draft(**changes), by=city.resident, at=NOW).request_id


def row(request_id: int) -> ServiceRequest:
    return ServiceRequest.objects.get(pk=request_id)


def reasons(request_id: int) -> dict[str, float]:
    return {each["why"]: each["weight"] for each in Judgement.objects.get(pk=request_id).reasons}


def test_the_service_s_own_risk_weighs_most(city: City) -> None:
    pothole(risk="dangerous")
    request_id = told(city)
    judging.judge(request_id, at=LATER)
    assert row(request_id).priority == 1
    assert reasons(request_id) == {"risk": 75.0}


def test_words_of_danger_count_in_any_language(city: City) -> None:
    request_id = told(city, words="Huele a gas en toda la calle.")
    judging.judge(request_id, at=LATER)
    assert reasons(request_id)["danger"] == 25.0


def test_a_school_nearby_counts_and_is_named(city: City) -> None:
    Place.objects.create(
        kind="school", code="s1", name="Harbor School", search="harbor school",
        longitude=-76.6005, latitude=39.2902,
    )  # fmt: skip
    GAZETTEER.bump()
    request_id = told(city)
    judging.judge(request_id, at=LATER)
    assert any(each["about"] == "Harbor School" for each in Judgement.objects.get().reasons)


def test_one_person_who_tells_it_ten_times_counts_once(city: City) -> None:
    request_id = told(city)
    for number in range(10):
        again = draft(idempotency_key=f"again-{number}")
        tell_more.join(request_id, again, by=city.resident, at=LATER)
    judging.judge(request_id, at=LATER)
    assert "reports" not in reasons(request_id)
    for number in range(3):
        who = ContactDetails(email=f"other{number}@example.org")
        other = replace(draft(), contact=who, idempotency_key=f"other-{number}")
        tell_more.join(request_id, other, by=city.resident, at=LATER)
    judging.judge(request_id, at=LATER)
    assert reasons(request_id)["reports"] == 4.0


def test_a_change_is_an_event_that_only_staff_read_and_twice_is_once(city: City) -> None:
    pothole(risk="high")
    request_id = told(city)
    before = row(request_id).updated_at
    judging.judge(request_id, at=LATER)
    judging.judge(request_id, at=LATER)
    event = Event.objects.get(subject_id=request_id, kind=Kind.PRIORITY_CHANGED)
    assert (event.visibility, event.data["before"], event.data["after"]) == ("internal", 3, 2)
    assert row(request_id).updated_at == before


def test_what_is_set_by_hand_holds_until_it_is_taken_back(city: City) -> None:
    request_id = told(city)
    judging.set_by_hand(request_id, priority=1, why="A bus route", by=city.dispatcher, at=LATER)
    judging.judge(request_id, at=LATER)
    assert judging.judge_again(at=LATER + timedelta(days=1)) is None
    assert row(request_id).priority == 1
    judging.take_back(request_id, by=city.dispatcher, at=LATER)
    assert row(request_id).priority == 3


def test_setting_by_hand_needs_a_reason_and_permission(city: City) -> None:
    request_id = told(city)
    with pytest.raises(WordsMissing):
        judging.set_by_hand(request_id, priority=1, why=" ", by=city.dispatcher, at=LATER)
    with pytest.raises(NotAllowed):
        judging.set_by_hand(request_id, priority=1, why="So", by=city.crew, at=LATER)


def test_what_the_call_centre_raised_stays_raised(city: City) -> None:
    request_id = told(city)
    work.escalate(request_id, words="A wheelchair user", by=city.call_taker, at=LATER)
    judging.judge(request_id, at=LATER)
    judging.judge_again(at=LATER + timedelta(hours=3))
    assert row(request_id).priority == 2


URGENT: dict[str, Any] = {
    "amount": 5,
    "unit": "days",
    "overrides": [{"priority": 1, "amount": 1, "unit": "days", "reason": "Danger"}],
}


def test_another_promise_for_the_priority_is_told_and_the_old_one_kept(city: City) -> None:
    pothole(target=URGENT)
    request_id = told(city)
    judging.set_by_hand(request_id, priority=1, why="A bus route", by=city.dispatcher, at=LATER)
    changed = row(request_id)
    assert changed.due_at == NOW + timedelta(days=1)
    assert changed.promised_at == NOW + timedelta(days=5)
    event = Event.objects.get(subject_id=request_id, kind=Kind.PROMISE_CHANGED)
    assert (event.visibility, event.data["why"]) == ("public", "priority_changed")
    assert event.data["before"] == (NOW + timedelta(days=5)).isoformat()


def test_age_alone_changes_no_promise(city: City) -> None:
    second = {**URGENT["overrides"][0], "priority": 2}
    pothole(target={**URGENT, "overrides": [second]})
    request_id = told(city)
    judging.judge_again(at=NOW + timedelta(days=90))
    assert not Event.objects.filter(subject_id=request_id, kind=Kind.PROMISE_CHANGED).exists()


def test_a_reopened_urgent_request_is_promised_as_urgent(city: City) -> None:
    pothole(target=URGENT)
    request_id = told(city)
    judging.set_by_hand(request_id, priority=1, why="A bus route", by=city.dispatcher, at=LATER)
    work.hold(request_id, reason="weather", words="", by=city.crew, at=LATER)
    resumed = work.resume(request_id, by=city.crew, at=LATER + timedelta(hours=3))
    assert resumed.due_at == NOW + timedelta(days=1, hours=3)
