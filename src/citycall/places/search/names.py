"""Named places by the words of their names: an index in memory that forgives.

Each way to call a place is a variant with its words; what the place lies in adds words that may
be said too. A word counts by its rarity. A query answers a variant as far as the variant has the
query's words and the query the variant's.
"""

import bisect
import math
from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from citycall.places.search.sounds import Sounds
from citycall.places.search.spellings import GENERIC, words_of

Ids = NDArray[np.int32]
Floats = NDArray[np.float32]

LEAST_ALIKE = 76.0
# How many words of the city's vocabulary one misspelt word may stand for.
MOST_ALIKE = 8
MOST_BEGUN = 300
SHORTEST_ALIKE = 4
SHORTEST_BEGUN = 2
BEGUN = 0.92
# What a word is worth that was written as two or two as one, and one that lost its end.
JOINED, CUT_OFF, SHORTENED = 0.97, 0.85, 0.75
MOST_CUT_OFF = 2
# What a word is worth that is not of the place's own name but of what it lies in or at.
AROUND = 0.88
REMEMBERED = 4_096
# Shorter words sound like others by chance.
LONG = 7
MOST_WORDS = 12
# A place that is said to lie where it does is better known than by its name alone.
LEAST_SCORE = 0.35


@dataclass(frozen=True, slots=True)
class NameMatch:
    """An entry that words may mean; ``score`` runs from 0 to 1.

    ``said`` is the share of the query that the entry answers, ``whole`` of its name that the
    query has; ``exact`` where no word was misspelt or only begun.
    """

    entry: int
    score: float
    said: float
    whole: float
    exact: bool


def _numbers() -> "array[int]":
    """Whole numbers in as little room as they need."""
    return array("i")


class NameIndex:
    """The names of entries 0 to n-1: for each its variants and the words of what it lies in."""

    def __init__(self, entries: Iterable[tuple[Sequence[str], str]]) -> None:
        own: defaultdict[str, array[int]] = defaultdict(_numbers)
        within: defaultdict[str, array[int]] = defaultdict(_numbers)
        entry_of = _numbers()
        self._sizes: list[tuple[str, ...]] = []
        for entry, (variants, parent) in enumerate(entries):
            around = set(words_of(parent))
            for variant in dict.fromkeys(tuple(dict.fromkeys(words_of(v))) for v in variants):
                if not variant:
                    continue
                number = len(entry_of)
                entry_of.append(entry)
                self._sizes.append(variant)
                for word in variant:
                    own[word].append(number)
                for word in around - set(variant):
                    within[word].append(number)
        self.entry_of: Ids = np.array(entry_of, dtype=np.int32)
        self._vocabulary = sorted({*own, *within})
        self._sounds = Sounds(self._vocabulary)
        self._by_letter = {
            letter: list(words) for letter, words in groupby(self._vocabulary, lambda word: word[0])
        }
        self._remembered: dict[tuple[str, bool], list[tuple[str, float]]] = {}
        self._own = {word: np.array(ids, dtype=np.int32) for word, ids in own.items()}
        self._within = {word: np.array(ids, dtype=np.int32) for word, ids in within.items()}
        total = max(len(entry_of), 1)
        self._rarity = {
            word: math.log1p(total / (1 + len(own.get(word, ())) + 0.3 * len(within.get(word, ()))))
            for word in self._vocabulary
        }
        self._unknown = math.log1p(total)
        self._weight = np.array(
            [sum(self._rarity[word] for word in words) for words in self._sizes], dtype=np.float32
        )
        self._sizes.clear()

    def matching(self, words: Sequence[str], *, typing: bool, limit: int) -> list[NameMatch]:
        """The best entries for the folded words of a query."""
        asked = list(words[:MOST_WORDS])
        if not asked or not len(self.entry_of):
            return []
        size = len(self.entry_of)
        said, has = np.zeros(size, np.float32), np.zeros(size, np.float32)
        exact = np.ones(size, bool)
        total = 0.0
        for position, word in enumerate(asked):
            known = self._known(word, last=typing and position == len(asked) - 1)
            known = self._or_joined(known, asked, position)
            weight = max((self._rarity[w] for w, likeness in known if likeness > 0.99), default=0.0)
            weight = weight or max((self._rarity[w] for w, _l in known), default=self._unknown)
            total += weight
            self._count(known, weight, said, has, exact)
        share, whole = said / total, np.minimum(has / np.maximum(self._weight, 1e-6), 1.0)
        score = share * np.sqrt(0.25 + 0.75 * whole)
        return self._best(score, share, whole, exact, limit)

    def _count(
        self,
        known: Sequence[tuple[str, float]],
        weight: float,
        said: Floats,
        has: Floats,
        exact: NDArray[np.bool_],
    ) -> None:
        """Add what one word of the query is worth to every variant that has it."""
        here, inside = np.zeros_like(said), np.zeros_like(said)
        for word, likeness in reversed(known):
            if (ids := self._within.get(word)) is not None:
                here[ids] = np.maximum(here[ids], likeness * AROUND)
            if (ids := self._own.get(word)) is not None:
                here[ids] = np.maximum(here[ids], likeness)
                inside[ids] = np.maximum(inside[ids], likeness * self._rarity[word])
        said += here * np.float32(weight)
        has += inside
        exact &= here >= AROUND

    def _best(
        self,
        score: Floats,
        share: Floats,
        whole: Floats,
        exact: NDArray[np.bool_],
        limit: int,
    ) -> list[NameMatch]:
        good = np.flatnonzero(score >= LEAST_SCORE)
        if len(good) > 8 * limit:
            good = good[np.argpartition(-score[good], 8 * limit)[: 8 * limit]]
        order = good[np.argsort(-score[good], kind="stable")]
        found: dict[int, NameMatch] = {}
        for variant in order.tolist():
            entry = int(self.entry_of[variant])
            if entry not in found:
                found[entry] = NameMatch(
                    entry,
                    float(score[variant]),
                    float(share[variant]),
                    float(whole[variant]),
                    bool(exact[variant]),
                )
            if len(found) == limit:
                break
        return list(found.values())

    def _known(self, word: str, *, last: bool) -> list[tuple[str, float]]:
        """The words of the vocabulary that a word of the query may be, each with its likeness."""
        if (known := self._remembered.get((word, last))) is not None:
            return known
        found = {word: 1.0} if word in self._rarity else {}
        if last and len(word) >= SHORTEST_BEGUN:
            for other in self._beginning(word):
                found.setdefault(other, BEGUN)
        if (word not in found or len(word) < SHORTEST_ALIKE) and word.isalpha():
            if len(word) >= SHORTEST_ALIKE:
                found = {**self._alike(word), **found}
            for other in self._beginning(word) if len(word) > SHORTEST_BEGUN else ():
                short = len(other) - len(word) <= MOST_CUT_OFF
                if short or len(word) >= SHORTEST_ALIKE:
                    found[other] = max(found.get(other, 0.0), CUT_OFF if short else SHORTENED)
        if len(self._remembered) >= REMEMBERED:
            self._remembered.clear()
        known = sorted(found.items(), key=lambda each: -each[1])
        self._remembered[word, last] = known
        return known

    def _alike(self, word: str) -> dict[str, float]:
        found: dict[str, float] = {}
        # A slip of the first letter alone is rare, and what sounds the same is found below.
        for letter in {word[0], word[1]}:
            near = process.extract(
                word,
                self._by_letter.get(letter, ()),
                scorer=fuzz.ratio,
                score_cutoff=LEAST_ALIKE,
                limit=MOST_ALIKE,
            )
            found |= {other: 1.0 - (1.0 - score / 100.0) * 1.2 for other, score, _at in near}
        for other, likeness in self._sounds.like(word):
            found[other] = max(found.get(other, 0.0), likeness)
        return found

    def _beginning(self, word: str) -> list[str]:
        start = bisect.bisect_left(self._vocabulary, word)
        end = bisect.bisect_left(self._vocabulary, f"{word}\uffff")
        return self._vocabulary[start : min(end, start + MOST_BEGUN)]

    def _or_joined(
        self, known: list[tuple[str, float]], asked: list[str], position: int
    ) -> list[tuple[str, float]]:
        """A word of the query, or the one that it makes with its neighbour: ``cold spring``."""
        found = dict(known)
        for at in (position - 1, position):
            if not 0 <= at < len(asked) - 1:
                continue
            both = asked[at] + asked[at + 1]
            if both in self._rarity:
                found.setdefault(both, JOINED)
            elif len(both) >= LONG and not {asked[at], asked[at + 1]} <= self._rarity.keys():
                for word, likeness in self._sounds.like(both):
                    found.setdefault(word, likeness * JOINED)
        return sorted(found.items(), key=lambda each: -each[1])


def is_generic(words: Iterable[str]) -> bool:
    """Whether words name a sort of place and no place: ``the playground``."""
    return all(word in GENERIC or (word.isdigit() and len(word) < 3) for word in words)
