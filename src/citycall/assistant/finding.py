"""Finding a service by the words of its name, keywords and description."""

import math
import textwrap
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise, takewhile
from typing import Final
from weakref import WeakKeyDictionary

from rapidfuzz import fuzz, process

from citycall.catalog.queries import Catalog, ServiceEntry
from citycall.places.words import LONGEST, fold, spaced

# Words that a resident writes around what they mean.
_EMPTY: Final = frozenset(
    {"all", "and", "has", "have", "i", "is", "it", "my", "not", "our", "there", "this", "to"}
    | {"too", "very", "was", "were", "with", "without", "your"}
)
_SHORTEST_GUESS: Final = 5
# Shorter words are whole words, or "car" would find "careful".
_SHORTEST_BEGINNING: Final = 4
_LIKE_ENOUGH: Final = 80
# What fits much worse than the best is not shown beside it.
_PART_OF_BEST: Final = 0.5

Weights = dict[str, float]


class _Index:
    """Which service has which words, and with what weight."""

    def __init__(self, book: Catalog) -> None:
        self.of_service = {entry.code: dict(_weighed(entry)) for entry in book.services}
        self.of_word: defaultdict[str, Weights] = defaultdict(dict)
        for code, words in self.of_service.items():
            for word, weight in words.items():
                self.of_word[word][code] = weight
        self.words = sorted(self.of_word)

    def fitting(self, word: str) -> Weights:
        """The services that have a word which the one that was asked for may mean."""
        found: Weights = {}
        for known in self._meeting(word) or self._like(word):
            for code, weight in self.of_word[known].items():
                found[code] = max(weight, found.get(code, 0.0))
        return found

    def _meeting(self, word: str) -> list[str]:
        stem = word[:-1] if word.endswith("s") and len(word) > 3 else word
        if len(stem) < _SHORTEST_BEGINNING:
            return [known for known in (stem, f"{stem}s") if known in self.of_word]
        first = bisect_left(self.words, stem)
        following = (self.words[place] for place in range(first, len(self.words)))
        return list(takewhile(lambda known: known.startswith(stem), following))

    def _like(self, word: str) -> list[str]:
        """The words that a misspelt one is like: the likest and what begins with it."""
        if len(word) < _SHORTEST_GUESS:
            return []
        best = process.extractOne(word, self.words, scorer=fuzz.ratio, score_cutoff=_LIKE_ENOUGH)
        return self._meeting(best[0]) if best is not None else []


# Worked out once for each picture of the catalog.
_indexes: WeakKeyDictionary[Catalog, _Index] = WeakKeyDictionary()


def services_for(words: str, book: Catalog) -> list[ServiceEntry]:
    """The offered services that words may mean, best first; small slips of spelling pass.

    A word counts for more in a name than in a description, and the more the fewer services
    have it.
    """
    asked = {word for word in spaced(fold(words)).split() if word not in _EMPTY}
    index = _index_of(book)
    scores: defaultdict[str, float] = defaultdict(float)
    # In order, so that the same words give the same sums.
    for word in sorted(asked):
        fitting = index.fitting(word)
        rarity = math.log1p(len(index.of_service) / max(1, len(fitting)))
        for code, fit in fitting.items():
            scores[code] += fit * rarity
    enough = max(scores.values(), default=0.0) * _PART_OF_BEST
    found = [entry for entry in book.services if entry.code in scores]
    return sorted(
        (entry for entry in found if scores[entry.code] >= enough),
        key=lambda entry: -scores[entry.code],
    )


def search_words(entry: ServiceEntry, book: Catalog) -> str:
    """All words by which an offered service is found, for the page's own filter."""
    return " ".join(_index_of(book).of_service[entry.code])


def _index_of(book: Catalog) -> _Index:
    if book not in _indexes:
        _indexes[book] = _Index(book)
    return _indexes[book]


def _weighed(entry: ServiceEntry) -> Iterator[tuple[str, float]]:
    spec = entry.spec
    # Later pairs win in a dict, so the strongest come last.
    texts = [(spec.description, 1.0), (spec.group, 1.0)]
    texts += [(keyword, 3.0) for keyword in spec.keywords]
    for text, weight in (*texts, (spec.name, 4.0)):
        # Folding looks at the beginning of a long text only, so it is given short pieces.
        for piece in textwrap.wrap(text, LONGEST):
            words = spaced(fold(piece)).split()
            yield from ((word, weight) for word in words)
            # People write two words as one: streetlight, sidewalk.
            yield from ((one + other, weight) for one, other in pairwise(words))
