"""Words by their sound: what speech recognition and callers make of a name they have not seen."""

from collections import defaultdict
from collections.abc import Iterable

from jellyfish import metaphone
from rapidfuzz import fuzz

SHORTEST = 3
MOST = 6
# What sounding alike is worth, and what being spelled alike adds to it.
LEAST, BY_SPELLING = 0.72, 0.16


def sound(word: str) -> str:
    """The consonants of a word as they are heard (Lawrence Philips' Metaphone, without glides)."""
    return metaphone(word).translate(_GLIDES).replace(" ", "")


_GLIDES = str.maketrans("", "", "WYH")


def _heard(word: str) -> set[str]:
    """The sounds of a word; one in ``-ough`` may end like ``off`` or like ``bow``."""
    return {sound(word), sound(word.replace("ugh", "f"))}


class Sounds:
    """Words by how they sound."""

    def __init__(self, words: Iterable[str]) -> None:
        self._by_sound: defaultdict[str, list[str]] = defaultdict(list)
        for word in words:
            if len(word) >= SHORTEST and word.replace(" ", "").isalpha():
                for heard in _heard(word):
                    self._by_sound[heard].append(word)

    def like(self, word: str) -> list[tuple[str, float]]:
        """The words that sound like this one, each with its likeness below 1, best first."""
        if len(word) < SHORTEST or not word.replace(" ", "").isalpha():
            return []
        heard = [
            (other, LEAST + BY_SPELLING * fuzz.ratio(word, other) / 100.0)
            for other in self._by_sound.get(sound(word), ())
        ]
        return sorted(heard, key=lambda each: -each[1])[:MOST]
