"""Judging completions: some hours after they were entered, and again when something comes up."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from citycall.closures import evidence, rules
from citycall.closures.models import Closure, ClosureFlag
from citycall.closures.rules import Judgement
from citycall.core import clock

AT_ONCE: Final = 500
_FIELDS: Final = ["score", "flagged", "judge_at", "judged_at"]
State = ClosureFlag.State


def judge_due(*, at: datetime, most: int = 20 * AT_ONCE) -> int:
    """Judge what is due, at most so many; returns how many were. Never reads the whole table."""
    done = 0
    while done < most:
        due = Closure.objects.filter(judge_at__lte=at).order_by("judge_at")
        ids = list(due.values_list("id", flat=True)[:AT_ONCE])
        if not ids:
            break
        judge(ids, at=at)
        done += len(ids)
    return done


@transaction.atomic
def judge(closure_ids: Collection[int], *, at: datetime) -> Sequence[Judgement]:
    """Judge these completions and flag what looks false, with the reasons.

    What was decided stays decided; where nobody has yet, score and reasons are the latest ones.
    """
    kept = {
        closure.pk: closure
        for closure in Closure.objects.select_for_update().filter(pk__in=list(closure_ids))
    }
    seen = evidence.read(list(kept), zone=str(clock.city_zone()))
    usuals = evidence.usuals({each.service_id for each in seen})
    judged = [rules.judge(each, usuals.get(each.service_id)) for each in seen]
    for each, found in zip(seen, judged, strict=True):
        closure = kept[each.id]
        closure.score, closure.flagged = found.score, found.flagged
        closure.judge_at, closure.judged_at = None, at
    Closure.objects.bulk_update(kept.values(), _FIELDS)
    _flag(kept, list(zip(seen, judged, strict=True)), at=at)
    return judged


def _flag(
    kept: dict[int, Closure],
    judged: Sequence[tuple[evidence.Seen, Judgement]],
    *,
    at: datetime,
) -> None:
    flags = [
        ClosureFlag(
            closure=kept[seen.id],
            service_request_id=seen.service_request_id,
            completed_at=seen.completed_at,
            agency_id=seen.agency_id,
            service_id=seen.service_id,
            score=found.score,
            reasons=[reason.plain() for reason in found.reasons],
            state=State.SETTLED if _settled(seen) else State.OPEN,
            flagged_at=at,
        )
        for seen, found in judged
        if found.flagged
    ]
    known = set(
        ClosureFlag.objects.filter(closure__in=list(kept)).values_list("closure_id", flat=True)
    )
    ClosureFlag.objects.bulk_create(
        flags,
        update_conflicts=True,
        unique_fields=["closure"],
        update_fields=["score", "reasons"],
    )
    gone = known - {flag.closure_id for flag in flags}
    gone |= {seen.id for seen, _found in judged if _settled(seen)}
    ClosureFlag.objects.filter(closure__in=gone, state=State.OPEN).update(state=State.SETTLED)


def _settled(seen: evidence.Seen) -> bool:
    """Whether somebody has said what it was: a reporter, or whoever checked it."""
    return bool(seen.disputed_at or seen.confirmed_at or seen.checked)
