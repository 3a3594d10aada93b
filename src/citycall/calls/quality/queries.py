"""Reading scores: a week's conversations, one to score, one's own, trends and agreement."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db.models import Count, Max, QuerySet
from django.utils.translation import gettext as _

from citycall.accounts.models import User
from citycall.calls.models import Touch
from citycall.calls.policies import PERMISSIONS
from citycall.calls.quality.models import Criterion, Review, Sample
from citycall.calls.quality.rules import Agreement, Mean, agreement, mean
from citycall.core.actors import Actor
from citycall.core.errors import NotFound
from citycall.core.permissions import require

MOST_SHOWN: Final = 200
_TREND_WEEKS: Final = 12


@dataclass(frozen=True, slots=True)
class Trend:
    """A person's mean of the last weeks, and of those before, with their intervals."""

    taker: User
    lately: Mean | None
    before: Mean | None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a conversation's record says beside its notes."""

    kind: str
    request_id: int | None
    code: str


def card(*, by: Actor) -> list[Criterion]:
    """The lines that are scored now."""
    require(PERMISSIONS, "take", by=by)
    return list(Criterion.objects.filter(retired=False).order_by("position", "id"))


def of_week(week: date, *, by: Actor) -> Iterable[Sample]:
    """A week's drawn conversations with their scores, those that wait for one first."""
    require(PERMISSIONS, "supervise", by=by)
    rows = Sample.objects.filter(week=week - timedelta(days=week.weekday()))
    rows = rows.select_related("call", "taker").prefetch_related("reviews__reviewer")
    rows = rows.annotate(scored=Count("reviews")).order_by("scored", "taker", "id")
    return rows[:MOST_SHOWN]


def latest_week(*, by: Actor) -> date | None:
    """The last week of which conversations were drawn."""
    require(PERMISSIONS, "supervise", by=by)
    found: date | None = Sample.objects.aggregate(last=Max("week"))["last"]
    return found


def to_score(sample_id: int, *, by: Actor) -> tuple[Sample, list[Review], list[Recorded]]:
    """A conversation with what was recorded; scores of others only once one has scored it.

    Raises ``NotFound``.
    """
    require(PERMISSIONS, "supervise", by=by)
    rows = Sample.objects.select_related("call", "taker").prefetch_related("reviews__reviewer")
    sample = rows.filter(pk=sample_id).first()
    if sample is None:
        raise NotFound(_("There is no such conversation."))
    reviews = list(sample.reviews.all())
    mine = any(review.reviewer_id == by.id for review in reviews)
    full = len(reviews) >= (2 if sample.two else 1)
    touches = Touch.objects.filter(call=sample.call).order_by("id")
    recorded = [Recorded(t.get_kind_display(), t.request_id, t.code) for t in touches[:20]]
    return sample, reviews if mine or full else [], recorded


def own(*, by: Actor) -> list[Review]:
    """A call-taker's own scores and notes, the latest first."""
    require(PERMISSIONS, "take", by=by)
    rows = Review.objects.filter(sample__taker_id=by.id).select_related("sample__call")
    return list(rows.order_by("-at", "-id")[:50])


def trends(week: date, *, by: Actor) -> list[Trend]:
    """Everybody's means in the twelve weeks to this one, and in the twelve before; by name."""
    require(PERMISSIONS, "supervise", by=by)
    return _trends(week, Review.objects.all())


def own_trend(week: date, *, by: Actor) -> Trend | None:
    """A call-taker's own."""
    require(PERMISSIONS, "take", by=by)
    return next(iter(_trends(week, Review.objects.filter(sample__taker_id=by.id))), None)


def _trends(week: date, reviews: "QuerySet[Review]") -> list[Trend]:
    since = week - timedelta(weeks=_TREND_WEEKS - 1)
    rows = reviews.filter(
        sample__week__lte=week,
        sample__week__gte=since - timedelta(weeks=_TREND_WEEKS),
        share__isnull=False,
    ).values_list("sample__taker_id", "sample__week", "share")
    lately: Mapping[int, list[float]] = defaultdict(list)
    before: Mapping[int, list[float]] = defaultdict(list)
    for taker, of, share in rows:
        (lately if of >= since else before)[taker].append(share or 0.0)
    people = User.objects.filter(pk__in=[*lately, *before]).order_by("last_name", "first_name")
    return [
        Trend(each, mean(lately.get(each.pk, [])), mean(before.get(each.pk, []))) for each in people
    ]


def agreed(week: date, *, by: Actor) -> tuple[Agreement | None, Sequence[tuple[str, Agreement]]]:
    """How two reviewers of the same conversation agree, in the twelve weeks to this one.

    All criteria together, and each by itself.
    """
    require(PERMISSIONS, "supervise", by=by)
    rows = Sample.objects.filter(
        two=True, week__lte=week, week__gt=week - timedelta(weeks=_TREND_WEEKS)
    ).prefetch_related("reviews")
    pairs: dict[int, list[tuple[int | None, int | None]]] = defaultdict(list)
    for sample in rows:
        told = sorted(sample.reviews.all(), key=lambda review: review.reviewer_id)[:2]
        if len(told) == 2:
            for each in told[0].points.keys() & told[1].points.keys():
                pairs[int(each)].append((told[0].points[each], told[1].points[each]))
    names = dict(Criterion.objects.filter(pk__in=list(pairs)).values_list("id", "name"))
    each_line = [(names.get(c, ""), agreement(pairs[c])) for c in sorted(pairs)]
    whole = agreement([pair for some in pairs.values() for pair in some])
    return whole, [(name, told) for name, told in each_line if told is not None]
