"""Finding the weights with which pieces speak for services: the one part that computes long."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Labels = NDArray[np.intp]

# Any number will do, as long as the same history gives the same weights.
_SEED: Final = 311


@dataclass(frozen=True, slots=True)
class Weights:
    """A row for each piece and a column for each service, and what each service begins with."""

    pieces: Numbers
    intercepts: Numbers


def separate(
    shares: Any, labels: Labels, counts: Numbers, *, services: int, cost: float
) -> Weights:
    """A linear support vector machine for each service against all others.

    ``shares`` is a sparse matrix with a row for each text, ``counts`` is how much each text counts
    for, ``cost`` what a wrong text costs beside what large weights cost.
    """
    # Read where it is needed: it takes a second, and only a worker ever learns.
    from sklearn.svm import LinearSVC

    machine = LinearSVC(C=cost, random_state=_SEED, max_iter=2000)
    machine.fit(shares, labels, sample_weight=counts)
    found, intercepts = machine.coef_.T, machine.intercept_
    if len(machine.classes_) == 2:
        found, intercepts = np.hstack([-found, found]), np.array([-1.0, 1.0]) * intercepts
    # A service that was never heard of speaks as if everything was against it.
    weights = Weights(np.zeros((shares.shape[1], services)), np.full(services, -1.0))
    weights.pieces[:, machine.classes_] = found
    weights.intercepts[machine.classes_] = intercepts
    return weights
