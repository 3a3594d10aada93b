"""Storms: days on which many services at once were needed far more than usual, and their part."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from citycall.analytics.places.chances import believed, from_replicates

Ints = NDArray[np.integer]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

# What is usual on a day is told by the weeks around it, without the days that were unusual.
AROUND_DAYS: Final = 28
ROUNDS: Final = 3
# A day on which a service had so many is not usual; a storm takes so many services.
RARE: Final = 0.001
FEWEST_SERVICES: Final = 3
# In a storm, a service is part of it that had so many in all as chance brings this seldom.
ALONG: Final = 0.01
# Days that a storm may begin before, and go on after, those that are plain by themselves.
SHOULDER: Final = 3
FALSE_SHARE: Final = 0.01
# A service counts towards a storm where chance brings so many this seldom.
SURGE: Final = 0.05
ORDINARY: Final = 0.98
REPLICATES: Final = 499
SEED: Final = 311


@dataclass(frozen=True)
class Storm:
    """Days in a row, from the first to the last, with each service's part on each of them.

    ``services`` are those that surged, as indexes; ``chance`` is that of the most unusual of its
    days by chance alone.
    """

    first: int
    last: int
    services: tuple[int, ...]
    received: int
    usual: float
    chance: float

    @property
    def excess(self) -> float:
        """How many requests the storm brought, as far as numbers can tell."""
        return self.received - self.usual


@dataclass(frozen=True)
class Found:
    """The storms, what is usual for each service and day, and the part that each storm brought."""

    storms: list[Storm]
    usual: Floats
    share: Floats


def find(counts: Ints, weekday: Ints) -> Found:
    """Storms in requests by service and day; ``weekday`` says which each day is, Monday 0."""
    calm = np.ones(counts.shape, dtype=bool)
    stormy = np.zeros(counts.shape[1], dtype=bool)
    for _round in range(ROUNDS):
        usual = _usual(counts, weekday, calm)
        spread = _spread(counts, usual, calm)
        p = _chances(counts, usual, spread)
        chance = _by_day(p, usual, spread)
        stormy = np.array(believed(chance.tolist(), false_share=FALSE_SHARE), dtype=bool)
        stormy &= (p <= SURGE).sum(axis=0) >= FEWEST_SERVICES
        calm = (p > RARE) & ~stormy[None, :]
    share = np.zeros(counts.shape)
    storms = [_told(days, counts, usual, spread, chance, share) for days in _runs(stormy)]
    return Found(storms, usual, share)


def _usual(counts: Ints, weekday: Ints, calm: Bools) -> Floats:
    """What each service gets on each day: the weeks around it, times the city's weekday."""
    by_weekday = _weekdays(counts, weekday, calm)
    kernel = np.ones(2 * AROUND_DAYS + 1)
    # Of its own day a service tells nothing: what is unusual must not make itself usual.
    kernel[AROUND_DAYS] = 0.0
    seen = np.where(calm, counts, 0.0)
    weight = np.where(calm, by_weekday[weekday][None, :], 0.0)
    days = slice(AROUND_DAYS, AROUND_DAYS + counts.shape[1])
    above = np.array([np.convolve(row, kernel)[days] for row in seen])
    below = np.array([np.convolve(row, kernel)[days] for row in weight])
    # Half a request more keeps what was never seen from being impossible.
    return np.asarray((above + 0.5) / (below + 0.5) * by_weekday[weekday][None, :])


def _weekdays(counts: Ints, weekday: Ints, calm: Bools) -> Floats:
    """How much comes on each day of the week, against the mean of all days."""
    whole = np.where(calm, counts, 0).sum(axis=0).astype(float)
    seen = np.array(
        [whole[weekday == day].mean() if (weekday == day).any() else 1.0 for day in range(7)]
    )
    return np.maximum(seen / max(float(seen.mean()), 1e-9), 0.05)


def _chances(counts: Ints, usual: Floats, spread: Floats) -> Floats:
    """The chance of at least as many requests, spread as widely as on calm days."""
    spread = spread[:, None]
    size = usual / np.maximum(spread - 1.0, 1e-6)
    loose = stats.nbinom.sf(counts - 1, size, 1 / np.maximum(spread, 1.0 + 1e-6))
    tight = stats.poisson.sf(counts - 1, usual)
    return np.asarray(np.where(spread > 1.0 + 1e-3, loose, tight))


def _spread(counts: Ints, usual: Floats, calm: Bools) -> Floats:
    """Variance over mean of each service on calm days, at least one.

    The few most unusual days are left out: they may be storms that are not found yet.
    """
    residual = np.where(calm, (counts - usual) ** 2 / usual, np.nan)
    residual = np.where(
        residual <= np.nanquantile(residual, ORDINARY, axis=1)[:, None], residual, np.nan
    )
    return np.asarray(np.maximum(1.0, np.nanmean(residual, axis=1)))


def _by_day(p: Floats, usual: Floats, spread: Floats) -> Floats:
    """The chance of each day's surges together (Zaykin and others' truncated product, 2002)."""
    rng = np.random.default_rng(SEED)
    together = _together(p)
    found = np.ones(len(together))
    for day in np.flatnonzero((p <= SURGE).sum(axis=0) >= FEWEST_SERVICES).tolist():
        mean = np.repeat(usual[:, day : day + 1], REPLICATES, axis=1)
        size = mean / np.maximum(spread - 1.0, 1e-3)[:, None]
        drawn = rng.poisson(rng.gamma(size, mean / size))
        seen = _together(_chances(drawn, mean, spread))
        found[day] = from_replicates(float(together[day]), seen)
    return found


def _together(p: Floats) -> Floats:
    """How surprising the surging services of each day are in all."""
    return np.asarray(np.where(p <= SURGE, -np.log(np.maximum(p, 1e-300)), 0.0).sum(axis=0))


def _runs(stormy: Bools) -> list[tuple[int, int]]:
    """First and last of the days in a row."""
    edges = np.diff(np.concatenate([[0], stormy.astype(int), [0]]))
    return list(
        zip(
            np.flatnonzero(edges == 1).tolist(),
            (np.flatnonzero(edges == -1) - 1).tolist(),
            strict=True,
        )
    )


def _told(
    days: tuple[int, int],
    counts: Ints,
    usual: Floats,
    spread: Floats,
    chance: Floats,
    share: Floats,
) -> Storm:
    """One storm; notes in ``share`` which part of each of its services' requests it brought."""
    services, days = _extent(days, counts, usual, spread)
    first, last = days
    span = slice(first, last + 1)
    whole, expected = counts[:, span].sum(axis=1), usual[:, span].sum(axis=1)
    mine = counts[services, span].astype(float)
    part = 1.0 - usual[services, span] / np.maximum(mine, 1e-9)
    share[services, span] = np.clip(part, 0.0, 1.0) * (mine > 0)
    return Storm(
        first=first,
        last=last,
        services=tuple(services.tolist()),
        received=int(whole[services].sum()),
        usual=float(expected[services].sum()),
        chance=float(chance[span].min()),
    )


def _extent(
    days: tuple[int, int], counts: Ints, usual: Floats, spread: Floats
) -> tuple[Ints, tuple[int, int]]:
    """The services that a storm brought more of, and its days with those before and after.

    A day beside it belongs to it while these services together still have more than chance brings.
    """
    first, last = days

    def chances(span: slice) -> Floats:
        whole, expected = counts[:, span].sum(axis=1), usual[:, span].sum(axis=1)
        return np.asarray(_chances(whole[:, None], expected[:, None], spread)[:, 0])

    services = np.flatnonzero(chances(slice(first, last + 1)) <= ALONG)

    def goes_on(day: int) -> bool:
        if not 0 <= day < counts.shape[1] or not len(services):
            return False
        whole, expected = counts[services, day].sum(), usual[services, day].sum()
        wide = np.average(spread[services], weights=usual[services, day])
        p = _chances(np.array([[whole]]), np.array([[expected]]), np.array([wide]))
        return bool(p[0, 0] <= ALONG)

    while last - days[1] < SHOULDER and goes_on(last + 1):
        last += 1
    while days[0] - first < SHOULDER and goes_on(first - 1):
        first -= 1
    return services, (first, last)
