"""Steps of those who do the work: assign, start, hold, resume, transfer."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from citycall.accounts.models import Membership, User
from citycall.catalog import rules as catalog_rules
from citycall.catalog.queries import catalog
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.errors import Conflict, DomainError
from citycall.core.models import Visibility
from citycall.core.permissions import require
from citycall.service_requests import bounces, policies, second_look
from citycall.service_requests.actions.change import (
    Told,
    begin,
    finish,
    keep,
    lock,
    need_words,
    tell,
)
from citycall.service_requests.events import Kind
from citycall.service_requests.models import OPEN_STATUSES, ServiceRequest
from citycall.service_requests.rules import HIGHEST_PRIORITY, Step


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
    people = colleagues_called(assignee_id, agencies=[request.agency_id])
    keep(request, assigned(request, assignee_id, people=people), by=by, at=at)
    return request


def assigned(
    request: ServiceRequest, assignee_id: int | None, *, people: Mapping[int, User]
) -> list[Told]:
    """Give the request to somebody; ``people`` has them by each agency that they work for."""
    person = None if assignee_id is None else people.get(request.agency_id)
    if person is None and assignee_id is not None:
        raise BadChoice(_("Please choose somebody of the responsible agency."), field="assignee")
    if second_look.is_refused(request, user_id=assignee_id):
        raise BadChoice(
            _("This person completed it before, and it was not done. Please choose another."),
            field="assignee",
        )
    request.assignee = person
    request.returned_at = None
    return [Told(kind=Kind.ASSIGNED, data={"team": request.team_id, "assignee": assignee_id})]


def colleagues_called(user_id: int | None, *, agencies: Collection[int]) -> dict[int, User]:
    """The active person with this id, under those of these agencies that they work for."""
    if user_id is None:
        return {}
    held = Membership.objects.filter(user=user_id, user__is_active=True, agency__in=agencies)
    return {each.agency_id: each.user for each in held.select_related("user") if each.agency_id}


@transaction.atomic
def start(
    request_id: int, *, by: Actor, at: datetime, seen: datetime | None = None
) -> ServiceRequest:
    """Say that work has begun."""
    request = begin(request_id, step=Step.START, by=by, seen=seen)
    keep(request, started(), by=by, at=at)
    return request


def started() -> list[Told]:
    """What is told when work begins."""
    return [Told(kind=Kind.STARTED)]


@transaction.atomic
def hold(
    request_id: int,
    *,
    reason: str,
    words: str,
    by: Actor,
    at: datetime,
    seen: datetime | None = None,
    said: Mapping[str, str] | None = None,
) -> ServiceRequest:
    """Put the work on hold; the clock stops only for a reason that the service lets stop it."""
    request = begin(request_id, step=Step.HOLD, by=by, seen=seen)
    told = held(request, reason=reason, words=words, at=at, said=said)
    keep(request, told, by=by, at=at)
    return request


def held(
    request: ServiceRequest,
    *,
    reason: str,
    words: str,
    at: datetime,
    said: Mapping[str, str] | None = None,
) -> list[Told]:
    """Set why the work waits, and stop the clock where the reason stops it."""
    spec = catalog().service_by_id(request.service_id).spec
    pausing = {r.code for r in spec.pause_reasons}
    if reason not in pausing | {r.code for r in spec.hold_reasons}:
        raise BadChoice(_("Please choose a reason from the list."), field="reason")
    request.hold_reason = reason
    if reason in pausing:
        request.paused_at = at
    data = {"reason": reason, "clock_stopped": reason in pausing}
    return [Told(kind=Kind.HELD, data=data, words=words.strip() or None, said=said or {})]


@transaction.atomic
def resume(
    request_id: int, *, by: Actor, at: datetime, seen: datetime | None = None
) -> ServiceRequest:
    """Take the work up again; a stopped clock runs on from where it stopped."""
    request = begin(request_id, step=Step.RESUME, by=by, seen=seen)
    keep(request, resumed(request, at=at), by=by, at=at)
    return request


def resumed(request: ServiceRequest, *, at: datetime) -> list[Told]:
    """End the waiting, and let a stopped clock run on."""
    before, reason = request.due_at, request.hold_reason
    restart_clock(request, at=at)
    request.hold_reason = ""
    return [Told(kind=Kind.RESUMED), *new_date(request, before, why=reason)]


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
            priority=request.priority,
            area_ids=tuple(request.areas),
        )
    request.paused_at = None


def new_date(request: ServiceRequest, before: datetime | None, *, why: str) -> list[Told]:
    """What is told of a changed due date, beside the old one: no promise is moved in silence."""
    if request.due_at == before:
        return []
    data = {
        "before": before.isoformat() if before else None,
        "after": request.due_at.isoformat() if request.due_at else None,
        "why": why,
    }
    return [Told(kind=Kind.PROMISE_CHANGED, data=data)]


def tell_new_date(
    request: ServiceRequest,
    before: datetime | None,
    *,
    why: str,
    by: Actor,
    at: datetime,
    visibility: Visibility = Visibility.PUBLIC,
) -> None:
    """Record a changed due date, where it changed."""
    for told in new_date(request, before, why=why):
        tell(request, told.kind, by=by, at=at, data=told.data, visibility=visibility)


@transaction.atomic
def escalate(request_id: int, *, words: str, by: Actor, at: datetime) -> ServiceRequest:
    """Put an open request a step higher in its queue, with the reason, which only staff read."""
    request = lock(request_id)
    require(policies.PERMISSIONS, "note", by=by, agency_id=request.agency_id)
    if request.status not in OPEN_STATUSES:
        raise Conflict(_("Only work that is still to be done can be escalated."))
    why = need_words(words, field="words", sentence=_("Please say why it cannot wait its turn."))
    before = request.priority
    request.priority = max(before - 1, HIGHEST_PRIORITY)
    finish(
        request,
        Kind.ESCALATED,
        by=by,
        at=at,
        data={"before": before, "after": request.priority},
        words=why,
        visibility=Visibility.INTERNAL,
    )
    return request


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
    told = transferred(request, team_code=team_code, reason=reason, by=by)
    keep(request, told, by=by, at=at)
    return request


def transferred(request: ServiceRequest, *, team_code: str, reason: str, by: Actor) -> list[Told]:
    """Set the team and its agency, and note the reason for staff."""
    why = need_words(reason, field="reason", sentence=_("Please say why it is not yours."))
    team = catalog().team_by_code(team_code)
    if team.id == request.team_id:
        raise BadChoice(_("This team has the request already."), field="team")
    bounces.check(request, team_id=team.id, by=by)
    before, rule_id = request.team_id, request.rule_id
    request.returned_at = None
    request.team_id, request.agency_id = team.id, team.agency_id
    request.assignee = None
    request.rule_id = None
    return [
        Told(kind=Kind.TRANSFERRED, data={"from": before, "to": team.id, "rule": rule_id}),
        Told(
            kind=Kind.NOTE_ADDED,
            data={"about": Kind.TRANSFERRED.value},
            words=why,
            visibility=Visibility.INTERNAL,
        ),
    ]
