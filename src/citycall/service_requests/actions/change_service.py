"""Sorting a request into the service that it really is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from citycall.catalog import rules as catalog_rules
from citycall.catalog.queries import ServiceEntry, UnknownService, catalog, written
from citycall.catalog.specs import Privacy
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.errors import Conflict
from citycall.core.models import Event, Visibility
from citycall.routing.queries import routing
from citycall.service_requests import bounces, queries
from citycall.service_requests.actions.change import begin, finish, need_words
from citycall.service_requests.actions.work import BadChoice, tell_new_date
from citycall.service_requests.events import Kind
from citycall.service_requests.models import ServiceRequest, Status
from citycall.service_requests.rules import Step

# Why a due date was changed, as its event says it.
SERVICE_CHANGED: Final = "service_changed"
_SHOWS: Final = (Privacy.PRIVATE, Privacy.HIDDEN_LOCATION, Privacy.PUBLIC)


class WouldShowMore(Conflict):
    """Requests of the chosen service show everyone what the reporters were told to be hidden."""

    code = "would_show_more"


@transaction.atomic
def change_service(
    request_id: int,
    *,
    service_code: str,
    reason: str,
    by: Actor,
    at: datetime,
    seen: datetime | None = None,
) -> ServiceRequest:
    """Move the request to another service, for a reason that everyone can read.

    The rules choose its team anew; another team has it as new work. It is due as if it had been
    reported as that service in the first place, with the pauses of its clock as they were; what
    was first promised stays on record. Answers are kept as they were given.
    """
    request = begin(request_id, step=Step.CHANGE_SERVICE, by=by, seen=seen)
    why = need_words(
        reason, field="reason", sentence=_("Please say why it belongs to another service.")
    )
    former, entry = catalog().service_by_id(request.service_id), _chosen(service_code)
    _check(former, entry)
    _check_joined(request, former, entry)
    decision = routing().choose(written().service_by_id(entry.id), request.areas, at)
    bounces.check(request, team_id=decision.team_id, by=by)
    request.returned_at = None
    team_before, rule_before = request.team_id, request.rule_id
    if decision.team_id != request.team_id:
        request.status, request.assignee = Status.NEW, None
    request.service_id, request.rule_id = entry.id, decision.rule_id
    request.team_id, request.agency_id = decision.team_id, decision.agency_id
    before = request.due_at
    request.due_at = due_by_target(request, entry)
    finish(
        request,
        Kind.SERVICE_CHANGED,
        by=by,
        at=at,
        data={
            "service_before": former.code,
            "service": entry.code,
            "team": request.team_id,
            "team_before": team_before,
            "rule": rule_before,
            "why_team": decision.reason_on_record,
        },
        words=why,
    )
    tell_new_date(request, before, why=SERVICE_CHANGED, by=by, at=at)
    return request


def _chosen(code: str) -> ServiceEntry:
    try:
        entry = catalog().service(code)
    except UnknownService as error:
        raise BadChoice(error.message, field="service") from None
    if not entry.active:
        raise BadChoice(_("This service is no longer offered."), field="service")
    return entry


def _check_joined(request: ServiceRequest, former: ServiceEntry, entry: ServiceEntry) -> None:
    """What was joined with the request keeps its own service, and is shown as that is."""
    joined = ServiceRequest.objects.filter(merged_into=request)
    if entry.spec.privacy != former.spec.privacy and joined.exists():
        raise BadChoice(
            _("Other requests were joined with this one. Please separate them first."),
            field="service",
        )


def _check(former: ServiceEntry, entry: ServiceEntry) -> None:
    if entry.id == former.id:
        raise BadChoice(_("The request has this service already."), field="service")
    if _SHOWS.index(entry.spec.privacy) > _SHOWS.index(former.spec.privacy):
        raise WouldShowMore(
            _(
                "Requests of this service are shown to more people than those who reported this "
                "were told. Please report it anew without their words."
            ),
            field="service",
        )


@dataclass(frozen=True, slots=True)
class _Clock:
    """When a request's clock began to run, and the pauses since."""

    start: datetime
    pauses: tuple[tuple[datetime, datetime], ...]


def due_by_target(request: ServiceRequest, entry: ServiceEntry) -> datetime | None:
    """When it is due by the service's target, with every pause that its clock has had."""
    target, book = entry.spec.target, catalog()
    if target is None:
        return None
    working_time = book.working_time(request.agency_id, target.calendar)
    zone, areas = clock.city_zone(), tuple(request.areas)
    ran = _clock(request)
    due = catalog_rules.due_at(
        target,
        start=ran.start,
        working_time=working_time,
        zone=zone,
        priority=request.priority,
        area_ids=areas,
    )
    for paused_at, resumed_at in ran.pauses:
        if due is not None:
            due = catalog_rules.due_after_pause(
                target,
                due_at=due,
                paused_at=paused_at,
                resumed_at=resumed_at,
                working_time=working_time,
                zone=zone,
                priority=request.priority,
                area_ids=areas,
            )
    return due


def _clock(request: ServiceRequest) -> _Clock:
    """From the request's events: a reopening starts the clock anew."""
    start, pauses = request.requested_at, list[tuple[datetime, datetime]]()
    paused_at: datetime | None = None
    for event in _of_the_clock(request):
        if event.kind in {Kind.REOPENED, Kind.DISPUTED}:
            start, pauses, paused_at = event.at, [], None
        elif event.kind == Kind.HELD:
            paused_at = event.at if event.data.get("clock_stopped") else None
        elif paused_at is not None:
            pauses.append((paused_at, event.at))
            paused_at = None
    return _Clock(start, tuple(pauses))


def _of_the_clock(request: ServiceRequest) -> Iterator[Event]:
    kinds = {Kind.HELD, Kind.RESUMED, Kind.REOPENED, Kind.DISPUTED}
    happened = queries.history(request, visible=(Visibility.PUBLIC,))
    return (event for event in happened if event.kind in kinds)
