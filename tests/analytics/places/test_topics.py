"""Words that more people write are told in their language, and nobody is told by them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citycall.analytics.places import words
from citycall.analytics.places.findings import Topic
from citycall.analytics.places.topics import FEWEST_REPORTERS, Told, emerging

USUAL = (
    "the street light is out again",
    "there is trash in the alley behind the house",
    "a pothole in front of the school",
    "the water runs down the street",
)


def told(texts: list[str], *, lately: bool, who: str = "", language: str = "en") -> list[Told]:
    """Each text by somebody else, unless ``who`` wrote them all."""
    first = "new" if lately else "old"
    return [
        Told(who or f"{first}{language}{n}", language, lately, 1, 2, text)
        for n, text in enumerate(texts)
    ]


def background(language: str = "en") -> list[Told]:
    return told(list(USUAL) * 30, lately=False, language=language) + told(
        list(USUAL) * 8, lately=True, language=language
    )


def terms_of(listed: list[Told], **given: set[str]) -> list[str]:
    found, _looked = emerging(listed, **given)
    return [topic.term for topic in found]


def test_a_term_that_many_write_lately_is_told_with_how_many() -> None:
    new = [f"{text}, spongy moth on every tree" for text in USUAL * 3]
    more = [Told(f"more{n}", "en", True, 7, 3, text) for n, text in enumerate(new)]
    found, looked = emerging(background() + more)
    first: Topic = next(topic for topic in found if topic.term == "spongy moth")
    assert (first.reporters, first.of, first.before, first.before_of) == (12, 44, 0, 120)
    assert (first.service, first.agency, first.language) == (7, 3, "en")
    assert looked > len(found)
    assert not {"spongy", "moth"} & {topic.term for topic in found}


def test_one_persons_word_is_not_told_however_often_they_write_it() -> None:
    often = told(["the drone is back"] * 40, lately=True, who="c7")
    assert "drone" not in " ".join(terms_of(background() + often))


def test_words_are_told_in_the_language_of_the_reports() -> None:
    spanish = told(["hay mosquitos en el parque"] * 12, lately=True, language="es")
    found, _looked = emerging(background() + background("es") + spanish)
    assert {topic.language for topic in found} == {"es"}
    assert any("mosquitos" in topic.term for topic in found)


@pytest.mark.parametrize(
    "text",
    [
        "ask Jenkins about it",
        "it was the neighbor Jenkins who did",
        "write to jenkins@example.org please",
        "call 410 555 0199 about the noise",
        "see www.jenkins.example for it",
    ],
)
def test_what_tells_of_a_person_is_never_told(text: str) -> None:
    found = terms_of(background() + told([text] * 20, lately=True))
    assert not [term for term in found if "jenkins" in term or "0199" in term or "example" in term]


def test_a_contacts_name_is_not_told_even_in_small_letters() -> None:
    new = told(["it was jenkins again"] * 20, lately=True)
    assert any("jenkins" in term for term in terms_of(background() + new))
    assert not any("jenkins" in term for term in terms_of(background() + new, names={"jenkins"}))


def test_a_known_place_is_told_though_it_has_a_capital() -> None:
    new = told(["the geese at Herring Run are many"] * 20, lately=True)
    assert not any("herring" in term for term in terms_of(background() + new))
    found = terms_of(background() + new, known={"herring", "run"})
    assert any("herring" in term for term in found)


def test_where_a_script_has_no_capitals_only_known_words_are_told() -> None:
    new = told(["王小明又来了"] * 20, lately=True, language="zh-hans")
    new += told(["路灯坏了"] * 20, lately=True, language="zh-hans")
    for each in range(30):
        new.append(Told(f"b{each}", "zh-hans", False, 1, 2, "垃圾没有收"))
    found = terms_of(new, known={"路灯", "路灯坏"})
    assert "路灯坏" in found or "路灯" in found
    assert not any("王" in term or "明" in term for term in found)


def test_where_people_write_what_they_always_wrote_nothing_is_told() -> None:
    assert terms_of(background()) == []
    assert emerging([]) == ([], 0)


WORDS = st.sampled_from(["geese", "drone", "smoke", "geese drone", "Jenkins, smoke!"])


@given(st.lists(st.tuples(st.sampled_from("abcdef"), WORDS), max_size=30))
def test_no_term_is_told_by_fewer_people_than_said(written: list[tuple[str, str]]) -> None:
    listed = [Told(who, "en", True, 1, 1, text) for who, text in written]
    found, _looked = emerging(background() + listed)
    assert all(topic.reporters >= FEWEST_REPORTERS for topic in found)


@given(st.text(max_size=200))
def test_a_term_has_neither_digits_nor_signs_of_an_address(text: str) -> None:
    for term in words.terms(text):
        assert not any(sign.isdigit() or sign in "@/█" for sign in term)
        assert term.strip()
