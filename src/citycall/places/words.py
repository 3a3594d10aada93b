"""Folding what people type and what maps say into the same plain letters, and comparing them."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from difflib import SequenceMatcher
from functools import lru_cache

LONGEST = 120
MOST_WRONG_LETTERS = 2
LEAST_ALIKE = 0.65
_APOSTROPHES = re.compile(r"['’‘`´ʼ]")
_BETWEEN = re.compile(r"[\W_]+")
# Words that join a place to what it lies in; people and maps use them differently.
_JOINING = frozenset({"a", "at", "by", "in", "inside", "near", "of", "on", "the"})


def fold(text: str) -> str:
    """Lower-case words without accents, punctuation, apostrophes and joining words.

    ``Hooper's Field (in Herring Run Park)`` becomes ``hoopers field herring run park``. Only the
    first 120 characters count.
    """
    plain = unicodedata.normalize("NFKD", text[:LONGEST]).casefold()
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    words = _BETWEEN.sub(" ", _APOSTROPHES.sub("", plain.replace("&", " and "))).split()
    return " ".join([word for word in words if word not in _JOINING] or words)


def likeness(asked: Collection[str], names: Iterable[Collection[str]]) -> float:
    """How well a place answers the words asked for, from 0 (not at all) to 2 (exactly).

    ``names`` are the ways to call the place, each as its folded words: with and without what it
    lies in, and its other names. One point is for the asked words that the place has, where a
    beginning or a misspelling counts in part; one for how little else the best of its names has.
    """
    wanted, variants = set(asked), [set(name) for name in names if name]
    if not wanted or not variants:
        return 0.0
    covered = _covered(wanted, set().union(*variants))
    return covered / len(wanted) + max(_fit(wanted, name) for name in variants)


def _fit(wanted: Collection[str], name: Collection[str]) -> float:
    """Words in common as a part of all words of both."""
    common = _covered(wanted, name)
    return common / (len(wanted) + len(name) - common)


def _covered(wanted: Collection[str], name: Collection[str]) -> float:
    return sum(
        1.0 if word in name else max(_alike(word, other) for other in name) for word in wanted
    )


@lru_cache(maxsize=4096)
def _alike(word: str, other: str) -> float:
    """What a word counts for another: 0.9 for its beginning, else its share of letters in order."""
    if other.startswith(word) and len(word) > 1:
        return 0.9
    if abs(len(word) - len(other)) > MOST_WRONG_LETTERS or word.isdigit():
        return 0.0
    share = SequenceMatcher(None, word, other, autojunk=False).ratio()
    return 0.9 * share if share >= LEAST_ALIKE else 0.0
