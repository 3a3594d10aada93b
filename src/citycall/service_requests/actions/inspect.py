"""Somebody called back or went to see whether a completed request is really done."""

from datetime import datetime

from django.db import transaction

from citycall.core.actors import Actor
from citycall.core.models import Visibility
from citycall.core.permissions import require
from citycall.service_requests import policies
from citycall.service_requests.actions import close
from citycall.service_requests.actions.change import finish, lock
from citycall.service_requests.events import Kind
from citycall.service_requests.models import ServiceRequest

NOT_DONE = "not_done"


@transaction.atomic
def inspected(
    request_id: int, *, result: str, how: str, words: str, by: Actor, at: datetime
) -> ServiceRequest:
    """Record what was found, for staff; ``not_done`` opens the request again.

    ``result`` is done, not_done or unknown, ``how`` call or visit. ``words`` are the reason that
    the reporters read where it is opened again, and must be given then.
    """
    request = lock(request_id)
    require(policies.PERMISSIONS, "inspect", by=by, agency_id=request.agency_id)
    finish(
        request,
        Kind.INSPECTED,
        by=by,
        at=at,
        data={"result": result, "how": how},
        words=words.strip() or None,
        visibility=Visibility.INTERNAL,
    )
    if result == NOT_DONE:
        return close.reopen(request_id, reason=words, by=by, at=at, doubted=True)
    return request
