"""Picking requests for a step, and saying what the step needs; nothing happens to them yet."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction
from django.utils.translation import gettext as _

from citycall.batches import policies
from citycall.batches.models import Batch, BatchStep, State
from citycall.core.actors import Actor
from citycall.core.errors import Conflict, DomainError, NotAllowed
from citycall.service_requests import queries

MOST: Final = 5_000
# Steps that need nothing but the decision.
PLAIN: Final = frozenset({BatchStep.START, BatchStep.RESUME, BatchStep.EXPORT})


class NothingPicked(DomainError):
    """No request was picked, or none that the actor may read."""

    code = "nothing_picked"


class TooMany(DomainError):
    """More requests were picked than are dealt with at once."""

    code = "too_many"


class NotPrepared(Conflict):
    """The batch was confirmed already, so that nothing of it can be changed."""

    code = "not_prepared"


_ITEMS: Final = """
INSERT INTO batches_batchitem (batch_id, request_id, seen, state, why)
SELECT %s, id, updated_at, 'to_do', '' FROM service_requests_servicerequest
WHERE id = ANY(%s::bigint[]) ORDER BY id
"""
_LOOK_AGAIN: Final = """
UPDATE batches_batchitem AS item SET seen = request.updated_at
FROM service_requests_servicerequest AS request
WHERE item.batch_id = %s AND request.id = item.request_id AND item.seen <> request.updated_at
"""


@transaction.atomic
def prepare(request_ids: Collection[int], *, step: BatchStep, by: Actor, at: datetime) -> Batch:
    """Pick these requests for a step, as far as the actor may read them.

    Raises ``NotAllowed``, ``TooMany`` and ``NothingPicked``.
    """
    if by.id is None or not by.holds_anywhere(_whoever_prepares()):
        raise NotAllowed(_("You do not have permission to do this."))
    if len(request_ids) > MOST:
        raise TooMany(
            _("Please pick at most %(most)s requests; narrow the list down first.")
            % {"most": f"{MOST:,}"}
        )
    found = dict(
        queries.readable(by).filter(pk__in=list(request_ids)).values_list("pk", "agency_id")
    )
    if not found:
        raise NothingPicked(_("Please pick the requests first."))
    batch = Batch.objects.create(
        step=step,
        count=len(found),
        agencies=sorted(set(found.values())),
        made_by_id=by.id,
        made_at=at,
        ready_at=at if step in PLAIN else None,
    )
    with connection.cursor() as cursor:
        cursor.execute(_ITEMS, [batch.pk, list(found)])
    return batch


def _whoever_prepares() -> frozenset[str]:
    grant = policies.PERMISSIONS["prepare"]
    return grant.everywhere | grant.own_agency


@transaction.atomic
def say(batch_id: int, *, values: Mapping[str, Any], by: Actor, at: datetime) -> Batch:
    """Set what the step needs, and look at the requests anew: they are shown as they are now."""
    batch = own(batch_id, by=by)
    if batch.state != State.PREPARED:
        raise NotPrepared(_("This was confirmed already."))
    batch.values, batch.ready_at = dict(values), at
    batch.save(update_fields=["values", "ready_at"])
    with connection.cursor() as cursor:
        cursor.execute(_LOOK_AGAIN, [batch.pk])
    return batch


def own(batch_id: int, *, by: Actor) -> Batch:
    """The actor's own batch, held until the transaction ends; raises ``NotAllowed``."""
    batch = Batch.objects.select_for_update().get(pk=batch_id)
    if batch.made_by_id != by.id:
        raise NotAllowed(_("Only who prepared this may do that."))
    return batch
