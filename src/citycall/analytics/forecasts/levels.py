"""Where every service stands now, and how its requests are spread over areas or teams. Pure.

The level is smoothed exponentially against what season and holidays let expect (the filter of
Harvey and Fernandes, 1989, for counts). How fast it forgets is chosen by what would have been
nearest four weeks ahead in the known past, of the service itself and of all of them. Shares of
areas lean on the city's as far as services were seen to be alike (Dirichlet-multinomial).
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import gammaln

from citycall.analytics.forecasts.weeks import AHEAD, Floats

# The part of what is known that is still counted a week later.
KEPT: Final = (0.7, 0.8, 0.87, 0.92, 0.95, 0.97, 0.985, 1.0)
SHARE_KEPT: Final = 0.99
# The level before anything is known is the fitted one, worth so many requests.
_PRIOR = 2.0
_WARMING = 12
# How much all services' experience counts beside a service's own.
_LEANING = 1.0


def levels(
    counts: Floats, course: Floats, excess: Floats, *, began: Floats
) -> tuple[Floats, float]:
    """What each service is above (over 1) or below its course now, and the mean memory chosen.

    ``began`` is the first week of each service that counts.
    """
    past = course[:, : counts.shape[1]]
    tried = {kept: _filtered(counts, past, excess, began, kept) for kept in KEPT}
    misses = np.stack([_misses(counts, past, tried[kept]) for kept in KEPT])
    common = misses.mean(axis=1, keepdims=True)
    own = misses / np.maximum(misses.min(axis=0), 1e-9)
    best = np.argmin(own + _LEANING * common / max(float(common.min()), 1e-9), axis=0)
    now = np.stack([tried[kept][:, -1] for kept in KEPT])
    return now[best, np.arange(len(counts))], float(np.mean(np.array(KEPT)[best]))


def _filtered(counts: Floats, past: Floats, excess: Floats, began: Floats, kept: float) -> Floats:
    """The level known after each week, services by weeks."""
    told = np.full(len(counts), _PRIOR)
    awaited = np.full(len(counts), _PRIOR)
    found = np.empty_like(past)
    for week in range(counts.shape[1]):
        mean = past[:, week]
        worth = (week >= began) / (1.0 + excess * mean)
        # A storm's week counts as no more than three standard deviations above.
        usual = mean * told / awaited
        most = usual + 3 * np.sqrt(usual + excess * usual**2) + 1
        told = kept * told + worth * np.minimum(counts[:, week], most)
        awaited = kept * awaited + worth * mean
        found[:, week] = told / awaited
    return found


def _misses(counts: Floats, past: Floats, found: Floats) -> Floats:
    """How far four weeks together were from what was known before them, against their mean."""
    weeks = counts.shape[1]
    first = min(_WARMING, max(weeks - AHEAD - 1, 0))
    if weeks - AHEAD <= first:
        return np.zeros(len(counts))
    ends = np.arange(first, weeks - AHEAD)

    def sums(of: Floats) -> Floats:
        running = np.concatenate([np.zeros((len(of), 1)), np.cumsum(of, axis=1)], axis=1)
        return np.asarray(running[:, ends + 1 + AHEAD] - running[:, ends + 1])

    real, awaited = sums(counts), sums(past) * found[:, ends]
    return np.asarray(np.abs(real - awaited).sum(axis=1) / np.sqrt(real.sum(axis=1) + 1))


def shares(counts: NDArray[np.int32]) -> Floats:
    """Which part of each service's requests comes from each area; every row adds up to 1.

    ``counts`` are services by areas by weeks.
    """
    weeks = counts.shape[2]
    known = counts.astype(float) @ SHARE_KEPT ** np.arange(weeks - 1, -1, -1.0)
    return shrunk(known)


def shrunk(known: Floats) -> Floats:
    """Shares from (discounted) counts of rows, drawn towards the share of all rows together."""
    # Something may come from everywhere, also where nothing has been seen.
    city = known.sum(axis=0) + 0.5
    city = city / city.sum()
    total = known.sum(axis=1)

    def unlikely(log_worth: float) -> float:
        prior = np.exp(log_worth) * city
        worth = prior.sum()
        each = gammaln(known + prior) - gammaln(prior)
        return -float(each.sum() + (gammaln(worth) - gammaln(total + worth)).sum())

    worth = np.exp(minimize_scalar(unlikely, bounds=(0.0, 9.0), method="bounded").x)
    return np.asarray((known + worth * city) / (total + worth)[:, None])
