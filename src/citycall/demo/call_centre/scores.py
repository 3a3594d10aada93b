"""Twelve weeks of scored conversations, and what the reviewers wrote about them."""

from datetime import date, datetime, timedelta
from typing import Final

import numpy as np

from citycall.accounts.models import User
from citycall.accounts.queries import actor_of
from citycall.calls.quality.actions import draw, use_usual_card
from citycall.calls.quality.models import Criterion, Review, Sample
from citycall.calls.quality.rules import share
from citycall.core import clock
from citycall.demo import people

_EACH: Final = 5
_NOTES: Final = (
    "Read the number back slowly: very good.",
    "Ask for a landmark where the caller knows no address.",
    "The caller waited while you searched. Say what you are doing.",
    "Promise only the date that the record shows.",
    "Calm and clear with a worried caller. Thank you.",
    "Please write down what the caller was told.",
)


def write(*, weeks: int, seed: int, at: datetime) -> None:
    """Draw and score each finished week; the last one still waits for some of its scores."""
    rng = np.random.default_rng([seed, 12])
    names = [person.username for person in (people.PEOPLE[1], people.COLLEAGUE)]
    reviewers = list(User.objects.filter(username__in=names).order_by("id"))
    actor = actor_of(reviewers[0])
    use_usual_card(by=actor)
    today = at.astimezone(clock.city_zone()).date()
    monday = today - timedelta(days=today.weekday())
    card = list(Criterion.objects.order_by("position"))
    for back in range(weeks, 0, -1):
        week = monday - timedelta(weeks=back)
        draw(week, count=_EACH, by=actor, zone=clock.city_zone(), at=at)
        _score(week, reviewers, card, rng, part=1.0 if back > 1 else 0.4, at=at)


def _score(
    week: date,
    reviewers: list[User],
    card: list[Criterion],
    rng: np.random.Generator,
    *,
    part: float,
    at: datetime,
) -> None:
    weights = {line.pk: line.weight for line in card}
    rows = []
    for sample in Sample.objects.filter(week=week).order_by("id"):
        if rng.random() > part:
            continue
        # Everybody has their own strength, which changes little from call to call.
        skill = 0.62 + 0.3 * ((sample.taker_id * 37) % 11) / 11
        true = rng.binomial(3, min(skill, 0.97), len(card))
        for reviewer in reviewers if sample.two else reviewers[:1]:
            seen = np.clip(true + rng.choice([-1, 0, 0, 0, 0, 0, 1], len(card)), 0, 3)
            points = {
                line.pk: None if line.position == 3 and sample.disposition != "emergency"
                else int(value)
                for line, value in zip(card, seen, strict=True)
            }  # fmt: skip
            scored = min(at, _evening(week, int(rng.integers(7, 12))))
            rows.append(
                Review(
                    sample=sample,
                    reviewer=reviewer,
                    points={str(each): value for each, value in points.items()},
                    share=share(points, weights),
                    words=str(rng.choice(_NOTES)) if rng.random() < 0.35 else "",
                    at=scored,
                    seen_at=scored + timedelta(days=1) if rng.random() < 0.8 else None,
                )
            )
    Review.objects.bulk_create(rows)


def _evening(week: date, days: int) -> datetime:
    day = week + timedelta(days=days)
    return datetime(day.year, day.month, day.day, 17, 5, tzinfo=clock.city_zone())
