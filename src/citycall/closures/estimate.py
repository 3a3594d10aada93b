"""How many completions were false, from a sample drawn with known probabilities. Pure.

The draw is systematic with unequal probabilities (Madow 1949) down a list in order of strata, so
that every stratum is met in proportion and each row's probability is exactly the one stated. The
rate is estimated in two parts, what looked false and what did not, each by weights that are the
inverse of the probabilities (Horvitz and Thompson, as a ratio). Each part's interval is that of
Clopper and Pearson with as many checks as the unequal weights leave (Kish); the two are put
together by the parts' known sizes with the squares of their arms (Zou and Donner's MOVER), which
keeps its promise for the rare and the small, where the usual formula does not.

Who could not be reached counts as the others of the same agency and part do: the weights of those
reached are raised so that they stand for all drawn.
"""

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from scipy.special import betaincinv

LEVEL: Final = 0.95
# An agency's own answers stand for its missing ones from so many; below, the whole part's do.
FEWEST_ANSWERS: Final = 5


@dataclass(frozen=True, slots=True)
class Drawn:
    """One drawn completion: its part, class of response, probability, and what was found.

    ``false`` is none where it could not be checked.
    """

    flagged: bool
    among: Hashable
    probability: float
    false: bool | None


@dataclass(frozen=True, slots=True)
class Estimate:
    """A rate with its interval, each 0 to 1; from how many checks, and how many were tried."""

    rate: float
    low: float
    high: float
    checked: int
    tried: int

    @property
    def points(self) -> float:
        """Half of the interval's width, in percentage points."""
        return 50 * (self.high - self.low)


@dataclass(frozen=True, slots=True)
class _Part:
    share: float
    rate: float
    low: float
    high: float


def systematic(probabilities: Sequence[float], *, start: float) -> list[int]:
    """The places that are drawn, each with its probability; ``start`` is uniform on 0 to 1.

    Their number is the sum of the probabilities, rounded down or up.
    """
    if not 0 <= start < 1 or not all(0 <= p <= 1 for p in probabilities):
        raise ValueError("Probabilities and start lie between 0 and 1.")
    drawn, total = [], 0.0
    for place, probability in enumerate(probabilities):
        before, total = total, total + probability
        # One of start, start + 1, ... lies in this row's stretch.
        if math.ceil(before - start) < math.ceil(total - start):
            drawn.append(place)
    return drawn


def clopper_pearson(false: float, checked: float, *, level: float = LEVEL) -> tuple[float, float]:
    """The exact interval of a share; numbers may be fractions, as weighted ones are."""
    if checked <= 0:
        return 0.0, 1.0
    tail = (1 - level) / 2
    low = float(betaincinv(false, checked - false + 1, tail)) if false > 1e-12 else 0.0
    few = false < checked - 1e-12
    high = float(betaincinv(false + 1, checked - false, 1 - tail)) if few else 1.0
    return low, high


def false_rate(
    drawn: Iterable[Drawn], sizes: Mapping[bool, int], *, level: float = LEVEL
) -> Estimate | None:
    """The rate of false ones among all that could be drawn; none with a part that has no answers.

    ``sizes`` are how many there were to draw from, by whether they looked false.
    """
    rows = list(drawn)
    everything = sum(sizes.values())
    if not everything:
        return None
    parts = []
    for flagged, size in sizes.items():
        if not size:
            continue
        mine = [row for row in rows if row.flagged == flagged]
        part = _part(mine, size / everything, level=level)
        if part is None:
            return None
        parts.append(part)
    rate = sum(part.share * part.rate for part in parts)
    low = rate - math.sqrt(sum((p.share * (p.rate - p.low)) ** 2 for p in parts))
    high = rate + math.sqrt(sum((p.share * (p.high - p.rate)) ** 2 for p in parts))
    return Estimate(
        rate=rate,
        low=max(0.0, low),
        high=min(1.0, high),
        checked=sum(row.false is not None for row in rows),
        tried=len(rows),
    )


def _part(rows: Sequence[Drawn], share: float, *, level: float) -> _Part | None:
    answered = [row for row in rows if row.false is not None]
    if not answered:
        return None
    weights = _weights(rows)
    total = sum(weight for _row, weight in weights)
    rate = sum(weight for row, weight in weights if row.false) / total
    effective = total**2 / sum(weight**2 for _row, weight in weights)
    low, high = clopper_pearson(rate * effective, effective, level=level)
    return _Part(share, min(1.0, rate), low, high)


def _weights(rows: Sequence[Drawn]) -> list[tuple[Drawn, float]]:
    """The answered rows with their weights, raised to stand for those that could not be checked."""
    classes: dict[Hashable, list[Drawn]] = defaultdict(list)
    for row in rows:
        classes[row.among].append(row)
    # Classes with few answers are taken together, and with the smallest other if that has none.
    few = [c for c in classes if _answers(classes[c]) < FEWEST_ANSWERS]
    rest = [row for c in few for row in classes.pop(c)]
    if rest and not _answers(rest) and classes:
        smallest = min(classes, key=lambda c: len(classes[c]))
        rest += classes.pop(smallest)
    found = []
    for group in (*classes.values(), rest):
        told = sum(1 / row.probability for row in group)
        heard = sum(1 / row.probability for row in group if row.false is not None)
        found += [(row, told / heard / row.probability) for row in group if row.false is not None]
    return found


def _answers(rows: Iterable[Drawn]) -> int:
    return sum(row.false is not None for row in rows)


def expected_points(
    checks: float,
    *,
    flagged_share: float,
    share_of_flagged: float,
    rates: Mapping[bool, float],
    answered: float,
    level: float = LEVEL,
) -> float:
    """To how many percentage points the rate will be known after so many checks.

    ``flagged_share`` of them are drawn from what looks false, which is ``share_of_flagged`` of
    all; ``rates`` are the false ones to be expected in each part, ``answered`` the share of checks
    that find something out.
    """
    arms = [0.0, 0.0]
    for flagged in (True, False):
        share = share_of_flagged if flagged else 1 - share_of_flagged
        count = checks * (flagged_share if flagged else 1 - flagged_share) * answered
        low, high = clopper_pearson(rates[flagged] * count, count, level=level)
        arms[0] += (share * (rates[flagged] - low)) ** 2
        arms[1] += (share * (high - rates[flagged])) ** 2
    return 50 * (math.sqrt(arms[0]) + math.sqrt(arms[1]))
