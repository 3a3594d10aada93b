"""Answers are cleaned, checked and stopped on."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citycall.catalog.rules import check_answers, stop_for, visible_questions
from citycall.catalog.specs import ServiceSpec
from citycall.core.errors import Faults
from tests.catalog.conftest import service

YES_NO = [{"key": "yes", "name": "Yes"}, {"key": "no", "name": "No"}]
SIDES = [{"key": "front", "name": "Front"}, {"key": "back", "name": "Back"}]


def asking(**question: Any) -> ServiceSpec:
    return service(questions=[{"code": "q", "text": "What?", **question}])


def cleaned(answer: Any, **question: Any) -> Any:
    return check_answers(asking(**question), {"q": answer}).get("q")


def fault(answer: Any, **question: Any) -> str:
    with pytest.raises(Faults) as caught:
        check_answers(asking(**question), {"q": answer})
    assert list(caught.value.faults) == ["answers.q"]
    return caught.value.message


def test_a_string_is_one_line() -> None:
    assert cleaned("  by the\r\n door ", datatype="string") == "by the door"


def test_a_text_keeps_its_lines() -> None:
    assert cleaned("one\r\ntwo\n", datatype="text") == "one\ntwo"


def test_characters_that_cannot_be_stored_are_left_out() -> None:
    assert cleaned("a\x00\ud800b", datatype="text") == "ab"


def test_a_text_has_at_most_4000_characters() -> None:
    assert cleaned("x" * 4000, datatype="text") == "x" * 4000
    assert "4000" in fault("x" * 4001, datatype="text")


@pytest.mark.parametrize(
    ("typed", "number"),
    [("12", 12), (" 2.5 ", 2.5), ("-3", -3), (7, 7), (1.0, 1), ("1e3", 1000), ("٣", 3)],
)
def test_a_number_is_read(typed: Any, number: float) -> None:
    assert cleaned(typed, datatype="number") == number


@pytest.mark.parametrize(
    "typed",
    ["nan", "inf", float("nan"), float("inf"), "1e999", "1,5", "twelve", "1_000", True, 10**20, {}],
)
def test_what_is_no_finite_number_is_refused(typed: Any) -> None:
    assert fault(typed, datatype="number")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("2026-07-01T14:30", "2026-07-01T14:30:00-04:00"),
        ("2026-07-01 14:30:00Z", "2026-07-01T10:30:00-04:00"),
        ("2026-01-05", "2026-01-05T00:00:00-05:00"),
        ("2026-03-08T02:30", "2026-03-08T03:00:00-04:00"),
    ],
)
def test_a_time_is_kept_with_the_citys_offset(typed: str, kept: str) -> None:
    assert cleaned(typed, datatype="datetime") == kept


@pytest.mark.parametrize("typed", ["yesterday", "2026-02-30", "0001-01-01T00:00", "9999-12-31", 5])
def test_what_is_no_time_is_refused(typed: Any) -> None:
    assert fault(typed, datatype="datetime")


def test_a_choice_is_taken_by_its_key() -> None:
    assert cleaned("yes", datatype="singlevaluelist", choices=YES_NO) == "yes"
    assert fault("Yes, please", datatype="singlevaluelist", choices=YES_NO)


def test_one_choice_in_a_list_is_that_choice() -> None:
    assert cleaned(["yes"], datatype="singlevaluelist", choices=YES_NO) == "yes"


def test_two_answers_to_a_single_choice_are_refused() -> None:
    assert fault(["yes", "no"], datatype="singlevaluelist", choices=YES_NO)


def test_several_choices_come_in_the_order_of_the_list() -> None:
    assert cleaned(["back", "front", "back"], datatype="multivaluelist", choices=SIDES) == [
        "front",
        "back",
    ]


def test_one_unknown_choice_among_several_is_refused() -> None:
    assert fault(["back", "roof"], datatype="multivaluelist", choices=SIDES)


@pytest.mark.parametrize("nothing", ["", "  ", None, [], [""], "\x00"])
def test_nothing_is_no_answer(nothing: Any) -> None:
    assert cleaned(nothing, datatype="text") is None


def test_a_required_question_must_be_answered() -> None:
    assert fault(" ", required=True) == "Please answer this question."


def test_a_question_that_is_not_asked_is_refused() -> None:
    with pytest.raises(Faults) as caught:
        check_answers(asking(), {"colour": "red"})
    assert list(caught.value.faults) == ["answers.colour"]


def test_a_text_to_show_takes_no_answer() -> None:
    assert fault("fine", variable=False)


def test_all_faults_are_told_at_once() -> None:
    spec = service(
        questions=[
            {"code": "depth", "text": "How deep?", "datatype": "number"},
            {"code": "when", "text": "Since when?", "datatype": "datetime", "required": True},
        ]
    )
    with pytest.raises(Faults) as caught:
        check_answers(spec, {"depth": "deep", "colour": "red"})
    assert set(caught.value.faults) == {"answers.depth", "answers.when", "answers.colour"}


GAS = service(
    questions=[
        {
            "code": "smell",
            "text": "Do you smell gas?",
            "datatype": "singlevaluelist",
            "choices": YES_NO,
            "stops": [
                {"when": ["yes"], "kind": "emergency", "text": "Leave and call 911."},
                {"when": ["no"], "kind": "advice", "text": "Keep the window open."},
            ],
        },
        {
            "code": "sides",
            "text": "Where?",
            "datatype": "multivaluelist",
            "choices": SIDES,
            "required": True,
            "only_if": [{"question": "smell", "equals": "no"}],
            "stops": [{"when": ["back"], "kind": "emergency", "text": "Stay in front."}],
        },
        {
            "code": "since",
            "text": "For how many hours?",
            "datatype": "number",
            "only_if": [{"question": "sides", "any_of": ["front"]}],
        },
        {
            "code": "why",
            "text": "Why so long?",
            "only_if": [{"question": "since", "equals": 3}],
        },
        {
            "code": "note",
            "text": "Please tell us more.",
            "variable": False,
            "only_if": [{"question": "since", "answered": False}],
        },
    ]
)


def codes(answers: dict[str, Any]) -> list[str]:
    return [question.code for question in visible_questions(GAS, answers)]


def test_a_question_is_hidden_until_its_condition_holds() -> None:
    assert codes({}) == ["smell", "note"]
    assert codes({"smell": "no"}) == ["smell", "sides", "note"]


def test_one_of_several_choices_fulfils_a_condition() -> None:
    assert "since" in codes({"smell": "no", "sides": ["front", "back"]})


def test_numbers_are_compared_as_numbers() -> None:
    assert "why" in codes({"smell": "no", "sides": "front", "since": "3.0"})


def test_an_answer_hides_what_asks_for_none() -> None:
    assert "note" not in codes({"smell": "no", "sides": "front", "since": "2"})


def test_hidden_questions_hide_what_depends_on_them() -> None:
    assert codes({"smell": "yes", "sides": "front", "since": "3"}) == ["smell", "note"]


def test_answers_to_hidden_questions_are_dropped() -> None:
    assert check_answers(GAS, {"smell": "yes", "sides": "roof"}) == {"smell": "yes"}


def test_a_hidden_question_is_not_required() -> None:
    assert check_answers(GAS, {"smell": "yes"}) == {"smell": "yes"}
    with pytest.raises(Faults):
        check_answers(GAS, {"smell": "no"})


def test_an_answer_stops_the_report() -> None:
    stop = stop_for(GAS, {"smell": "yes"})
    assert stop is not None
    assert (stop.kind, stop.text) == ("emergency", "Leave and call 911.")


def test_an_emergency_comes_before_advice() -> None:
    stop = stop_for(GAS, {"smell": "no", "sides": ["front", "back"]})
    assert stop is not None
    assert stop.text == "Stay in front."


def test_a_hidden_answer_stops_nothing() -> None:
    stop = stop_for(GAS, {"smell": "yes", "sides": ["back"]})
    assert stop is not None
    assert stop.text == "Leave and call 911."


def test_other_answers_stop_nothing() -> None:
    assert stop_for(GAS, {"since": "2"}) is None


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@given(
    st.dictionaries(
        st.sampled_from(["smell", "sides", "since", "why", "note", "other"]),
        st.sampled_from(["yes", "no", "front", ["front", "back"], "3", 3]) | ANYTHING,
    )
)
def test_whatever_is_sent_is_cleaned_or_refused(answers: dict[str, Any]) -> None:
    try:
        kept = check_answers(GAS, answers)
    except Faults as error:
        told = set(error.faults)
    else:
        assert check_answers(GAS, kept) == kept
        told = set()
    assert told <= {f"answers.{code}" for code in answers} | {"answers.sides"}
