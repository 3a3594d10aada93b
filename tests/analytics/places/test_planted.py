"""Of what is planted in the demo city nearly all is found, and hardly anything else told."""

from datetime import timedelta

import numpy as np
import pytest

from bench import places
from citycall.analytics.places.looking import look
from citycall.analytics.places.study import Study
from tests.analytics.places import drawn


def test_the_same_seed_plants_the_same_and_no_service_has_two_things() -> None:
    one, other = drawn.truth_of(5, 20_000).planted, drawn.truth_of(5, 20_000).planted
    assert one == other
    services = [spot.service for spot in one.hot_spots]
    services += [step.service for step in one.shifts]
    services += [step.service for step in one.paces]
    assert len(services) == len(set(services)) == 18
    assert all(spot.factor > 2 for spot in one.hot_spots)
    assert drawn.truth_of(6, 20_000).planted != one


def test_what_is_planted_is_kept_with_the_truth() -> None:
    told = drawn.truth_of(5, 20_000).as_json()["planted"]
    assert {kind: len(each) for kind, each in told.items()} == {
        "hot_spots": 8,
        "shifts": 6,
        "paces": 4,
    }
    assert told["shifts"][0]["since"].startswith("202")


def test_a_level_and_a_pace_hold_from_their_day_on() -> None:
    planted = drawn.truth_of(5, 20_000).planted
    shift = planted.shifts[0]
    day = shift.since.date()
    before, after = planted.level(
        shift.service, np.array([day - timedelta(days=1), day], dtype="datetime64[D]")
    )
    assert (before, after) == (1.0, shift.factor)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_nine_of_ten_are_found_and_nine_of_ten_are_true() -> None:
    for seed in (21, 22):
        history = drawn.draw(seed, 20_000)
        found = look(Study(drawn.facts(history)), at=drawn.AT)
        judged = places.judged(history, found)
        spots, storms = judged["hot_spots"], judged["storms"]
        assert spots["found"] >= 0.9 * spots["planted"]
        assert spots["true"] >= 0.9 * spots["told"]
        assert storms["true"] >= 0.9 * storms["told"]
        steps = [judged["shifts"], judged["paces"]]
        # Of ten; the paces of work are found less often, as docs/explanation/hot-spots.md says.
        assert sum(each["found"] for each in steps) >= 7
        assert sum(each["told"] - each["true"] for each in steps) <= 3
        assert any(each.going_on for each in found.clusters)


def test_an_empty_city_has_nothing() -> None:
    empty = drawn.facts(drawn.nobody())
    found = look(Study(empty), at=drawn.AT)
    assert (found.clusters, found.turns, found.storms, found.services) == ((), (), (), 0)
