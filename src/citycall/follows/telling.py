"""From a new request to its followers: noted at once, told by and by, never twice."""

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import translation
from procrastinate.contrib.django import app as jobs
from procrastinate.types import JSONDict

from citycall.catalog.queries import catalog, written
from citycall.core import clock
from citycall.follows import links, words
from citycall.follows.models import Follow, News, Often
from citycall.notifications import delivery, messages
from citycall.notifications.actions import DELIVER_QUEUE
from citycall.places.coordinates import distance_m
from citycall.service_requests import published
from citycall.service_requests.published import Published

TELL_TASK: Final = "citycall.tell_follower"
AT_ONCE_EVERY: Final = timedelta(minutes=30)
MORNING: Final = time(7, 0)
# What a message was owed for and is not sent by then is owed anew.
OWED_ANEW_AFTER: Final = timedelta(hours=2)
MOST_IN_A_MESSAGE: Final = 20
_LOOKED_AT: Final = 200
_AT_ONCE: Final = 1_000


def note(request_id: int) -> int:
    """Note a new request for everybody who follows its service or place; returns for how many.

    Only what everyone may know of it counts: a request whose place is hidden is near nobody, a
    private one is told to nobody. Noted already, it changes nothing.
    """
    row = published.one(request_id)
    if row is None or row.merged_into_id is not None:
        return 0
    count = 0
    for some in _in_parts(_concerned(row)):
        near = [each for each in some if _is_near(each, row)]
        News.objects.bulk_create(
            (News(follow=each, request_id=row.id) for each in near), ignore_conflicts=True
        )
        count += len(near)
    return count


def owe(*, at: datetime) -> int:
    """Owe a message to everybody for whom there is news and whose time it is; how many."""
    count = 0
    for some in _in_parts(_due(at)):
        with transaction.atomic():
            ids = [each.pk for each in some]
            Follow.objects.filter(pk__in=ids).update(queued_at=at)
            sendings: list[JSONDict] = [{"follow_id": each} for each in ids]
            jobs.configure_task(TELL_TASK, queue=DELIVER_QUEUE).batch_defer(*sendings)
        count += len(ids)
    return count


def tell(follow_id: int, *, at: datetime) -> int:
    """Send the news of one follower; returns of how many requests they were told.

    The row is locked meanwhile, so that two workers never both send it. Raises
    ``TryAgainLater``, with all the news kept.
    """
    with transaction.atomic():
        # New requests may be noted for the row meanwhile: that needs no more than its key.
        locked = Follow.objects.select_for_update(of=("self",), no_key=True)
        rows = locked.select_related("contact")
        follow = rows.filter(pk=follow_id, confirmed_at__isnull=False).first()
        if follow is None or not follow.contact.email:
            return 0
        news = list(follow.news.order_by("pk")[:_LOOKED_AT])
        shown = [row for row in _still_new(news) if _still_concerns(follow, row)]
        if shown:
            _send(
                follow,
                shown,
                mark=f"follow:{follow.pk}:{news[-1].pk}:{follow.asked_at.isoformat()}",
            )
            follow.told_at = at
        News.objects.filter(pk__in=[each.pk for each in news]).delete()
        follow.queued_at = None
        follow.save(update_fields=["told_at", "queued_at"])
    return len(shown)


def _concerned(row: Published) -> QuerySet[Follow]:
    """The confirmed follows whose service and box the request is of."""
    group = written().service_by_id(row.service_id).spec.group
    follows = Follow.objects.filter(confirmed_at__isnull=False)
    of_service = Q(service_id=row.service_id)
    if row.longitude is None or row.latitude is None:
        return follows.filter(of_service)
    around = Q(
        service_id__isnull=True,
        west__lte=row.longitude,
        east__gte=row.longitude,
        south__lte=row.latitude,
        north__gte=row.latitude,
    )
    return follows.filter(of_service | (around & (Q(group="") | Q(group=group))))


def _is_near(follow: Follow, row: Published) -> bool:
    if follow.longitude is None or follow.latitude is None or follow.within_m is None:
        return True
    if row.longitude is None or row.latitude is None:
        return False
    here = (row.longitude, row.latitude)
    return distance_m((follow.longitude, follow.latitude), here) <= follow.within_m


def _still_concerns(follow: Follow, row: Published) -> bool:
    """Whether it is still what and where they follow: it may have been sorted anew since.

    One whose place is hidden by now is near nobody.
    """
    if follow.service_id is not None:
        return follow.service_id == row.service_id
    group = written().service_by_id(row.service_id).spec.group
    return follow.group in {"", group} and _is_near(follow, row)


def _due(at: datetime) -> QuerySet[Follow]:
    local = at.astimezone(clock.city_zone())
    morning = datetime.combine(local.date(), MORNING, tzinfo=clock.city_zone())
    now = Q(often=Often.AT_ONCE) & (Q(told_at__isnull=True) | Q(told_at__lte=at - AT_ONCE_EVERY))
    if local >= morning:
        now |= Q(often=Often.DAILY, before__lt=morning)
    # Who began today hears of it tomorrow morning.
    follows = Follow.objects.alias(before=Coalesce("told_at", "confirmed_at"))
    return follows.filter(
        now,
        Exists(News.objects.filter(follow=OuterRef("pk"))),
        Q(queued_at__isnull=True) | Q(queued_at__lt=at - OWED_ANEW_AFTER),
        confirmed_at__isnull=False,
    )


def _in_parts(follows: QuerySet[Follow]) -> Iterator[list[Follow]]:
    last = 0
    while some := list(follows.filter(pk__gt=last).order_by("pk")[:_AT_ONCE]):
        yield some
        last = some[-1].pk


def _still_new(news: Sequence[News]) -> list[Published]:
    """What everyone may still know of the requests, the latest first."""
    rows = published.some([each.request_id for each in news])
    return [row for row in rows if row.merged_into_id is None]


def _send(follow: Follow, rows: Sequence[Published], *, mark: str) -> None:
    with translation.override(messages.spoken(follow.contact.language)):
        context = {
            "what": words.describe(follow),
            "requests": [_line(row) for row in rows[:MOST_IN_A_MESSAGE]],
            "count": len(rows),
            "more": max(0, len(rows) - MOST_IN_A_MESSAGE),
            "mine": f"{settings.PUBLIC_URL}/me",
            "end": links.end_address(follow.pk),
        }
    message = messages.render_alone("follow_news", context, language=follow.contact.language)
    delivery.send_alone(message, to=follow.contact.email, mark=mark, headers=ending(follow))


def ending(follow: Follow) -> dict[str, str]:
    """The headers by which a mail program ends the messages in one tap (RFC 8058)."""
    return {
        "List-Unsubscribe": f"<{links.end_address(follow.pk)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _line(row: Published) -> dict[str, Any]:
    return {
        "service": catalog().service_by_id(row.service_id).name,
        "place": " ".join(row.place.split())[:120],
        "reported": messages.day_in_words(row.requested_at, told_at=clock.now()),
        "link": f"{settings.PUBLIC_URL}/nearby/{row.id}",
    }
