"""Words of danger are heard in every language; what only sounds like it is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from citycall.emergencies.dangers import Danger, caution
from citycall.emergencies.rules import heard
from tests.emergencies import spoken

SETS = ("first_set", "second_set", "third_set")


@pytest.mark.parametrize("name", SETS)
def test_danger_is_heard(name: str) -> None:
    assert [text for text in spoken.all_of(name, "danger") if not heard(text)] == []


@pytest.mark.parametrize("name", SETS)
def test_what_is_no_danger_is_left_alone(name: str) -> None:
    assert [text for text in spoken.all_of(name, "calm") if heard(text)] == []


@pytest.mark.parametrize(
    ("text", "danger"),
    [
        ("I want to kill myself", Danger.SUICIDE),
        ("strong smell of gas", Danger.GAS),
        ("LA CASA ESTÁ EN LLAMAS", Danger.FIRE),
        ("电线掉在马路上冒火花", Danger.WIRE),
        ("رجل معه مسدس", Danger.CRIME),
        ("sobredosis", Danger.OVERDOSE),
    ],
)
def test_each_danger_has_its_name(text: str, danger: Danger) -> None:
    assert heard(text)[0] is danger


def test_the_most_urgent_comes_first() -> None:
    assert heard("My kitchen is on fire. I want to kill myself.")[0] is Danger.SUICIDE


def test_a_harmless_sentence_does_not_hide_the_next() -> None:
    assert heard("The fire hydrant leaks. Also, the house next door is on fire!") == [Danger.FIRE]


def test_what_is_past_is_no_emergency() -> None:
    assert heard("There was a shooting here last week") == []


def test_whoever_may_take_their_life_is_heard_whatever_else_they_tell() -> None:
    assert heard("My son died last year and I want to kill myself") == [Danger.SUICIDE]


def test_several_texts_are_heard_together() -> None:
    assert heard("pothole", "", "there is a gas leak") == [Danger.GAS]


@pytest.mark.parametrize("danger", list(Danger))
def test_every_danger_says_which_number_to_call(danger: Danger) -> None:
    told = caution(danger)
    assert told.number == ("988" if danger is Danger.SUICIDE else "911")
    assert told.number in told.text


def test_without_a_crisis_line_the_number_for_emergencies_is_told(settings: Settings) -> None:
    settings.CITYCALL_CRISIS_NUMBER = ""
    assert caution(Danger.SUICIDE).number == "911"


@given(st.text(max_size=400))
def test_any_text_is_borne(text: str) -> None:
    assert all(isinstance(each, Danger) for each in heard(text))


@given(
    st.sampled_from(spoken.all_of("first_set", "danger")), st.sampled_from(["!", "...", " ", "\n"])
)
def test_capitals_and_marks_change_nothing(text: str, mark: str) -> None:
    assert heard(f"{mark}{text.upper()}{mark}")
