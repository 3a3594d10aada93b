"""What a change of crews is said to do is what it does in teams whose line of work is known."""

from dataclasses import replace

import numpy as np
import pytest

from citycall.analytics.fairness import crews
from citycall.analytics.fairness.crews import Change, Line
from citycall.analytics.fairness.untold import Between
from tests.analytics.fairness.queues import Team


def line_of(team: Team) -> Line:
    found = crews.line(team.load())
    assert found is not None
    return found


@pytest.mark.parametrize("factor", [1.15, 0.92])
@pytest.mark.parametrize("busy", [0.85, 0.97])
def test_nine_of_ten_intervals_hold_what_another_capacity_did(busy: float, factor: float) -> None:
    held = []
    for seed in range(10):
        team = Team(seed, busy=busy, lasts=float(seed % 2))
        said = crews.change(line_of(team), factor=factor).days
        did = team.mean_days(factor=factor) - team.mean_days()
        held.append(said.low - 0.1 <= did <= said.high + 0.1)
    assert sum(held) >= 8


def test_the_capacity_is_found_from_how_much_was_open() -> None:
    team = Team(3, busy=0.95)
    assert np.median(line_of(team).capacities) == pytest.approx(
        team.arrived().mean() / 0.95, rel=0.03
    )


def test_where_waiting_has_nothing_to_do_with_the_line_more_crews_gain_little() -> None:
    team = Team(5, lasts=2.0, queues=False)
    said = crews.change(line_of(team), factor=1.3).days
    assert said.value > -0.6
    assert said.high == pytest.approx(0, abs=0.2)


def test_who_gives_may_lose_more_than_the_weeks_tell() -> None:
    team = Team(1, busy=0.97, lasts=1.0)
    found = replace(line_of(team), follows=np.zeros(crews.DRAWS))
    assert crews.change(found, factor=1.2).days.value == 0
    lost = crews.change(found, factor=0.8).days
    assert lost.low < lost.value < lost.high
    assert lost.value > 1


def test_no_crew_at_all_is_refused_and_too_little_work_is_said() -> None:
    team = Team(2)
    with pytest.raises(ValueError, match="no capacity"):
        crews.change(line_of(team), factor=0.0)
    quiet = replace(team.load(), arrived=np.zeros(crews.DAYS))
    assert crews.line(quiet) is None


def test_an_area_loses_and_gains_by_the_requests_that_both_teams_have_there() -> None:
    gain = Change(Between(-2.0, -3.0, -1.0), Between(0, 0, 0), {1: 100, 2: 10})
    loss = Change(Between(1.0, 0.5, 2.0), Between(0, 0, 0), {1: 10})
    found = crews.by_area([gain, loss])
    assert found[2] == Between(-20.0, -30.0, -10.0)
    assert found[1].value == -190.0
    assert found[1].low < -280
    assert found[1].high > -100
