"""From what people said and what it was in the end to a model that suggests."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from citycall.assistant import calibration, fitting
from citycall.assistant.calibration import Measured
from citycall.assistant.examples import Example
from citycall.assistant.grams import Digests, pieces
from citycall.assistant.model import NO_SERVICE, Model, Vocabulary

FEWEST_REPORTS: Final = 300
FEWEST_SERVICES: Final = 2
FEWEST_OF_SERVICE: Final = 5
# A piece is learned when so many public reports have it: a name or a number that one person
# wrote is in none, and what is said of private services only is in none either.
FEWEST_SAYING: Final = 5
# Weights, of all pieces for all services: twice as many bytes, and at training a hundred times.
MOST_WEIGHTS: Final = 4_000_000
# What was said so many days before the last report counts for half of it.
HALF_LIFE_DAYS: Final = 365.0
COST: Final = 0.2
# The parts of the history that come before each part which is held out, to judge by.
HELD_OUT: Final = (0.64, 0.76, 0.88, 1.0)

Labels = NDArray[np.intp]
Numbers = NDArray[np.float64]


class TooFew(ValueError):
    """There is too little to learn from."""


@dataclass(frozen=True, slots=True)
class _Said:
    """A text's pieces, each once, with how often it occurs."""

    words: tuple[Digests, NDArray[np.intp]]
    inner: tuple[Digests, NDArray[np.intp]]
    public: bool


@dataclass(frozen=True, slots=True)
class _History:
    """Texts in the order in which they came, and the place of each one's service."""

    said: Sequence[_Said]
    labels: Labels
    counts: Numbers
    services: NDArray[np.int64]

    def between(self, first: int, last: int) -> "_History":
        """The part from one place to before another."""
        part = slice(first, last)
        return _History(self.said[part], self.labels[part], self.counts[part], self.services)

    def __len__(self) -> int:
        return len(self.said)


def train(examples: Sequence[Example], *, apart: Collection[int] = ()) -> tuple[Model, Measured]:
    """Learn from examples, oldest first; the same examples give the same model.

    Services in ``apart``, and rare ones, are never suggested; they lower the certainty of others.
    What is measured was held out: each part of the last third of the history was told by what
    came before it. Raises ``TooFew``.
    """
    services = _services(examples, apart)
    if len(examples) < FEWEST_REPORTS or len(services) <= FEWEST_SERVICES:
        raise TooFew(f"{len(examples)} reports of {len(services) - 1} services")
    history = _history(examples, services)
    sums, labels = _held_out(history)
    sharpness = calibration.sharpness_of(sums, labels)
    shares = calibration.likely(sums, sharpness)
    said, right = calibration.steps_of(shares.max(axis=1), shares.argmax(axis=1) == labels)
    true = calibration.come_true(shares, said, right)
    measured = calibration.measure(true, labels, no_service=0)
    model = replace(
        _fit(history),
        sharpness=sharpness,
        said=said,
        came_true=right,
        threshold=measured.threshold,
        right=measured.right_above,
        offered=measured.offered,
    )
    return model, measured


def _services(examples: Sequence[Example], apart: Collection[int]) -> NDArray[np.int64]:
    """The services that can be suggested, after the one that stands for all others."""
    counts = Counter(example.service for example in examples)
    often = sorted(s for s, n in counts.items() if n >= FEWEST_OF_SERVICE and s not in apart)
    return np.array([NO_SERVICE, *often], np.int64)


def _history(examples: Sequence[Example], services: NDArray[np.int64]) -> _History:
    places = {service: place for place, service in enumerate(services.tolist())}
    last = examples[-1].at
    days = np.array([(last - example.at).total_seconds() / 86_400 for example in examples])
    return _History(
        said=[_said(example) for example in examples],
        labels=np.array([places.get(example.service, 0) for example in examples], np.intp),
        counts=0.5 ** (np.maximum(days, 0.0) / HALF_LIFE_DAYS),
        services=services,
    )


def _said(example: Example) -> _Said:
    words, inner = pieces(example.words)
    return _Said(
        np.unique(words, return_counts=True),
        np.unique(inner, return_counts=True),
        example.public,
    )


def _held_out(history: _History) -> tuple[Numbers, Labels]:
    """What later parts of the history were told to be by models of what came before, and were."""
    edges = [round(part * len(history)) for part in HELD_OUT]
    sums, labels = [], []
    for first, last in pairwise(edges):
        model = _fit(history.between(0, first))
        later = history.between(first, last)
        told = _shares(later, model.words, model.inner) @ model.weights.astype(np.float64)
        sums.append(told + model.intercepts)
        labels.append(later.labels)
    return np.concatenate(sums), np.concatenate(labels)


def _fit(history: _History) -> Model:
    """The model of a history, of whose certainty nothing is known yet."""
    room = MOST_WEIGHTS // len(history.services)
    public = [said for said in history.said if said.public]
    words = _vocabulary([said.words[0] for said in public], room=room // 3)
    inner = _vocabulary([said.inner[0] for said in public], room=room - len(words))
    weights = fitting.separate(
        _shares(history, words, inner),
        history.labels,
        history.counts,
        services=len(history.services),
        cost=COST,
    )
    return Model(
        words=words,
        inner=inner,
        weights=weights.pieces.astype(np.float16),
        intercepts=weights.intercepts.astype(np.float32),
        services=history.services,
        sharpness=1.0,
        said=np.ones(1),
        came_true=np.ones(1),
        threshold=calibration.NEVER,
        right=0.0,
        offered=0.0,
    )


def _vocabulary(texts: Sequence[Digests], *, room: int) -> Vocabulary:
    """The pieces that enough texts have, the commonest of them if there is no room for all."""
    if not texts:
        return Vocabulary(np.empty(0, np.uint64), np.empty(0, np.float32))
    digests, counts = np.unique(np.concatenate(texts), return_counts=True)
    often = np.flatnonzero(counts >= FEWEST_SAYING)
    if len(often) > room:
        often = np.sort(often[np.argsort(-counts[often], kind="stable")[:room]])
    rarity = np.log((1 + len(texts)) / (1 + counts[often])) + 1
    return Vocabulary(digests[often], rarity.astype(np.float32))


def _shares(history: _History, words: Vocabulary, inner: Vocabulary) -> Any:
    """A row for each text, a column for each piece: as ``Model.known`` has them."""
    columns, shares, ends = [], [], [0]
    for said in history.said:
        rows, part = words.known(*said.words)
        inner_rows, inner_part = inner.known(*said.inner)
        columns += [rows, inner_rows + len(words)]
        shares += [part, inner_part]
        ends.append(ends[-1] + len(rows) + len(inner_rows))
    shape = (len(history), len(words) + len(inner))
    values = np.concatenate(shares).astype(np.float64)
    return sparse.csr_matrix((values, np.concatenate(columns), np.array(ends)), shape=shape)
