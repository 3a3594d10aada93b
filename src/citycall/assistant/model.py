"""A trained model as it is kept and asked: arrays of numbers, and nothing that can run."""

import io
import zipfile
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from citycall.assistant.calibration import come_true, likely
from citycall.assistant.grams import Digests, pieces

FORMAT: Final = 1
# What stands for all that is no service of the model: rare ones, and "something else".
NO_SERVICE: Final = 0

Numbers = NDArray[np.float32]


class BadModel(Exception):
    """These bytes are no model of this version."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The pieces that a model knows, in order of their digests, and how telling each one is."""

    digests: Digests
    rarity: Numbers

    def __len__(self) -> int:
        return len(self.digests)

    def known(self, digests: Digests, counts: NDArray[np.intp]) -> tuple[NDArray[np.intp], Numbers]:
        """Which of a text's pieces, each given once, are known, and their share: of length 1.

        Both are empty where it has none that is known.
        """
        places = np.searchsorted(self.digests, digests)
        inside = places < len(self.digests)
        places, digests, counts = places[inside], digests[inside], counts[inside]
        same = self.digests[places] == digests
        places = places[same]
        shares = ((1.0 + np.log(counts[same])) * self.rarity[places]).astype(np.float32)
        length = float(np.sqrt(np.dot(shares, shares)))
        return places, shares / np.float32(length) if length else shares


@dataclass(frozen=True, slots=True)
class Model:
    """How much each piece speaks for each service, and how sure one may be of the sum.

    ``weights`` has a row for each piece, words first, and a column for each of ``services``
    (ids; ``NO_SERVICE`` stands for all others). ``sharpness`` and the steps from ``said`` to
    ``came_true`` turn sums into probabilities that came true on later reports. A suggestion of at
    least ``threshold`` was right in ``right`` of those cases; ``offered`` is the part of them that
    had one.
    """

    words: Vocabulary
    inner: Vocabulary
    weights: NDArray[np.float16]
    intercepts: Numbers
    services: NDArray[np.int64]
    sharpness: float
    said: NDArray[np.float64]
    came_true: NDArray[np.float64]
    threshold: float
    right: float
    offered: float

    def probabilities(self, text: str) -> NDArray[np.float64] | None:
        """How likely each of ``services`` is meant by these words; they sum to at most 1.

        None where none of the words is known.
        """
        rows, shares = self.known(text)
        if not len(rows):
            return None
        shares_of = likely(self.sums(rows, shares)[None, :], self.sharpness)
        return np.asarray(come_true(shares_of, self.said, self.came_true)[0])

    def known(self, text: str) -> tuple[NDArray[np.intp], Numbers]:
        """The rows of ``weights`` that a text has, and how much of each; empty if it has none."""
        words, inner = pieces(text)
        rows, shares = self.words.known(*np.unique(words, return_counts=True))
        inner_rows, inner_shares = self.inner.known(*np.unique(inner, return_counts=True))
        return (
            np.concatenate([rows, inner_rows + len(self.words)]),
            np.concatenate([shares, inner_shares]),
        )

    def sums(self, rows: NDArray[np.intp], shares: Numbers) -> NDArray[np.float64]:
        """What rows speak for each of ``services``, before it is made sharp."""
        spoken = shares @ self.weights[rows].astype(np.float32)
        return np.asarray(self.intercepts + spoken, np.float64)

    def to_bytes(self) -> bytes:
        """The model as a file of arrays; the same model gives the same bytes."""
        file = io.BytesIO()
        np.savez_compressed(
            file,
            format=np.array(FORMAT),
            words=self.words.digests,
            word_rarity=self.words.rarity,
            inner=self.inner.digests,
            inner_rarity=self.inner.rarity,
            weights=self.weights,
            intercepts=self.intercepts,
            services=self.services,
            said=self.said,
            came_true=self.came_true,
            measured=np.array([self.sharpness, self.threshold, self.right, self.offered]),
        )
        return file.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """The model in a file of arrays; raises ``BadModel``. Nothing in it is run."""
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as file:
                if int(file["format"]) != FORMAT:
                    raise BadModel(f"a model of format {int(file['format'])}, not {FORMAT}")
                measured = [float(each) for each in file["measured"]]
                model = cls(
                    words=Vocabulary(file["words"], file["word_rarity"]),
                    inner=Vocabulary(file["inner"], file["inner_rarity"]),
                    weights=file["weights"],
                    intercepts=file["intercepts"],
                    services=file["services"],
                    sharpness=measured[0],
                    said=file["said"],
                    came_true=file["came_true"],
                    threshold=measured[1],
                    right=measured[2],
                    offered=measured[3],
                )
        except (LookupError, TypeError, ValueError, EOFError, OSError, zipfile.BadZipFile) as error:
            raise BadModel(f"no file of a model: {error}") from error
        model._check()
        return model

    def _check(self) -> None:
        rows = len(self.words) + len(self.inner)
        fits = (
            len(self.words.rarity) == len(self.words)
            and len(self.inner.rarity) == len(self.inner)
            and self.weights.shape == (rows, len(self.services))
            and len(self.said) == len(self.came_true) > 0
            and len(self.intercepts) == len(self.services) > 0
        )
        if not fits:
            raise BadModel("the parts of the model do not fit each other")
