"""What agencies tell when they complete: texts that many share, and words of somebody's own."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from citycall.demo.history.incidents import Incidents
from citycall.demo.history.lives import Lives

Texts = NDArray[np.object_]

STANDARD: Final = (
    "Our crew visited and the work is done.",
    "The work was finished today.",
    "We have taken care of it. Thank you for telling us.",
    "The crew completed the repair.",
)
SWEPT: Final = (
    "Completed. Thank you for contacting us.",
    "This request has been resolved by the department.",
    "Closed: the department's records show this as completed.",
)
DUPLICATE: Final = "This has been taken care of with another request."
BEGINNINGS: Final = (
    "At {place}:", "We were at {place}.", "{place}, this morning:", "Done near {place}.",
    "Crew {n} at {place}.",
)  # fmt: skip
ENDINGS: Final = (
    "it took {n} minutes longer than usual, and it is done.",
    "the neighbors showed us the spot.",
    "finished, and swept up after it.",
    "done with two people and the small truck.",
    "a part had to be replaced.",
    "the photo shows it before and after.",
    "please tell us if anything is left.",
    "it was larger than described.",
)


def explanation(
    found: Incidents, life: Lives, agency: NDArray[np.int64], rng: np.random.Generator
) -> Texts:
    """What is told with each completion."""
    count = len(found)
    standard = np.array(STANDARD, dtype=object)[rng.integers(0, len(STANDARD), count)]
    swept = np.array(SWEPT, dtype=object)[agency % len(SWEPT)]
    standard = np.where(life.kind == "paper", swept, standard)
    standard = np.where(life.kind == "duplicate", DUPLICATE, standard)
    begins = rng.integers(0, len(BEGINNINGS), count).tolist()
    ends = rng.integers(0, len(ENDINGS), count).tolist()
    numbers = rng.integers(2, 40, count).tolist()
    own = np.array(
        [
            f"{BEGINNINGS[b]} {ENDINGS[e]}".format(place=place, n=n)
            for b, e, n, place in zip(begins, ends, numbers, found.place.tolist(), strict=True)
        ],
        dtype=object,
    )
    return np.where(life.standard, standard, own)
