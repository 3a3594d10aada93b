"""Finding a service by a resident's own words."""

import difflib
import math
import textwrap
from collections.abc import Iterator
from itertools import pairwise
from typing import Final
from weakref import WeakKeyDictionary

from citycall.catalog.queries import Catalog, ServiceEntry
from citycall.places.words import LONGEST, fold

# Words that a resident writes around what they mean.
_EMPTY: Final = frozenset(
    {"all", "and", "has", "have", "i", "is", "it", "my", "not", "our", "there", "this", "to"}
    | {"too", "very", "was", "were", "with", "without", "your"}
)
_SHORTEST_GUESS: Final = 5
# Shorter words are whole words, or "car" would find "careful".
_SHORTEST_BEGINNING: Final = 4
_LIKE_ENOUGH: Final = 0.8
# What fits much worse than the best is not shown beside it.
_PART_OF_BEST: Final = 0.5

Weights = dict[str, dict[str, float]]

# Each service's words with their weights, worked out once for each picture of the catalog.
_weights: WeakKeyDictionary[Catalog, Weights] = WeakKeyDictionary()


def services_for(words: str, book: Catalog) -> list[ServiceEntry]:
    """The offered services that words may mean, best first; small slips of spelling pass.

    A word counts for more in a name than in a description, and the more the fewer services
    have it.
    """
    asked = [word for word in fold(words).split() if word not in _EMPTY]
    if not asked:
        return []
    weights = _weights_in(book)
    known = {word for words_of in weights.values() for word in words_of}
    scores = dict.fromkeys(weights, 0.0)
    for word in {_known_word(word, known) for word in asked}:
        fitting = {code: _best(word, words_of) for code, words_of in weights.items()}
        rarity = math.log1p(len(weights) / max(1, sum(fit > 0 for fit in fitting.values())))
        for code, fit in fitting.items():
            scores[code] += fit * rarity
    enough = max(scores.values(), default=0.0) * _PART_OF_BEST
    found = [e for e in book.services if scores[e.code] and scores[e.code] >= enough]
    return sorted(found, key=lambda entry: -scores[entry.code])


def search_words(entry: ServiceEntry, book: Catalog) -> str:
    """All words by which an offered service is found, for the page's own filter."""
    return " ".join(_weights_in(book)[entry.code])


def _weights_in(book: Catalog) -> Weights:
    if book not in _weights:
        _weights[book] = {entry.code: dict(_weighed(entry)) for entry in book.services}
    return _weights[book]


def _weighed(entry: ServiceEntry) -> Iterator[tuple[str, float]]:
    spec = entry.spec
    # Later pairs win in a dict, so the strongest come last.
    texts = [(spec.description, 1.0), (spec.group, 1.0)]
    texts += [(keyword, 3.0) for keyword in spec.keywords]
    for text, weight in (*texts, (spec.name, 4.0)):
        # Folding looks at the beginning of a long text only, so it is given short pieces.
        for piece in textwrap.wrap(text, LONGEST):
            words = fold(piece).split()
            yield from ((word, weight) for word in words)
            # People write two words as one: streetlight, sidewalk.
            yield from ((one + other, weight) for one, other in pairwise(words))


def _known_word(word: str, known: set[str]) -> str:
    if len(word) < _SHORTEST_GUESS or any(_meets(word, other) for other in known):
        return word
    return next(iter(difflib.get_close_matches(word, known, n=1, cutoff=_LIKE_ENOUGH)), word)


def _best(word: str, weights: dict[str, float]) -> float:
    return max((weight for known, weight in weights.items() if _meets(word, known)), default=0.0)


def _meets(word: str, known: str) -> bool:
    stem = word[:-1] if word.endswith("s") and len(word) > 3 else word
    if len(stem) < _SHORTEST_BEGINNING:
        return known in {stem, f"{stem}s"}
    return known.startswith(stem)
