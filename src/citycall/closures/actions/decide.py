"""What people decide upon a completion that looks false: right, open again, or to be checked."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from citycall.closures.actions import check
from citycall.closures.actions.check import Overtaken, refuse_own
from citycall.closures.models import Closure, ClosureFlag
from citycall.closures.policies import PERMISSIONS
from citycall.core.actors import Actor
from citycall.core.errors import NotFound
from citycall.core.permissions import require
from citycall.service_requests.actions import close
from citycall.service_requests.models import Status

State = ClosureFlag.State


@transaction.atomic
def is_right(flag_id: int, *, by: Actor, at: datetime) -> ClosureFlag:
    """It was done, as far as somebody can tell who has looked at the record."""
    return _decide(_flag(flag_id, by=by), State.RIGHT, by=by, at=at)


@transaction.atomic
def reopen(flag_id: int, *, words: str, by: Actor, at: datetime) -> ClosureFlag:
    """Open the request again, with the reason that its reporters will read."""
    flag = _flag(flag_id, by=by)
    close.reopen(flag.service_request_id, reason=words, by=by, at=at, doubted=True)
    return _decide(flag, State.REOPENED, by=by, at=at)


@transaction.atomic
def send_to_check(flag_id: int, *, by: Actor, at: datetime) -> ClosureFlag:
    """Have somebody call back or go and see."""
    flag = _flag(flag_id, by=by)
    check.ask(flag.closure_id, by=by, at=at)
    return _decide(flag, State.TO_CHECK, by=by, at=at)


def _flag(flag_id: int, *, by: Actor) -> ClosureFlag:
    flag = (
        ClosureFlag.objects.select_for_update(of=("self",))
        .select_related("closure__service_request")
        .filter(pk=flag_id)
        .first()
    )
    if flag is None:
        raise NotFound(_("There is no such completion."))
    require(PERMISSIONS, "decide", by=by, agency_id=flag.agency_id)
    closure: Closure = flag.closure
    refuse_own(closure, by=by)
    request = closure.service_request
    if (
        flag.state not in {State.OPEN, State.TO_CHECK}
        or request.completed_at != closure.completed_at
        or request.status not in {Status.COMPLETED, Status.CLOSED}
    ):
        raise Overtaken(_("This has been settled in the meantime. Please look at the request."))
    return flag


def _decide(flag: ClosureFlag, state: str, *, by: Actor, at: datetime) -> ClosureFlag:
    flag.state, flag.decided_by_id, flag.decided_at = state, by.id, at
    flag.save(update_fields=["state", "decided_by", "decided_at"])
    return flag
