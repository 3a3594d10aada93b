"""Another priority, and the promise that follows from it where the service says so."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from citycall.catalog import rules as catalog_rules
from citycall.catalog.queries import catalog
from citycall.core.actors import Actor
from citycall.core.models import Visibility
from citycall.service_requests.actions.change import tell
from citycall.service_requests.actions.change_service import due_by_target
from citycall.service_requests.actions.work import tell_new_date
from citycall.service_requests.events import Kind
from citycall.service_requests.models import ServiceRequest

PRIORITY_CHANGED: Final = "priority_changed"


def set_priority(
    request: ServiceRequest,
    *,
    priority: int,
    data: Mapping[str, Any],
    redate: bool,
    by: Actor,
    at: datetime,
    words: str | None = None,
) -> bool:
    """Give a locked request this priority; whether it had another. For staff's eyes only.

    With ``redate``, a priority for which the service promises otherwise changes the due date, and
    the reporters are told; the page that somebody decides upon stays as good as it was otherwise.
    """
    before = request.priority
    if before == priority:
        return False
    due_before = request.due_at
    request.priority = priority
    fields = ["priority"]
    if redate and _promises_otherwise(request, before):
        request.due_at = due_by_target(request, catalog().service_by_id(request.service_id))
        if request.due_at != due_before:
            request.updated_at = at
            fields += ["due_at", "updated_at"]
    request.save(update_fields=fields)
    tell(
        request,
        Kind.PRIORITY_CHANGED,
        by=by,
        at=at,
        data={"before": before, "after": priority, **data},
        words=words,
        visibility=Visibility.INTERNAL,
    )
    tell_new_date(request, due_before, why=PRIORITY_CHANGED, by=by, at=at)
    return True


def _promises_otherwise(request: ServiceRequest, before: int) -> bool:
    """Whether the target tells the two priorities apart; a date that was booked stays."""
    spec = catalog().service_by_id(request.service_id).spec
    if spec.target is None or spec.booking is not None or request.paused_at is not None:
        return False
    areas = tuple(request.areas)
    return catalog_rules.promise(
        spec.target, priority=before, area_ids=areas
    ) != catalog_rules.promise(spec.target, priority=request.priority, area_ids=areas)
