"""Work against capacity: where more comes than a team has shown it can do, the pile grows."""

import numpy as np

from citycall.analytics.forecasts import workload
from citycall.analytics.forecasts.weeks import AHEAD, Floats
from citycall.analytics.forecasts.workload import Work

WEEKS = 100


def queue(coming: Floats, most: float, rng: np.random.Generator) -> tuple[Floats, Floats, int]:
    """Requests that come and are ended by people who can end so many a week, and what is left."""
    received = rng.poisson(coming).astype(float)
    left, ended = 10.0, []
    for came in received:
        done = min(left + came, rng.poisson(most), rng.binomial(int(left + came), 0.75))
        ended.append(float(done))
        left += came - done
    return received, np.array(ended), int(left)


def work(seed: int, comings: list[Floats], most: float = 40.0) -> Work:
    rng = np.random.default_rng(seed)
    rows = [queue(coming, most, rng) for coming in comings]
    received, ended, left = zip(*rows, strict=True)
    return Work(np.array(received), np.array(ended), np.array(left))


def steady(a_week: float) -> Floats:
    return np.full(WEEKS, a_week)


def tries(comings: list[Floats]) -> dict[int, Floats]:
    return {
        weeks: np.array([coming[weeks : weeks + AHEAD] for coming in comings])
        for weeks in range(52, WEEKS - AHEAD + 1)
    }


def test_the_pile_grows_where_more_comes_than_can_be_done() -> None:
    comings = [steady(20), steady(30), np.where(np.arange(WEEKS) < 85, 35.0, 60.0)]
    found, _trial = workload.course(
        work(1, comings), np.array([[20.0] * 4, [30.0] * 4, [60.0] * 4]), tries(comings)
    )
    assert found.grows.tolist() == [False, False, True]


def test_no_week_ends_more_than_the_best_month_did() -> None:
    comings = [steady(30)]
    one = work(2, comings)
    found, _trial = workload.course(one, np.full((1, 4), 400.0), tries(comings))
    best = max(one.ended[0, n : n + 4].mean() for n in range(WEEKS - 52, WEEKS - 3))
    assert (found.ended <= best + 1e-9).all()
    assert found.capacity[0] == best
    assert found.open[0, -1] > 1300


def test_what_is_open_after_each_week_follows_from_what_is_open_now() -> None:
    one = Work(np.array([[5.0, 3.0]]), np.array([[1.0, 4.0]]), np.array([7]))
    assert one.opened().tolist() == [[4.0, 8.0, 7.0]]


def test_intervals_hold_four_of_five_times() -> None:
    comings = [steady(size) for size in (6, 12, 20, 30, 36, 38)]
    held = []
    for seed in range(6):
        _found, trial = workload.course(
            work(seed, comings), np.array([c[-4:] for c in comings]), tries(comings)
        )
        assert trial is not None
        held.append(trial.held)
    found = np.mean(held, axis=0)
    assert ((found > 0.75) & (found < 0.87)).all()


def test_no_trial_where_nothing_was_tried() -> None:
    comings = [steady(20)]
    found, trial = workload.course(work(3, comings), np.full((1, 4), 20.0), {})
    assert trial is None
    assert (found.low <= found.open).all()
    assert (found.high >= found.open).all()
