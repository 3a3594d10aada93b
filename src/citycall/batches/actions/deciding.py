"""Confirming a batch, and the second person's yes or no."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from citycall.accounts.models import User
from citycall.batches import policies
from citycall.batches.actions import preparing, running
from citycall.batches.actions.preparing import NotPrepared
from citycall.batches.models import Batch, BatchStep, State
from citycall.core.actors import Actor
from citycall.core.errors import Conflict, NotAllowed
from citycall.service_requests.actions.change import need_words

# What ends requests for those who reported them: of a merged one too, only the other is worked on.
ENDS: Final = frozenset({BatchStep.COMPLETE, BatchStep.MERGE})
_COUNTED_TOGETHER: Final = timedelta(hours=24)


class NotWaiting(Conflict):
    """Nobody is asked about this batch, or somebody has decided upon it already."""

    code = "not_waiting"


@transaction.atomic
def confirm(batch_id: int, *, by: Actor, at: datetime) -> Batch:
    """Do it; or ask a second person first, where it ends more requests than one may end alone."""
    batch = preparing.own(batch_id, by=by)
    # One after the other, so that two at once count along for each other.
    User.objects.select_for_update(no_key=True).only("id").get(pk=batch.made_by_id)
    if batch.state != State.PREPARED or batch.ready_at is None:
        raise NotPrepared(_("This was confirmed already."))
    batch.confirmed_at = at
    if needs_second(batch, at=at):
        batch.state = State.WAITING
        batch.save(update_fields=["state", "confirmed_at"])
        return batch
    batch.save(update_fields=["confirmed_at"])
    running.begin(batch, at=at)
    return batch


def needs_second(batch: Batch, *, at: datetime) -> bool:
    """Whether a second person has to agree.

    What the same person ended in batches of the last 24 hours, without being asked, counts along:
    many small batches are one large one.
    """
    if batch.step not in ENDS:
        return False
    lately = Batch.objects.filter(
        made_by=batch.made_by_id,
        step__in=[step.value for step in ENDS],
        second__isnull=True,
        started_at__gt=at - _COUNTED_TOGETHER,
    ).exclude(pk=batch.pk)
    ended: int = lately.aggregate(ended=Sum("count"))["ended"] or 0
    return batch.count + ended > settings.CITYCALL_BATCH_ALONE


@transaction.atomic
def approve(batch_id: int, *, by: Actor, at: datetime) -> Batch:
    """The second person agrees, and it is done, in the name of who asked for it."""
    batch = _waiting(batch_id, by=by)
    batch.second_id, batch.decided_at = by.id, at
    batch.save(update_fields=["second_id", "decided_at"])
    running.begin(batch, at=at)
    return batch


@transaction.atomic
def decline(batch_id: int, *, why: str, by: Actor, at: datetime) -> Batch:
    """The second person does not agree, and says why; nothing is done."""
    batch = _waiting(batch_id, by=by)
    batch.declined_why = need_words(why, field="why", sentence=_("Please give the reason."))
    batch.second_id, batch.decided_at, batch.state = by.id, at, State.DECLINED
    batch.save(update_fields=["declined_why", "second_id", "decided_at", "state"])
    return batch


def _waiting(batch_id: int, *, by: Actor) -> Batch:
    batch = Batch.objects.select_for_update().get(pk=batch_id)
    if batch.made_by_id == by.id:
        raise NotAllowed(_("Somebody else has to look at this; you asked for it yourself."))
    if not policies.may_decide(by, batch):
        raise NotAllowed(_("You do not have permission to do this."))
    if batch.state != State.WAITING:
        raise NotWaiting(_("Somebody has decided upon this already."))
    return batch
