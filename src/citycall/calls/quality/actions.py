"""Drawing conversations to be scored, scoring them, and writing the score card."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from citycall.calls.measures.queries import midnight
from citycall.calls.models import Call
from citycall.calls.policies import PERMISSIONS
from citycall.calls.quality.models import Criterion, Review, Sample
from citycall.calls.quality.rules import MOST_POINTS, choose, share
from citycall.core.actors import Actor
from citycall.core.errors import Conflict, DomainError, NotAllowed, NotFound
from citycall.core.permissions import require

LONGEST_WORDS: Final = 4_000
# One in so many drawn conversations is scored by two.
_TWO_IN: Final = 5
# What a city that has not written its own begins with: name, what is looked at, weight.
USUAL: Final = (
    (
        gettext_noop("Greeting and listening"),
        gettext_noop("The caller could finish and was understood."),
        1,
    ),
    (gettext_noop("Right service"), gettext_noop("What was recorded is what was said."), 3),
    (gettext_noop("Right place"), gettext_noop("A crew would find it."), 3),
    (gettext_noop("Safety"), gettext_noop("Danger was heard and passed to 911."), 3),
    (gettext_noop("Plain and true"), gettext_noop("Promised only what the record says."), 2),
    (gettext_noop("Notes"), gettext_noop("The next person understands them."), 1),
)


class NotScored(DomainError):
    """Points are missing, or are none of those there are."""

    code = "not_scored"


class ScoredAlready(Conflict):
    """The conversation has its score."""

    code = "scored_already"


@transaction.atomic
def use_usual_card(*, by: Actor) -> None:
    """Begin with the usual criteria, where there are none."""
    require(PERMISSIONS, "supervise", by=by)
    if not Criterion.objects.exists():
        Criterion.objects.bulk_create(
            Criterion(name=_(name), hint=_(hint), weight=weight, position=n)
            for n, (name, hint, weight) in enumerate(USUAL)
        )


def add_criterion(*, name: str, hint: str, weight: int, by: Actor) -> Criterion:
    """One more line of the card; raises ``NotScored`` where it is none."""
    require(PERMISSIONS, "supervise", by=by)
    if not name.strip() or not 1 <= weight <= 10:
        raise NotScored(_("A criterion has a name, and a weight from 1 to 10."), field="name")
    return Criterion.objects.create(
        name=name.strip()[:80],
        hint=hint.strip()[:300],
        weight=weight,
        position=Criterion.objects.count(),
    )


def retire_criterion(criterion_id: int, *, by: Actor) -> None:
    """Score by it no longer; what was scored stays."""
    require(PERMISSIONS, "supervise", by=by)
    Criterion.objects.filter(pk=criterion_id).update(retired=True)


@transaction.atomic
def draw(week: date, *, count: int, by: Actor, zone: ZoneInfo, at: datetime) -> int:
    """Draw ``count`` conversations for each call-taker of a week (its Monday); returns how many.

    Drawn again, the same are drawn, and what there is already stays as it is. The seed is the
    week, the call-taker and the site's address: nobody can choose whose calls are scored.
    """
    require(PERMISSIONS, "supervise", by=by)
    week -= timedelta(days=week.weekday())
    begins, ends = midnight(week, zone), midnight(week + timedelta(days=7), zone)
    rows = Call.objects.filter(
        arrived_at__gte=begins, arrived_at__lt=ends, wrapped_at__isnull=False, taker__isnull=False
    ).exclude(disposition="")
    calls: dict[int, list[tuple[int, str]]] = {}
    for call, taker, disposition in rows.values_list("id", "taker_id", "disposition"):
        calls.setdefault(taker or 0, []).append((call, disposition))
    made = [
        Sample(call_id=call, taker_id=taker, week=week, disposition=disposition,
               two=n % _TWO_IN == 0, drawn_at=at)
        for taker, own in sorted(calls.items())
        for n, (call, disposition) in enumerate(_drawn(own, week, taker, count))
    ]  # fmt: skip
    before = Sample.objects.filter(week=week).count()
    Sample.objects.bulk_create(made, ignore_conflicts=True)
    return Sample.objects.filter(week=week).count() - before


def _drawn(own: list[tuple[int, str]], week: date, taker: int, count: int) -> list[tuple[int, str]]:
    told = dict(own)
    seed = f"{settings.PUBLIC_URL} {week.isoformat()} {taker}"
    return [(call, told[call]) for call in choose(own, count=count, seed=seed)]


def score(
    sample_id: int,
    *,
    points: Mapping[int, int | None],
    words: str,
    by: Actor,
    at: datetime,
) -> Review:
    """Keep a reviewer's points for every criterion (none: not applicable) and a note.

    A conversation is scored once, by two reviewers where two are asked for; nobody scores their
    own. Raises ``NotScored``, ``ScoredAlready``, ``NotFound``.
    """
    require(PERMISSIONS, "supervise", by=by)
    if by.id is None:
        raise NotAllowed(_("This page is for city staff."))
    weights = dict(Criterion.objects.filter(retired=False).values_list("id", "weight"))
    if set(points) != set(weights) or not all(
        value is None or 0 <= value <= MOST_POINTS for value in points.values()
    ):
        raise NotScored(_("Please give points for each line, or say that it does not apply."))
    with transaction.atomic():
        sample = Sample.objects.select_for_update().filter(pk=sample_id).first()
        if sample is None:
            raise NotFound(_("There is no such conversation."))
        if sample.taker_id == by.id:
            raise ScoredAlready(_("This is your own conversation. Somebody else scores it."))
        if sample.reviews.count() >= (2 if sample.two else 1):
            raise ScoredAlready(_("This conversation has been scored already."))
        try:
            with transaction.atomic():
                return Review.objects.create(
                    sample=sample,
                    reviewer_id=by.id,
                    points={str(each): value for each, value in points.items()},
                    share=share(points, weights),
                    words=words.strip()[:LONGEST_WORDS],
                    at=at,
                )
        except IntegrityError:
            raise ScoredAlready(_("You have scored this conversation already.")) from None


def ask_for_two(sample_id: int, *, by: Actor) -> None:
    """Let a second reviewer score it as well, without seeing the first one's points."""
    require(PERMISSIONS, "supervise", by=by)
    Sample.objects.filter(pk=sample_id).update(two=True)


def note_seen(*, by: Actor, at: datetime) -> None:
    """A call-taker has seen their own scores and notes."""
    require(PERMISSIONS, "take", by=by)
    Review.objects.filter(sample__taker_id=by.id, seen_at__isnull=True).update(seen_at=at)
