"""Whatever a person says becomes the right place, or a question, and never a confident guess."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citycall.places.candidates import Answer, Verdict
from citycall.places.coordinates import distance_m
from citycall.places.models import LocationKind
from citycall.places.search import answering
from tests.places.search.town import AREAS, GAZETTEER, point


def find(words: str, *, near: tuple[float, float] | None = None, typing: bool = False) -> Answer:
    return answering.answer(
        words, GAZETTEER, AREAS, city="Baltimore", near=near, limit=6, typing=typing
    )


def first(words: str) -> str:
    return find(words).candidates[0].label


@pytest.mark.parametrize(
    ("words", "label"),
    [
        ("217 E Monument St", "217 E Monument St"),
        ("217 EAST MONUMENT STREET, Baltimore, MD 21202", "217 E Monument St"),
        ("212 e monument", "212 E Monument St"),
        ("two twelve east monument street", "212 E Monument St"),
        ("212 e monumnet st apt 3", "212 E Monument St"),
        ("house number 212 on E Monument", "212 E Monument St"),
        ("310 harford road rear", "310 Harford Rd"),
        ("1OO block of nowhere, Herring Run Park", "Herring Run Park"),
        ("200 BLK E Monument", "200 block of E Monument St"),
        ("two hundred block of east monument street", "200 block of E Monument St"),
        ("cuadra 200 de East Monument", "200 block of E Monument St"),
        ("Light & E Biddle", "E Biddle St & Light St"),
        ("corner of light and biddle st", "E Biddle St & Light St"),
        ("biddle street at light", "E Biddle St & Light St"),
        ("esquina de Light y Biddle", "E Biddle St & Light St"),
        ("thirty third and saint paul", "33rd St & St Paul St"),
        ("MLK and Biddle", "E Biddle St & Light St"),
        ("goff and light", "Gough St & Light St"),
        ("Light St between E Biddle St and W North Ave", "Light St, E Biddle St – W North Ave"),
        ("Herring Run Park", "Herring Run Park"),
        ("parque herring run", "Herring Run Park"),
        ("parque del rio", "Herring Run Park"),
        ("Hooper's Field in Herring Run Park", "Hooper's Field, Herring Run Park"),
        ("hoopers feild", "Hooper's Field, Herring Run Park"),
        ("the ravens stadium", "M&T Bank Stadium"),
        ("estación de metro Charles Center", "Charles Center Metro Station"),
        ("light pole BL-1044", "BL-1044"),
        ("stop #325", "St Paul St & E Biddle St"),
    ],
)
def test_the_place_that_is_meant_comes_first(words: str, label: str) -> None:
    assert first(words) == label


@pytest.mark.parametrize(
    ("words", "directions"),
    [
        ("playground behind 212 E Monument St", "playground behind"),
        ("rear of 212 E Monument St", "rear of"),
        ("detrás de 212 E Monument St", "behind"),
        ("the light pole at the corner of Light and Biddle", "the light pole"),
    ],
)
def test_what_is_said_besides_the_place_is_kept_as_directions(words: str, directions: str) -> None:
    assert find(words).candidates[0].directions == directions


def test_an_address_stands_between_its_corners_and_beside_the_street() -> None:
    found = find("120 E Monument St").candidates[0]
    assert found.kind is LocationKind.ADDRESS
    west, east = point(0, 0), point(1, 0)
    assert west[0] < found.longitude < east[0]
    assert 5 < distance_m((found.longitude, found.latitude), (found.longitude, west[1])) < 20


def test_a_surveyed_house_is_where_it_was_surveyed() -> None:
    found = find("217 E Monument St").candidates[0]
    assert distance_m((found.longitude, found.latitude), point(1.3, 0.06)) < 1
    assert found.accuracy_m <= 10


@pytest.mark.parametrize(
    "words",
    ["410 Lakewood Ave", "Carroll", "Light St", "playground", "Hampden", "99999 Light St"],
)
def test_what_fits_two_places_or_is_no_place_is_asked_about(words: str) -> None:
    assert find(words).verdict is Verdict.ASK


def test_both_places_that_a_number_fits_are_offered() -> None:
    labels = {candidate.label for candidate in find("410 Lakewood Ave").candidates}
    assert {"410 N Lakewood Ave", "410 S Lakewood Ave"} <= labels


def test_a_wrong_direction_is_not_put_right_in_silence() -> None:
    answer = find("130 W Charles St")
    assert answer.candidates[0].label == "130 N Charles St"
    assert find("410 S Lakewood Ave").verdict is Verdict.CLEAR


def test_surroundings_tip_a_tie() -> None:
    near = find("410 Lakewood Ave", near=point(0, 6.5))
    assert near.candidates[0].label == "410 N Lakewood Ave"
    far = find("410 Lakewood Ave", near=point(4, -2.5))
    assert far.candidates[0].label == "410 S Lakewood Ave"


@pytest.mark.parametrize(
    "words",
    ["", "?", "zzxqv plimf", "Golden Gate Bridge", "asdf jkl qwer", "corner of Foo and Bar"],
)
def test_nonsense_finds_nothing_with_confidence(words: str) -> None:
    assert find(words).verdict is not Verdict.CLEAR


@pytest.mark.parametrize(
    "words",
    [
        "39.3012, -76.5988",
        "-76.5988, 39.3012",
        "39.3012 N 76.5988 W",
        "lat 39.3012 lon -76.5988",
        "39°18'4.3\"N 76°35'55.7\"W",
        "geo:39.3012,-76.5988",
    ],
)
def test_coordinates_are_read_in_every_order(words: str) -> None:
    answer = find(words)
    assert answer.verdict is Verdict.CLEAR
    found = answer.candidates[0]
    assert distance_m((found.longitude, found.latitude), (-76.5988, 39.3012)) < 5


def test_names_are_found_while_they_are_typed() -> None:
    labels = [candidate.label for candidate in find("herr", typing=True).candidates]
    assert labels[0] == "Herring Run Park"
    assert find("212 e mon", typing=True).candidates[0].label == "212 E Monument St"


def test_each_candidate_says_why_and_where_it_is() -> None:
    found = find("120 e monument").candidates[0]
    assert found.reason == "house number on this street"
    assert found.detail == "Street address in Midtown"


@given(st.text(max_size=60))
def test_no_text_breaks_the_search(words: str) -> None:
    answer = find(words)
    assert all(0 <= candidate.confidence <= 1 for candidate in answer.candidates)
    assert (answer.verdict is Verdict.NOTHING) == (not answer.candidates)


WORDS = (
    *("corner of", "and", "200", "block", "blk", "E Monument St", "between", "rear", "light"),
    *("pole", "#", "33rd", "behind", ",", "y", "Park", "Herring Run", "Biddle", "39.3", "-76.6"),
    *("°", "the", "hundred", "thirty", "two", "oh", "in", "at", "on"),
)


@given(st.lists(st.sampled_from(WORDS), max_size=12))
def test_no_mixture_of_place_words_breaks_the_search(words: list[str]) -> None:
    find(" ".join(words))
    find(" ".join(words), typing=True)
