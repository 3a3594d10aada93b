"""Meetings of long ago keep their dates and what came of commitments, and no words of people."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from citycall.core import clock
from citycall.core import events as core_events
from citycall.core.models import Event
from citycall.meetings import events
from citycall.meetings.models import Commitment, Meeting, Paper, Schedule

# Stands where a person's name or words were.
FORGOTTEN = "–"
_AT_ONCE = 200


def forget_old(*, at: datetime) -> int:
    """Erase notes, papers, names and words of what is older than the city keeps it.

    A commitment that is still to be done keeps its own. Returns how many meetings were emptied.
    """
    Schedule.objects.filter(active=False).exclude(emails=[]).update(emails=[])
    kept = timedelta(days=settings.CITYCALL_MEETINGS_KEPT_DAYS)
    before = (at - kept).astimezone(clock.city_zone()).date()
    old = Meeting.objects.filter(on__lt=before, noted_at__isnull=False) | Meeting.objects.filter(
        on__lt=before, papers__isnull=False
    )
    ids = list(old.order_by("id").values_list("pk", flat=True).distinct()[:_AT_ONCE])
    with transaction.atomic():
        Paper.objects.filter(meeting__in=ids).delete()
        Meeting.objects.filter(pk__in=ids).update(notes="", noted_at=None)
        _erase(events.MEETING, ids)
        _forget_commitments(before=at - kept)
    return len(ids)


def _forget_commitments(*, before: datetime) -> None:
    rows = Commitment.objects.filter(ended_at__lt=before).exclude(outcome=FORGOTTEN)
    ids = list(rows.order_by("id").values_list("pk", flat=True)[:_AT_ONCE])
    Commitment.objects.filter(pk__in=ids).update(
        what=FORGOTTEN, owner_name=FORGOTTEN, owner=None, outcome=FORGOTTEN
    )
    Commitment.objects.filter(pk__in=ids, evidence_kind__in=["words", "link"]).update(evidence="")
    _erase(events.COMMITMENT, ids)


def _erase(subject: str, ids: list[int]) -> None:
    told = Event.objects.filter(subject_kind=subject, subject_id__in=ids, words__isnull=False)
    core_events.erase_words(list(told.values_list("pk", flat=True)))
