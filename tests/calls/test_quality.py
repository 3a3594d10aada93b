"""Who is drawn, what a score is, and how two reviewers agree."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sklearn.metrics import cohen_kappa_score

from citycall.calls.models import Call
from citycall.calls.quality import actions, queries
from citycall.calls.quality.actions import NotScored, ScoredAlready
from citycall.calls.quality.models import Criterion, Sample
from citycall.calls.quality.rules import agreement, choose, mean, share
from citycall.core.errors import NotAllowed
from tests import city as small_city

ZONE = ZoneInfo("America/New_York")
MONDAY = date(2026, 3, 9)
NOW = datetime(2026, 3, 18, 15, tzinfo=UTC)


@pytest.fixture
def city(db: None) -> small_city.City:
    return small_city.build()


def conversations(city: small_city.City, count: int = 30) -> None:
    for n in range(count):
        arrived = datetime(2026, 3, 10, 14, tzinfo=UTC) + timedelta(minutes=7 * n)
        Call.objects.create(
            phone="+14105550101",
            taker_id=city.call_taker.id,
            arrived_at=arrived,
            answered_at=arrived,
            ended_at=arrived,
            wrapped_at=arrived,
            disposition="emergency" if n == 3 else ("report" if n % 3 else "information"),
        )


def test_every_disposition_takes_its_turn_and_the_same_seed_draws_the_same() -> None:
    calls = [(n, "report") for n in range(50)] + [(90, "emergency"), (91, "information")]
    drawn = choose(calls, count=5, seed="week 1")
    assert {90, 91} <= set(drawn)
    assert len(set(drawn)) == 5
    assert drawn == choose(list(reversed(calls)), count=5, seed="week 1")
    assert drawn != choose(calls, count=5, seed="week 2")


def test_every_call_can_be_drawn() -> None:
    calls = [(n, "report" if n % 2 else "information") for n in range(20)]
    seen = {call for n in range(300) for call in choose(calls, count=2, seed=str(n))}
    assert seen == set(range(20))


def test_what_does_not_apply_counts_for_nothing() -> None:
    assert share({1: 3, 2: None, 3: 0}, {1: 3, 2: 5, 3: 1}) == 0.75
    assert share({1: None}, {1: 1}) is None


def test_agreement_is_as_published() -> None:
    """Gwet's example of the paradox: 118 + 0 the same of 125, kappa below zero."""
    pairs = [(1, 1)] * 118 + [(1, 0)] * 5 + [(0, 1)] * 2
    told = agreement(pairs)
    assert told is not None
    assert told.observed == pytest.approx(0.944)
    assert told.kappa == pytest.approx(-0.0234, abs=1e-4)
    assert told.ac1 == pytest.approx(0.9408, abs=1e-4)


def test_kappa_agrees_with_another_program() -> None:
    pairs = [(n * 7 % 4, n * 7 % 4 if n % 3 else n % 4) for n in range(60)]
    told = agreement(pairs)
    assert told is not None
    one, other = zip(*pairs, strict=True)
    assert told.kappa == pytest.approx(cohen_kappa_score(one, other))


def test_a_mean_of_few_says_so_and_of_one_has_no_interval() -> None:
    one = mean([0.5])
    assert one is not None
    assert (one.low, one.is_of_few) == (None, True)
    two = mean([0.4, 0.6])
    assert two is not None
    assert two.low == 0.0  # t = 12.7 of one degree: nothing is known yet
    many = mean([0.5, 0.6] * 10)
    assert many is not None
    assert not many.is_of_few
    assert many.low == pytest.approx(0.55 - 2.093 * 0.0512989 / 20**0.5, abs=1e-4)


def test_drawing_again_draws_nothing_new(city: small_city.City) -> None:
    conversations(city)
    assert actions.draw(MONDAY, count=5, by=city.supervisor, zone=ZONE, at=NOW) == 5
    before = set(Sample.objects.values_list("call_id", flat=True))
    assert actions.draw(MONDAY, count=5, by=city.supervisor, zone=ZONE, at=NOW) == 0
    assert set(Sample.objects.values_list("call_id", flat=True)) == before
    assert "emergency" in set(Sample.objects.values_list("disposition", flat=True))


def scored(city: small_city.City, *, two: bool) -> Sample:
    conversations(city)
    actions.use_usual_card(by=city.supervisor)
    actions.draw(MONDAY, count=5, by=city.supervisor, zone=ZONE, at=NOW)
    sample = Sample.objects.filter(two=False).first()
    assert sample is not None
    if two:
        actions.ask_for_two(sample.pk, by=city.supervisor)
    points = {line.pk: 3 for line in Criterion.objects.all()}
    actions.score(sample.pk, points=points, words="Well done.", by=city.supervisor, at=NOW)
    return sample


def test_nobody_scores_twice_and_a_second_reviewer_only_where_asked(
    city: small_city.City,
) -> None:
    sample = scored(city, two=False)
    points = {line.pk: 2 for line in Criterion.objects.all()}
    for by in (city.supervisor, city.administrator):
        with pytest.raises(ScoredAlready):
            actions.score(sample.pk, points=points, words="", by=by, at=NOW)


def test_the_second_reviewer_does_not_see_the_first_ones_points(city: small_city.City) -> None:
    sample = scored(city, two=True)
    assert queries.to_score(sample.pk, by=city.administrator)[1] == []
    points: dict[int, int | None] = {line.pk: 3 for line in Criterion.objects.all()}
    points[max(points)] = None
    actions.score(sample.pk, points=points, words="", by=city.administrator, at=NOW)
    assert len(queries.to_score(sample.pk, by=city.administrator)[1]) == 2
    whole, lines = queries.agreed(MONDAY, by=city.supervisor)
    assert whole is not None
    assert (whole.pairs, whole.observed, len(lines)) == (6, 5 / 6, 6)


def test_every_line_needs_points(city: small_city.City) -> None:
    conversations(city)
    actions.use_usual_card(by=city.supervisor)
    actions.draw(MONDAY, count=1, by=city.supervisor, zone=ZONE, at=NOW)
    sample = Sample.objects.get()
    with pytest.raises(NotScored):
        actions.score(sample.pk, points={}, words="", by=city.supervisor, at=NOW)


def test_call_takers_see_their_own_scores_and_nobody_elses(city: small_city.City) -> None:
    scored(city, two=False)
    assert [review.words for review in queries.own(by=city.call_taker)] == ["Well done."]
    assert queries.own(by=city.supervisor) == []
    with pytest.raises(NotAllowed):
        queries.of_week(MONDAY, by=city.call_taker)
