"""How areas are served, freed of their mix of services: days, lateness, verification. Pure.

Each service has its own level; what is left by area is one number: by what factor the same work
takes longer (days are taken to scatter around a service's level on the log scale, and what is
still open counts as having taken longer than until now), or by how much the odds differ. These
numbers are drawn towards 0 as far as areas resemble each other. That is also the care for looking
at many areas at once: where nothing differs, hardly any of them stands out.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from citycall.analytics.fairness.cells import Days, Floats, Ints, Shares
from citycall.analytics.fairness.untold import Between, between

ROUNDS: Final = 40
# Ninety in a hundred of a normal lie so far from its middle.
NINETY: Final = 1.6449
# An area stands out where its side of the city's level is as sure as this.
SURE: Final = 0.975
# With fewer requests chance speaks louder than an area. Another matter is how few could lead to a
# person (``public.SMALLEST``).
FEW: Final = 10
FIFTH: Final = 5
DRAWS: Final = 2_000
_LEAST_SPREAD: Final = 1e-3


@dataclass(frozen=True)
class Compared:
    """By area: how far from the city (a logarithm), its doubt, and how many it is known from.

    ``levels`` are the services' own, and ``mix`` the city's shares of them.
    """

    areas: Ints
    effect: Floats
    doubt: Floats
    of: Floats
    raw: Floats
    levels: Floats
    mix: Floats
    spread: float
    scatter: float

    @property
    def stands_out(self) -> Ints:
        """1 where an area surely lies above the city's level, -1 where below, else 0."""
        from scipy.special import log_ndtr

        sure = np.exp(log_ndtr(np.abs(self.effect) / self.doubt)) >= SURE
        return np.where(sure & (self.of >= FEW), np.sign(self.effect), 0).astype(np.int64)

    def low_high(self) -> tuple[Floats, Floats]:
        """Where the effects lie in nine of ten cases."""
        return self.effect - NINETY * self.doubt, self.effect + NINETY * self.doubt


@dataclass(frozen=True, slots=True)
class Gap:
    """The fifth of the areas with the most days (or the highest share) and that with the least.

    ``apart`` is how many times as long the same work takes, or the difference of the shares.
    """

    most: tuple[int, ...]
    least: tuple[int, ...]
    apart: Between


def compare_days(seen: Days) -> Compared:
    """By what factor (its logarithm) the same work takes longer in each area."""
    of = seen.done + seen.waiting.sum(axis=2)
    level = (seen.total.sum(axis=0) + 1.0) / (seen.done.sum(axis=0) + 1.0)
    sigma = np.full(len(seen.services), 0.8)
    effect = np.zeros(len(seen.areas))
    for _round in range(ROUNDS):
        mean = level + effect[:, None]
        total, squares, known = _completed(seen, mean, sigma)
        rest = total - of * mean
        level = level + rest.sum(axis=0) / np.maximum(of.sum(axis=0), 1)
        spent = squares - 2 * mean * total + of * mean**2
        sigma = np.sqrt(np.maximum((spent.sum(axis=0) + 0.64) / (of.sum(axis=0) + 1), 0.01))
        weight = known / sigma**2
        rest = (total - of * (level + effect[:, None])) / sigma**2
        effect = effect + rest.sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-9)
        effect -= np.average(effect, weights=of.sum(axis=1))
    total, _squares, known = _completed(seen, level + effect[:, None], sigma)
    weight = known / sigma**2
    rest = total - of * (level + effect[:, None])
    scatter = _scatter(rest**2 / sigma**2, of)
    shrunk, doubt, spread = _shrink(effect, scatter / np.maximum(weight.sum(axis=1), 1e-9))
    done = seen.done.sum(axis=1)
    return Compared(
        areas=seen.areas,
        effect=shrunk,
        doubt=doubt,
        of=of.sum(axis=1),
        raw=np.exp(seen.total.sum(axis=1) / np.maximum(done, 1)),
        levels=level,
        mix=of.sum(axis=0) / max(of.sum(), 1),
        spread=spread,
        scatter=scatter,
    )


def _completed(seen: Days, mean: Floats, sigma: Floats) -> tuple[Floats, Floats, Floats]:
    """Sums and squares with what is to be expected of those who still wait, and what is known."""
    if not len(seen.steps):
        return seen.total, seen.squares, seen.done
    from scipy.special import log_ndtr

    middle, spread = mean[:, :, None], sigma[None, :, None]
    z = (seen.steps - middle) / spread
    hazard = np.exp(-(z**2) / 2 - np.log(2 * np.pi) / 2 - log_ndtr(-z))
    value = middle + spread * hazard
    variance = spread**2 * np.maximum(1 + z * hazard - hazard**2, 0.0)
    waiting = seen.waiting
    return (
        seen.total + (waiting * value).sum(axis=2),
        seen.squares + (waiting * (value**2 + variance)).sum(axis=2),
        seen.done + (waiting * (1 - variance / spread**2)).sum(axis=2),
    )


def compare_shares(seen: Shares) -> Compared:
    """By how much the logarithm of the odds differs in each area."""
    from scipy.special import expit, logit

    level = logit((seen.so.sum(axis=0) + 0.5) / (seen.of.sum(axis=0) + 1.0))
    effect, spread, scatter = np.zeros(len(seen.areas)), 0.3, 1.0
    for _round in range(ROUNDS):
        chance = expit(level + effect[:, None])
        known = seen.of * chance * (1 - chance)
        rest = seen.so - seen.of * chance
        # The same half a request at the usual odds keeps a service from being impossible.
        level = level + (rest.sum(axis=0)) / (known.sum(axis=0) + 0.25)
        chance = expit(level + effect[:, None])
        known = seen.of * chance * (1 - chance)
        rest = seen.so - seen.of * chance
        scatter = _scatter(rest**2 / np.maximum(chance * (1 - chance), 1e-9), seen.of)
        information = known.sum(axis=1) / scatter
        step = rest.sum(axis=1) / scatter - effect / spread**2
        effect = effect + step / (information + 1 / spread**2)
        doubt = np.sqrt(1 / (information + 1 / spread**2))
        effect -= np.average(effect, weights=seen.of.sum(axis=1) + 1e-9)
        spread = max(_LEAST_SPREAD, float(np.sqrt(np.mean(effect**2 + doubt**2))))
    of = seen.of.sum(axis=1)
    return Compared(
        areas=seen.areas,
        effect=effect,
        doubt=doubt,
        of=of,
        raw=seen.so.sum(axis=1) / np.maximum(of, 1),
        levels=level,
        mix=seen.of.sum(axis=0) / max(seen.of.sum(), 1),
        spread=spread,
        scatter=scatter,
    )


def share_at(found: Compared, effect: Floats) -> Floats:
    """The share at the city's mix of services, for effects of any shape."""
    from scipy.special import expit

    return np.asarray((expit(found.levels + effect[..., None]) * found.mix).sum(axis=-1))


def usual_days(found: Compared) -> float:
    """Days after which half of a usual request's like is done: the middle over the city's mix."""
    order = np.argsort(found.levels)
    place = int(np.searchsorted(np.cumsum(found.mix[order]), 0.5))
    return float(np.exp(found.levels[order][min(place, len(order) - 1)]))


def gap(found: Compared, *, shares: bool, seed: int = 0) -> Gap | None:
    """Between the fifth of the areas served worst and the fifth served best; none with few areas.

    Who is in which fifth is told from the same numbers; that they are drawn together beforehand
    keeps the gap from being exaggerated by it.
    """
    known = np.flatnonzero(found.of >= FEW)
    if len(known) < FIFTH:
        return None
    size = len(known) // FIFTH
    order = known[np.argsort(found.effect[known])]
    rng = np.random.default_rng(seed)
    drawn = rng.normal(found.effect, found.doubt, (DRAWS, len(found.areas)))
    low, high = drawn[:, order[:size]].mean(axis=1), drawn[:, order[-size:]].mean(axis=1)
    apart = share_at(found, high) - share_at(found, low) if shares else np.exp(high - low)
    return Gap(
        most=tuple(int(found.areas[n]) for n in order[-size:][::-1]),
        least=tuple(int(found.areas[n]) for n in order[:size]),
        apart=between(apart),
    )


def _scatter(squares: Floats, of: Floats) -> float:
    """How much more cells scatter than chance alone makes them; 1 at least."""
    counted = of >= FEW
    if counted.sum() < FEW:
        return 1.0
    # What a cell itself gave to its area's and its service's level is no longer free to scatter.
    free = 1 - of / of.sum(axis=1, keepdims=True) - of / of.sum(axis=0)
    return max(1.0, float((squares[counted] / of[counted]).sum() / max(free[counted].sum(), 1)))


def _shrink(effect: Floats, variance: Floats) -> tuple[Floats, Floats, float]:
    """Effects drawn towards 0, their doubt, and how much areas truly differ (by the best fit)."""
    spreads = np.geomspace(_LEAST_SPREAD, 1.5, 120)
    total = variance + spreads[:, None] ** 2
    chance = -0.5 * (np.log(total) + effect**2 / total).sum(axis=1)
    weight = np.exp(chance - chance.max()) * spreads
    weight /= weight.sum()
    kept = spreads[:, None] ** 2 / total
    mean = weight @ (kept * effect)
    second = weight @ ((kept * effect) ** 2 + kept * variance)
    return mean, np.sqrt(np.maximum(second - mean**2, 1e-12)), float(weight @ spreads)
