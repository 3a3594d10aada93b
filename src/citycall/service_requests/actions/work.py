"""Steps of those who do the work: assign, start, hold, resume, transfer."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from citycall.accounts.models import User
from citycall.catalog import rules as catalog_rules
from citycall.catalog.queries import catalog
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.errors import DomainError
from citycall.core.models import Visibility
from citycall.service_requests.actions.change import begin, finish, need_words, tell
from citycall.service_requests.events import Kind
from citycall.service_requests.models import ServiceRequest
from citycall.service_requests.rules import Step


class BadChoice(DomainError):
    """The chosen person, team, reason or outcome is not one that this request can have."""

    code = "bad_choice"


@transaction.atomic
def assign(
    request_id: int,
    *,
    assignee_id: int | None,
    by: Actor,
    at: datetime,
    seen: datetime | None = None,
) -> ServiceRequest:
    """Accept the request for its team, and give it to a person where one is named."""
    request = begin(request_id, step=Step.ASSIGN, by=by, seen=seen)
    request.assignee = _colleague(request, assignee_id)
    finish(
        request,
        Kind.ASSIGNED,
        by=by,
        at=at,
        data={"team": request.team_id, "assignee": assignee_id},
    )
    return request


def _colleague(request: ServiceRequest, user_id: int | None) -> User | None:
    if user_id is None:
        return None
    person = User.objects.filter(
        pk=user_id, is_active=True, memberships__agency=request.agency_id
    ).first()
    if person is None:
        raise BadChoice(_("Please choose somebody of the responsible agency."), field="assignee")
    return person


@transaction.atomic
def start(
    request_id: int, *, by: Actor, at: datetime, seen: datetime | None = None
) -> ServiceRequest:
    """Say that work has begun."""
    request = begin(request_id, step=Step.START, by=by, seen=seen)
    finish(request, Kind.STARTED, by=by, at=at)
    return request


@transaction.atomic
def hold(
    request_id: int,
    *,
    reason: str,
    words: str,
    by: Actor,
    at: datetime,
    seen: datetime | None = None,
) -> ServiceRequest:
    """Put the work on hold; the clock stops only for a reason that the service lets stop it."""
    request = begin(request_id, step=Step.HOLD, by=by, seen=seen)
    spec = catalog().service_by_id(request.service_id).spec
    pausing = {r.code for r in spec.pause_reasons}
    if reason not in pausing | {r.code for r in spec.hold_reasons}:
        raise BadChoice(_("Please choose a reason from the list."), field="reason")
    request.hold_reason = reason
    if reason in pausing:
        request.paused_at = at
    finish(
        request,
        Kind.HELD,
        by=by,
        at=at,
        data={"reason": reason, "clock_stopped": reason in pausing},
        words=words.strip() or None,
    )
    return request


@transaction.atomic
def resume(
    request_id: int, *, by: Actor, at: datetime, seen: datetime | None = None
) -> ServiceRequest:
    """Take the work up again; a stopped clock runs on from where it stopped."""
    request = begin(request_id, step=Step.RESUME, by=by, seen=seen)
    before, reason = request.due_at, request.hold_reason
    restart_clock(request, at=at)
    request.hold_reason = ""
    finish(request, Kind.RESUMED, by=by, at=at)
    tell_new_date(request, before, why=reason, by=by, at=at)
    return request


def restart_clock(request: ServiceRequest, *, at: datetime) -> None:
    """Move the due date by the working time that passed while the clock stood still."""
    if request.paused_at is None:
        return
    book = catalog()
    target = book.service_by_id(request.service_id).spec.target
    if request.due_at is not None and target is not None:
        request.due_at = catalog_rules.due_after_pause(
            target,
            due_at=request.due_at,
            paused_at=request.paused_at,
            resumed_at=at,
            working_time=book.working_time(request.agency_id, target.calendar),
            zone=clock.city_zone(),
            area_ids=tuple(request.areas),
        )
    request.paused_at = None


def tell_new_date(
    request: ServiceRequest, before: datetime | None, *, why: str, by: Actor, at: datetime
) -> None:
    """Record a changed due date beside the old one, so that no promise is moved in silence."""
    if request.due_at == before:
        return
    tell(
        request,
        Kind.PROMISE_CHANGED,
        by=by,
        at=at,
        data={
            "before": before.isoformat() if before else None,
            "after": request.due_at.isoformat() if request.due_at else None,
            "why": why,
        },
    )


@transaction.atomic
def transfer(
    request_id: int,
    *,
    team_code: str,
    reason: str,
    by: Actor,
    at: datetime,
    seen: datetime | None = None,
) -> ServiceRequest:
    """Pass the request to another team, saying why; its clock and history go with it."""
    request = begin(request_id, step=Step.TRANSFER, by=by, seen=seen)
    why = need_words(reason, field="reason", sentence=_("Please say why it is not yours."))
    team = catalog().team_by_code(team_code)
    if team.id == request.team_id:
        raise BadChoice(_("This team has the request already."), field="team")
    before = request.team_id
    request.team_id, request.agency_id = team.id, team.agency_id
    request.assignee = None
    request.rule_id = None
    finish(request, Kind.TRANSFERRED, by=by, at=at, data={"from": before, "to": team.id})
    tell(
        request,
        Kind.NOTE_ADDED,
        by=by,
        at=at,
        data={"about": Kind.TRANSFERRED.value},
        words=why,
        visibility=Visibility.INTERNAL,
    )
    return request
