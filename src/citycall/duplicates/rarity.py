"""How much a shared word says: rare ones much, those that everybody writes next to nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from citycall.duplicates.texts import BUCKETS, Buckets, Said, bucket_of

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rarity:
    """In how many of ``texts`` the terms of each bucket occurred."""

    texts: int
    counts: NDArray[np.uint32]

    @classmethod
    def of(cls, texts: Iterable[Said]) -> "Rarity":
        """Count the terms and pieces of these texts."""
        counts = np.zeros(BUCKETS, np.uint32)
        read = 0
        for said in texts:
            counts[said.terms] += 1
            counts[said.pieces] += 1
            read += 1
        return cls(read, counts)

    @classmethod
    def unknown(cls) -> "Rarity":
        """Nothing has been read yet: all words say the same."""
        return cls(0, np.zeros(BUCKETS, np.uint32))

    @classmethod
    def from_bytes(cls, texts: int, stored: bytes) -> "Rarity":
        """As ``to_bytes`` wrote it."""
        return cls(texts, np.frombuffer(stored, np.dtype("<u4")))

    def to_bytes(self) -> bytes:
        """The counts, four bytes each."""
        return self.counts.astype("<u4").tobytes()

    def weights(self, terms: Buckets) -> Floats:
        """How much each term says; 1 where it is in every text."""
        found: Floats = np.log((1.0 + self.texts) / (1.0 + self.counts[terms])) + 1.0
        return np.maximum(found, 1.0)

    def weight_of(self, word: str) -> float:
        """How much one word says."""
        return float(self.weights(bucket_of(word))[0])

    @property
    def telling(self) -> float:
        """The weight from which on a word tells something: it is in one of a hundred texts."""
        return float(np.log((1.0 + self.texts) / (1.0 + self.texts / 100.0)) + 1.0)

    def table(self, texts: Sequence[Buckets]) -> Any:
        """A sparse row for each text, of length 1: products of rows say how alike texts are.

        0 is nothing in common, 1 the same words.
        """
        sizes = np.array([len(text) for text in texts])
        places = np.concatenate([*texts, np.empty(0, np.int64)])
        weights = self.weights(places)
        row = np.repeat(np.arange(len(texts)), sizes)
        length = np.sqrt(np.bincount(row, weights**2, minlength=len(texts)))
        ends = np.append(0, np.cumsum(sizes))
        return csr_array((weights / length[row], places, ends), shape=(len(texts), BUCKETS))
