"""The language of what people write: right where it is said, and silent where nobody can say."""

import pytest
from django.utils import translation

from citycall.core import languages
from citycall.core.languages import recognise, written_in
from tests.core.spoken import NOTHING, OTHERS, SENTENCES


@pytest.mark.parametrize("code", SENTENCES)
def test_short_sentences_are_recognised(code: str) -> None:
    found = [recognise(sentence) for sentence in SENTENCES[code]]
    assert found.count(code) >= 24
    assert set(found) <= {code, ""}


@pytest.mark.parametrize("code", OTHERS)
def test_other_languages_are_not_taken_for_those(code: str) -> None:
    assert {recognise(sentence) for sentence in OTHERS[code]} <= {code, ""}


@pytest.mark.parametrize("text", NOTHING)
def test_too_little_says_nothing(text: str) -> None:
    assert recognise(text) == ""


def test_addresses_and_numbers_do_not_hide_a_language() -> None:
    text = "Hay un bache muy grande en 1200 Harbor St, vea https://example.org/photo/1234.jpg"
    assert recognise(text) == "es"


def test_every_language_that_is_recognised_has_a_name() -> None:
    assert set(languages._model().labels) - {"zxx"} == set(languages.NAMES)


def test_what_is_in_the_citys_own_language_is_not_remarked_upon() -> None:
    assert (written_in("es"), written_in("en"), written_in("")) == ("Written in Spanish", "", "")


def test_it_is_said_in_the_language_of_whoever_reads() -> None:
    with translation.override("en"):
        assert written_in("ar") == "Written in Arabic"
