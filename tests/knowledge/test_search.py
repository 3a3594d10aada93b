"""Finding articles by what people type."""

import pytest

from citycall.core.actors import Actor
from citycall.knowledge.actions import save_article, withdraw_article
from citycall.knowledge.queries import search
from tests.knowledge.conftest import NOW, spec

pytestmark = pytest.mark.usefixtures("articles")


def codes(words: str, **options: object) -> list[str]:
    return [found.code for found in search(words, **options)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("trash", "trash"),
        ("TRASH!", "trash"),
        ("collecting", "trash"),
        ("when will the street be plowed", "snow"),
        ("meter", "water"),
    ],
)
def test_by_a_word_in_any_form(words: str, code: str) -> None:
    assert codes(words)[0] == code


@pytest.mark.parametrize(("words", "code"), [("garbage", "trash"), ("blizzard", "snow")])
def test_by_a_keyword_that_the_text_does_not_have(words: str, code: str) -> None:
    assert codes(words) == [code]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("garbege", "trash"),
        ("recyling", "trash"),
        ("blizard", "snow"),
        ("plwoed", "snow"),
        ("watre bill", "water"),
        ("paymnet", "water"),
    ],
)
def test_by_a_misspelt_word(words: str, code: str) -> None:
    assert codes(words)[0] == code


def test_by_the_beginning_of_a_word_while_somebody_types() -> None:
    assert codes("bliz") == ["snow"]


def test_a_title_weighs_more_than_a_mention() -> None:
    assert codes("snow") == ["snow", "trash"]


def test_a_rare_word_decides_between_articles(administrator: Actor) -> None:
    for number in range(4):
        common = spec(code=f"street-{number}", title="A street", summary="", keywords=["street"])
        save_article(spec=common, by=administrator, at=NOW)
    assert codes("street blizzard")[0] == "snow"


@pytest.mark.parametrize(
    "words",
    ["", "   ", "zxqvw", "blorptang wuggle", "when is it", "!!!", "\x00", "' & | ( :*", "%", "_"],
)
def test_nonsense_finds_nothing(words: str) -> None:
    assert codes(words) == []


def test_a_single_passing_mention_among_other_words_is_no_answer() -> None:
    assert codes("elephants and giraffes in the storm of the zoo") == []


def test_a_very_long_question_is_cut_not_refused() -> None:
    assert codes("snow " + "wuggle " * 10_000)[0] == "snow"


def test_no_more_than_asked_for() -> None:
    assert len(search("snow", limit=1)) == 1
    assert search("snow", limit=0) == []


def test_an_unpublished_article_is_never_found(administrator: Actor) -> None:
    withdraw_article(code="snow", by=administrator, at=NOW)
    assert codes("blizzard") == []
    assert codes("blizard") == []
    assert codes("snow") == ["trash"]


def test_articles_of_another_language_are_searched_in_theirs(administrator: Actor) -> None:
    nieve = spec(
        code="nieve", language="es", title="La nieve en las calles", keywords=[], summary=""
    )
    save_article(spec=nieve, by=administrator, at=NOW)
    assert codes("calle", language="es") == ["nieve"]
    assert codes("nieve") == []


def test_the_excerpt_is_the_plain_sentence_that_answers() -> None:
    (found,) = search("meter")
    assert found.excerpt == "Then ask for the meter to be read again."
    assert search("main streets")[0].excerpt == "Main streets come first."


def test_the_number_of_queries_does_not_grow(django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(5):
        search("snow garbege watre plwoed blizard recyling trash bill meter")
