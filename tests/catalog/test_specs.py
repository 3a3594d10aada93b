"""What a service may say of itself."""

from typing import Any

import pytest

from citycall.agencies.documents import read
from citycall.catalog.specs import ServiceSpec
from citycall.core.errors import Faults
from tests.catalog.conftest import POTHOLE, service

WHERE = {
    "code": "where",
    "text": "Where is it?",
    "datatype": "singlevaluelist",
    "choices": [{"key": "street", "name": "Street"}, {"key": "alley", "name": "Alley"}],
}
DEPTH = {"code": "depth", "text": "How deep?", "datatype": "number"}


def faults(**fields: Any) -> dict[str, str]:
    with pytest.raises(Faults) as caught:
        read(ServiceSpec, {**POTHOLE, **fields})
    return caught.value.faults


def question_faults(*questions: dict[str, Any]) -> dict[str, str]:
    return faults(questions=list(questions))


def test_what_is_kept_reads_back_the_same() -> None:
    spec = service(
        questions=[WHERE, {**DEPTH, "only_if": [{"question": "where", "equals": "street"}]}]
    )
    assert read(ServiceSpec, spec.model_dump(mode="json")) == spec


def test_a_choice_question_needs_choices() -> None:
    assert list(question_faults({**WHERE, "choices": []})) == ["questions.0.choices"]


def test_only_a_choice_question_has_choices() -> None:
    assert list(question_faults({**WHERE, "datatype": "text"})) == ["questions.0.choices"]


def test_a_choice_comes_once() -> None:
    twice = {**WHERE, "choices": [*WHERE["choices"], {"key": "alley", "name": "Back"}]}
    assert list(question_faults(twice)) == ["questions.0.choices.2.key"]


def test_a_question_comes_once() -> None:
    assert list(question_faults(DEPTH, DEPTH)) == ["questions.1.code"]


def test_a_text_to_show_is_not_required() -> None:
    shown = {"code": "note", "text": "Stay back.", "variable": False, "required": True}
    assert list(question_faults(shown)) == ["questions.0.required"]


def test_a_condition_is_on_an_earlier_question() -> None:
    asked = {**DEPTH, "only_if": [{"question": "where", "answered": True}]}
    assert list(question_faults(asked, WHERE)) == ["questions.0.only_if.0.question"]


def test_a_condition_names_a_choice_of_the_question() -> None:
    asked = {**DEPTH, "only_if": [{"question": "where", "equals": "roof"}]}
    assert list(question_faults(WHERE, asked)) == ["questions.1.only_if.0"]


@pytest.mark.parametrize("test", [{}, {"equals": "street", "answered": True}, {"any_of": []}])
def test_a_condition_makes_one_test(test: dict[str, Any]) -> None:
    asked = {**DEPTH, "only_if": [{"question": "where", **test}]}
    assert all(field.startswith("questions.1.only_if.0") for field in question_faults(WHERE, asked))


def test_a_stop_is_for_a_choice_of_its_question() -> None:
    stop = {"when": ["roof"], "kind": "emergency", "text": "Call 911."}
    found = question_faults({**WHERE, "stops": [stop]})
    assert list(found) == ["questions.0.stops.0.when.0"]


def test_a_reason_either_stops_the_clock_or_not() -> None:
    reason = {"code": "weather", "name": "Weather"}
    assert list(faults(pause_reasons=[reason], hold_reasons=[reason])) == ["hold_reasons.0.code"]


def test_a_service_needs_an_outcome() -> None:
    assert list(faults(outcomes=[])) == ["outcomes"]


def test_without_location_there_are_no_kinds() -> None:
    assert list(faults(location="none", location_kinds=["address"])) == ["location_kinds"]


def test_an_override_is_for_something() -> None:
    target = {"amount": 2, "unit": "days"}
    override = {"amount": 1, "unit": "days", "reason": "Because."}
    assert list(faults(target={**target, "overrides": [override]})) == ["target.overrides.0"]


def test_an_override_is_explained() -> None:
    override = {"amount": 1, "unit": "days", "priority": 1, "reason": " "}
    target = {"amount": 2, "unit": "days", "overrides": [override]}
    assert list(faults(target=target)) == ["target.overrides.0.reason"]


def test_an_override_comes_once() -> None:
    override = {"amount": 1, "unit": "days", "priority": 1, "reason": "Urgent."}
    target = {"amount": 2, "unit": "days", "overrides": [override, override]}
    assert list(faults(target=target)) == ["target.overrides.1"]


def test_working_time_is_promised_from_one_up() -> None:
    assert list(faults(target={"amount": 0, "unit": "days", "clock": "business"})) == [
        "target.amount"
    ]


def test_a_target_is_no_longer_than_ten_years() -> None:
    assert list(faults(target={"amount": 3651, "unit": "days"})) == ["target.amount"]


def test_a_calendar_is_for_working_time() -> None:
    target = {"amount": 2, "unit": "days", "calendar": "office"}
    assert list(faults(target=target)) == ["target.calendar"]


def test_an_area_is_named_with_its_layer() -> None:
    override = {"amount": 1, "unit": "days", "area": "downtown", "reason": "Crowded."}
    target = {"amount": 2, "unit": "days", "overrides": [override]}
    assert list(faults(target=target)) == ["target.overrides.0.area"]


def test_every_fault_is_told_at_once() -> None:
    found = question_faults({"code": "A b", "text": "", "datatype": "colour"}, {"code": "x"})
    assert set(found) == {
        "questions.0.code",
        "questions.0.text",
        "questions.0.datatype",
        "questions.1.text",
    }


def test_text_that_cannot_be_stored_is_refused() -> None:
    assert list(faults(description="a\x00b")) == ["description"]
