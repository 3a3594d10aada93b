"""The pieces that words are known by."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citycall.assistant.grams import LONGEST, Digests, pieces, plain


def shared(one: Digests, other: Digests) -> int:
    return len(np.intersect1d(one, other))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A DEEP hole!", " a deep hole "),
        ("Pothole @ 1200 Elm St.", " pothole 0000 elm st "),
        ("mail me: pat@example.org or www.example.org/pat", " mail me or "),
        ("Baumstumpf: groß, naß", " baumstumpf gross nass "),
        ("el árbol cayó", " el arbol cayo "),
        ("don’t", " dont "),
        ("路灯坏了", " 路 灯 坏 了 "),
        ("बत्ती", " बतत "),
        ("\x00\x00", ""),
        ("💥💥", ""),
        ("", ""),
    ],
)
def test_words_are_plain(text: str, found: str) -> None:
    assert plain(text) == found


def test_a_text_has_its_words_its_pairs_and_the_pieces_inside() -> None:
    words, inner = pieces("big hole")
    assert len(words) == len({*words.tolist()}) == 3
    # Of " big " three, two and one pieces of three, four and five letters, of " hole " one more.
    assert len(inner) == 6 + 9


def test_the_same_piece_is_the_same_number_wherever_it_stands() -> None:
    here, _inner = pieces("hole in the road")
    there, _inner = pieces("there is a very deep hole")
    assert shared(here, there) == 1
    assert shared(pieces("the pothole")[1], pieces("two potholes here")[1]) > 10


def test_a_word_and_the_same_letters_inside_it_are_told_apart() -> None:
    words, inner = pieces("an")
    assert shared(words, inner) == 0


def test_no_space_is_inside_a_piece() -> None:
    apart = np.concatenate([pieces("cats")[1], pieces("dogs")[1]])
    assert sorted(pieces("cats dogs")[1].tolist()) == sorted(apart.tolist())


def test_what_comes_after_two_thousand_letters_counts_no_more() -> None:
    start = "pothole " * (LONGEST // 8)
    assert np.array_equal(pieces(start + "graffiti")[0], pieces(start)[0])


@given(st.text(max_size=300))
def test_any_text_has_pieces_without_fault(text: str) -> None:
    words, inner = pieces(text)
    assert words.dtype == inner.dtype == np.uint64
    assert bool(plain(text)) == bool(len(words))


@given(st.text(alphabet=st.characters(), min_size=9_000, max_size=10_000))
def test_very_long_texts_are_survived(text: str) -> None:
    words, _inner = pieces(text)
    assert len(words) <= 4 * LONGEST


@given(st.lists(st.sampled_from(["hole", "tree", "lamp", "a", "trash"]), min_size=1, max_size=20))
def test_there_is_a_pair_between_every_two_words(said: list[str]) -> None:
    words, _inner = pieces(" ".join(said))
    assert len(words) == 2 * len(said) - 1


def test_different_words_are_different_numbers() -> None:
    texts = [f"{a}{b}{c}" for a in "bcdfghjklm" for b in "aeiou" for c in "nprstvwxyz"]
    assert len({int(pieces(text)[0][0]) for text in texts}) == len(texts)
