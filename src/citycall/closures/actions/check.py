"""Sending a completion to be checked, and writing down what was found."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from citycall.closures.models import Check, Closure, ClosureFlag
from citycall.closures.policies import PERMISSIONS
from citycall.core.actors import Actor, ActorKind
from citycall.core.errors import Conflict, DomainError, NotAllowed, NotFound
from citycall.core.permissions import require
from citycall.service_requests.actions import inspect
from citycall.service_requests.models import ServiceRequest, Status

# What nobody could be reached about for so long is closed as not checked.
GIVEN_UP_AFTER: Final = timedelta(days=14)
State = ClosureFlag.State
Result = Check.Result


class OwnWork(NotAllowed):
    """Nobody checks or clears what they closed themselves."""

    code = "own_work"


class Overtaken(Conflict):
    """It was checked, disputed, reopened or completed anew meanwhile."""

    code = "overtaken"


class BadResult(DomainError):
    """The result or the way is none of those there are."""

    code = "bad_result"


def refuse_own(closure: Closure, *, by: Actor) -> None:
    """Raise ``OwnWork`` where the actor is who closed it."""
    if by.kind is ActorKind.STAFF and (closure.closer_kind, closure.closer_id) == (
        ActorKind.STAFF,
        by.id,
    ):
        raise OwnWork(_("You closed this yourself, so somebody else has to look."))


@transaction.atomic
def ask(closure_id: int, *, by: Actor, at: datetime) -> Check:
    """Send a completion to be checked by choice; it is kept out of every estimate."""
    closure = Closure.objects.select_for_update().filter(pk=closure_id).first()
    if closure is None:
        raise NotFound(_("There is no such completion."))
    require(PERMISSIONS, "check", by=by, agency_id=closure.agency_id)
    made, _new = Check.objects.get_or_create(
        closure=closure,
        defaults={"agency_id": closure.agency_id, "asked_at": at, "asked_by_id": by.id},
    )
    return made


@transaction.atomic
def tell(
    check_id: int, *, result: str, how: str, words: str, by: Actor, at: datetime
) -> ServiceRequest:
    """Write down what a call or a visit found; not done reopens the request, in these words.

    Raises ``OwnWork``, ``Overtaken``, ``BadResult``, ``WordsMissing``.
    """
    check = (
        Check.objects.select_for_update(of=("self",))
        .select_related("closure__service_request")
        .filter(pk=check_id)
        .first()
    )
    if check is None:
        raise NotFound(_("There is no such check."))
    closure = check.closure
    require(PERMISSIONS, "check", by=by, agency_id=check.agency_id)
    refuse_own(closure, by=by)
    if result not in {Result.DONE, Result.NOT_DONE, Result.UNKNOWN} or how not in Check.How.values:
        raise BadResult(_("Please say what was found, and how."), field="result")
    request = closure.service_request
    if check.result or request.completed_at != closure.completed_at:
        raise Overtaken(_("This has been settled in the meantime. Please look at the request."))
    if request.status not in {Status.COMPLETED, Status.CLOSED}:
        raise Overtaken(_("This has been settled in the meantime. Please look at the request."))
    check.result, check.how = result, how
    check.checked_at, check.checked_by_id = at, by.id
    check.save()
    if result != Result.UNKNOWN:
        closure.checked = result
        closure.save(update_fields=["checked"])
        settled = State.REOPENED if result == Result.NOT_DONE else State.RIGHT
        ClosureFlag.objects.filter(closure=closure, state__in=[State.OPEN, State.TO_CHECK]).update(
            state=settled, decided_by_id=by.id, decided_at=at
        )
    return inspect.inspected(request.pk, result=result, how=how, words=words, by=by, at=at)


def give_up(*, at: datetime) -> int:
    """Close as not checked what has waited too long, or cannot be checked any more."""
    waiting = Check.objects.filter(result=Result.WAITING)
    old = waiting.filter(asked_at__lt=at - GIVEN_UP_AFTER)
    return old.update(result=Result.UNKNOWN, checked_at=at)
