"""How readily each area tells, from the further reports of what was told already. Pure.

Liu, Bhandaram and Garg (arXiv 2204.08620): nobody knows which problems are never told of, but once
one has been told of, everything is known about how often others tell of it too while it stands.
That rate says how long a problem waits for its first report. The first report itself is left out,
since only problems that have one are seen.

Of area a, service s and part b of a problem's life, the number of further reports is taken to be
Poisson around factor[a] x rate[s, b] x exposure[a, s, b]. The rates may fall from part to part as
interest fades; each is drawn towards the service's own rate times the fading of all services. The
factors are drawn towards 1 as far as the areas resemble each other. Where problems of one service
differ much (some stand in everybody's way), counts scatter more than Poisson's, and everything is
taken to weigh less by that ``scatter``.

SciPy is loaded with the first fit, since pages only read what was found.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from citycall.analytics.fairness.cells import EDGES, Floats, Standing

ROUNDS: Final = 25
DRAWS: Final = 4_000
# Of a service with fewer further reports in the whole city nothing is said about first reports.
ENOUGH_OF_SERVICE: Final = 20
# With fewer to be expected in an area, its own reports hardly weigh against the city's.
ENOUGH_OF_AREA: Final = 5.0
# From the middle of the first part back to the first report, in steps of middle to middle.
_TO_START: Final = EDGES[1] / EDGES[2]
_SPREADS: Final = np.geomspace(0.02, 1.5, 40)


@dataclass(frozen=True)
class Fit:
    """Rates a day by service and part; further reports by area, and how many the city's would be.

    ``factors`` has the shape (draws, areas): likely values of how readily each area tells, where
    1 is the city as a whole. ``first`` has the shape (draws, services): likely values of the
    city's rate a day right after the first report, before interest fades.
    """

    rates: Floats
    told: Floats
    expected: Floats
    factors: Floats
    first: Floats
    spread: float
    scatter: float


def fit(seen: Standing, *, scatter: float = 1.0, seed: int = 0) -> Fit:
    """Factors by area from what was seen; ``scatter`` is 1 where counts are as Poisson's.

    Raises ValueError where there is nothing at all to learn from.
    """
    further, exposure = seen.further.astype(float), seen.exposure
    if further.sum() < 1:
        raise ValueError("no further reports")
    factor = np.ones(len(seen.areas))
    spread = 0.3
    for _round in range(ROUNDS):
        rates = _rates(further.sum(axis=0), np.einsum("asb,a->sb", exposure, factor))
        told = further.sum(axis=(1, 2))
        expected = np.einsum("asb,sb->a", exposure, rates)
        spread = _spread(told / scatter, expected / scatter)
        shape = 1 / spread**2
        factor = (shape + told / scatter) / (shape + expected / scatter)
        factor /= float(np.average(factor, weights=expected))
    rng = np.random.default_rng(seed)
    return Fit(
        rates=rates,
        told=told,
        expected=expected,
        factors=_factors(told / scatter, expected / scatter, rng),
        first=_first(rates, further.sum(axis=0) / scatter, rng),
        spread=spread,
        scatter=scatter,
    )


def _rates(told: Floats, exposure: Floats) -> Floats:
    """Rates by service and part, drawn towards each service's rate times all services' fading."""
    by_service, fading = np.ones(len(told)), np.ones(told.shape[1])
    level = told.sum() / exposure.sum()
    for _round in range(30):
        reach = exposure @ fading
        # A service that nobody tells of twice is taken for a rare one, not an impossible one.
        by_service = (told.sum(axis=1) + 0.5) / (reach + 0.5 / level)
        fading = (told.sum(axis=0) + 0.1) / (by_service @ exposure + 0.1)
        fading /= fading[0]
    usual = np.outer(by_service, fading)
    weight = _likeness(told, usual * exposure)
    return np.asarray((told + weight) / (exposure + weight / usual))


def _likeness(told: Floats, expected: Floats) -> float:
    """How alike the fading of all services is: the shape of the gamma that the counts fit best."""

    from scipy.optimize import minimize_scalar

    def loss(log_shape: float) -> float:
        return -_negative_binomial(told, expected, float(np.exp(log_shape)))

    return float(np.exp(minimize_scalar(loss, bounds=(-1.0, 7.0), method="bounded").x))


def _negative_binomial(told: Floats, expected: Floats, shape: float) -> float:
    """The logarithm of the chance of counts around expectations that vary by a gamma."""
    from scipy.special import gammaln

    return float(
        np.sum(
            gammaln(shape + told)
            - gammaln(shape)
            + shape * np.log(shape / (shape + expected))
            + told * np.log((expected + 1e-300) / (shape + expected))
        )
    )


def _spread(told: Floats, expected: Floats) -> float:
    """By how much areas differ: the standard deviation of the factors that fits the counts best."""

    from scipy.optimize import minimize_scalar

    def loss(spread: float) -> float:
        return -_negative_binomial(told, expected, 1 / spread**2)

    bounds = (float(_SPREADS[0]), float(_SPREADS[-1]))
    return float(minimize_scalar(loss, bounds=bounds, method="bounded").x)


def _factors(told: Floats, expected: Floats, rng: np.random.Generator) -> Floats:
    """Likely factors, with the doubt about how much areas differ at all."""
    chance = np.array([_negative_binomial(told, expected, 1 / s**2) for s in _SPREADS])
    # Steps are even on the log scale; no spread is preferred beforehand.
    chance = np.exp(chance - chance.max()) * _SPREADS
    shape = 1 / rng.choice(_SPREADS, DRAWS, p=chance / chance.sum())[:, None] ** 2
    drawn = rng.gamma(shape + told, 1 / (shape + expected))
    return np.asarray(drawn / np.average(drawn, axis=1, weights=expected)[:, None])


def _first(rates: Floats, told: Floats, rng: np.random.Generator) -> Floats:
    """Likely rates right after the first report: in doubt by the service's and the part's count.

    Interest fades within the first part too: what its middle lacks is read off the second part.
    """
    of_service, of_part = told.sum(axis=1), told.sum(axis=0) + 0.5
    doubt = rng.gamma(of_service + 0.5, 1 / (of_service + 0.5), (DRAWS, len(rates)))
    parts = rng.gamma(of_part[:2], 1 / of_part[:2], (DRAWS, 2))
    usual = told[:, :2].sum(axis=0) / np.maximum((told[:, :2] / rates[:, :2]).sum(axis=0), 1e-12)
    falls = np.clip(usual[0] * parts[:, 0] / np.maximum(usual[1] * parts[:, 1], 1e-12), 1.0, 4.0)
    return np.asarray(rates[:, 0] * doubt * parts[:, :1] * falls[:, None] ** _TO_START)
