"""A team says that work is not theirs: why, and who sorts it anew."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from citycall.catalog.queries import catalog
from citycall.core.actors import Actor
from citycall.core.models import Visibility
from citycall.routing.queries import routing
from citycall.service_requests import returning
from citycall.service_requests.actions.change import begin, finish, need_words, tell
from citycall.service_requests.actions.work import BadChoice
from citycall.service_requests.events import Kind
from citycall.service_requests.models import ServiceRequest
from citycall.service_requests.rules import Step


@transaction.atomic
def return_work(
    request_id: int,
    *,
    reason: str,
    words: str,
    by: Actor,
    at: datetime,
    seen: datetime | None = None,
) -> ServiceRequest:
    """Send the request back as not the team's own; its clock, promise and history go with it.

    Those who sort "something else" get it, or the fallback's team. The reason is one of
    ``returning.reasons_for``; ``words`` are for staff only. Nothing is re-dated by it.
    """
    request = begin(request_id, step=Step.RETURN_WORK, by=by, seen=seen)
    chosen = {each.code: each for each in returning.reasons_for(request)}.get(reason)
    if chosen is None:
        raise BadChoice(_("Please choose a reason from the list."), field="reason")
    said = words.strip()
    if chosen.needs_words or said:
        said = need_words(said, field="words", sentence=_("Please say why it is not yours."))
    before, rule_id = request.team_id, request.rule_id
    request.team_id, request.agency_id, request.rule_id = _sorted_by(request, at=at)
    request.assignee = None
    request.returned_at = at
    request.returned_count += 1
    finish(
        request,
        Kind.RETURNED,
        by=by,
        at=at,
        data={"from": before, "to": request.team_id, "reason": reason, "rule": rule_id},
    )
    if said:
        tell(
            request,
            Kind.NOTE_ADDED,
            by=by,
            at=at,
            data={"about": Kind.RETURNED.value},
            words=said,
            visibility=Visibility.INTERNAL,
        )
    return request


def _sorted_by(request: ServiceRequest, *, at: datetime) -> tuple[int, int, int | None]:
    """Team, agency and rule that it goes to; it stays where nobody else sorts."""
    decision = returning.sorting_decision(request.areas, at=at)
    if decision is not None and decision.team_id != request.team_id:
        return decision.team_id, decision.agency_id, decision.rule_id
    fallback = routing().index.fallback
    if fallback is not None and fallback.team_id != request.team_id:
        return fallback.team_id, catalog().team(fallback.team_id).agency_id, fallback.id
    return request.team_id, request.agency_id, request.rule_id
