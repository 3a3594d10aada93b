"""One plain form of text, and what the language of the data file means."""

import re

import pytest

from citycall.emergencies import words


def found(phrase: str, text: str, *, groups: dict[str, str] | None = None) -> bool:
    told = groups or {}
    expression = words.whole(
        words.expression(phrase, language="en"),
        shorthand=words.shorthand(told, language="en"),
    )
    return any(re.search(expression, sentence) for sentence in words.sentences(text))


@pytest.mark.parametrize(
    ("phrase", "text", "expected"),
    [
        ("on fire", "It is ON FIRE", True),
        ("on fire", "on a fire", False),
        ("on ?a fire", "on a fire", True),
        ("burn* house", "burning house", True),
        ("house|home burning", "home burning", True),
        ("going-off|ringing bell", "the bell is going off bell", True),
        ("car _ fire", "car has now been set on fire", False),
        ("car _ fire", "car is really on fire", True),
        ("car _ fire", "There is a car. Fire sale", False),
        ("^ fire $", "Fire! Come.", True),
        ("^ fire $", "a fire", False),
        ("niño", "NINO", True),
        ("cant breathe", "I can’t breathe", True),
    ],
)
def test_what_a_phrase_finds(phrase: str, text: str, expected: bool) -> None:
    assert found(phrase, text) is expected


def test_a_group_stands_for_its_words() -> None:
    groups = {"person": "man|old woman"}
    assert found("@person fell", "an old woman fell", groups=groups)


def test_arabic_words_are_found_with_what_is_written_before_and_after() -> None:
    assert found("بيت يحترق", "والبيت يحترق")
    assert found("شقة", "شقتي")


def test_a_phrase_of_words_that_may_all_be_left_out_is_refused() -> None:
    with pytest.raises(ValueError, match="no word that must be there"):
        words.needed("?a ?the", groups={})
