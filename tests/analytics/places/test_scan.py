"""Clusters are found where and when they are, and a busy place or week is none."""

from dataclasses import replace

import h3.api.basic_int as h3
import numpy as np

from citycall.analytics.places.scan import Cases, scan
from tests.analytics.places.nothing import MIDDLE, cases

WEEKS = 52


def with_cluster(rng: np.random.Generator, *, more: int = 14) -> Cases:
    """Usual problems, and more of them for three weeks around the middle of the town."""
    usual = cases(rng, problems=300, weeks=WEEKS)
    near = [usual.hexagons.index(cell) for cell in h3.grid_disk(MIDDLE, 1)]
    return replace(
        usual,
        where=np.concatenate([usual.where, rng.choice(near, more)]),
        week=np.concatenate([usual.week, rng.integers(30, 33, more)]),
    )


def test_a_cluster_is_found_at_its_place_and_time() -> None:
    rng = np.random.default_rng(4)
    found = scan(with_cluster(rng), rng=rng)[0]
    assert found.chance < 0.001
    assert h3.grid_distance(found.middle, MIDDLE) <= 1
    assert abs(found.since - 30) <= 1
    assert abs(found.until - 33) <= 1
    assert found.observed > 5 * found.expected


def test_two_clusters_are_told_apart() -> None:
    rng = np.random.default_rng(5)
    one = with_cluster(rng)
    away = one.hexagons.index(h3.grid_ring(MIDDLE, 7)[0])
    both = replace(
        one,
        where=np.concatenate([one.where, np.full(12, away)]),
        week=np.concatenate([one.week, np.full(12, 10)]),
    )
    found = [each for each in scan(both, rng=rng) if each.chance < 0.001]
    assert sorted(each.since // 10 for each in found) in ([1, 3], [0, 3], [1, 2], [0, 2])
    assert len({each.middle for each in found}) == 2


def test_the_same_place_always_busy_and_the_same_week_busy_everywhere_are_no_cluster() -> None:
    rng = np.random.default_rng(6)
    usual = cases(rng, problems=300, weeks=WEEKS)
    place = np.full(200, usual.hexagons.index(MIDDLE))
    week = np.full(200, 20)
    busy = replace(
        usual,
        where=np.concatenate([usual.where, place, rng.choice(usual.where, 200)]),
        week=np.concatenate([usual.week, rng.choice(usual.week, 200), week]),
    )
    assert scan(busy, rng=rng)[0].chance > 0.01


def test_too_few_problems_are_no_cluster() -> None:
    few = Cases([MIDDLE], np.zeros(3, dtype=int), np.full(3, 5), WEEKS)
    assert scan(few, rng=np.random.default_rng(1)) == []


def test_where_nothing_goes_on_a_cluster_is_told_as_seldom_as_said() -> None:
    chances = []
    for seed in range(60):
        rng = np.random.default_rng([seed, 7])
        found = scan(cases(rng, problems=80, weeks=26, rings=4), rng=rng, replicates=99)
        chances.append(found[0].chance if found else 1.0)
    # One in twenty is the rate; eight of sixty would be seen by chance once in a hundred times.
    assert sum(chance <= 0.05 for chance in chances) <= 8


def test_the_same_seed_gives_the_same_chances() -> None:
    one, other = (
        scan(with_cluster(np.random.default_rng(8)), rng=np.random.default_rng(9)) for _ in range(2)
    )
    assert one == other
