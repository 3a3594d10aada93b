"""Calls and call-backs name nobody any more once nobody needs to know."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from citycall.calls.models import Call, CallBack, Pad
from citycall.calls.pace import sums
from citycall.calls.quality.models import Review

# Some at a time, so that no row is held for long.
_AT_ONCE: Final = 1_000
# Nobody is on the line, or about to be called, for so long: news of the end was lost.
_SURELY_OVER: Final = timedelta(days=30)


def erase_old(*, at: datetime) -> int:
    """Empty phone, name and notes of what came longer ago than the city keeps it.

    Times, language, topic and what came of it stay, for the figures. Returns how many were erased.
    """
    before = at - max(timedelta(days=settings.CITYCALL_CALLS_KEPT_DAYS), _SURELY_OVER)
    sums.forget_old(at=at)
    return _erase_calls(before, at=at) + _erase_call_backs(before, at=at)


def erase_calls(ids: list[int], *, at: datetime) -> int:
    """Empty what these calls say of a person, what was typed in them, and in their reviews.

    How a conversation was scored stays.
    """
    Pad.objects.filter(call__in=ids).delete()
    Review.objects.filter(sample__call__in=ids).exclude(words="").update(words="")
    return Call.objects.filter(pk__in=ids, erased_at__isnull=True).update(
        phone="", name="", notes="", erased_at=at
    )


def _erase_calls(before: datetime, *, at: datetime) -> int:
    count = 0
    named = Q(erased_at__isnull=True, arrived_at__lt=before)
    while ids := list(
        Call.objects.filter(named).order_by("arrived_at").values_list("pk", flat=True)[:_AT_ONCE]
    ):
        with transaction.atomic():
            count += erase_calls(ids, at=at)
    return count


def _erase_call_backs(before: datetime, *, at: datetime) -> int:
    return CallBack.objects.filter(erased_at__isnull=True, ended_at__lt=before).update(
        phone="", name="", why="", erased_at=at
    )
