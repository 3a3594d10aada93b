"""Which steps hold for a request, who is told, and what was told already."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from citycall.accounts.models import Membership, Role, User
from citycall.agencies.models import Team
from citycall.core.models import Event
from citycall.core.snapshots import Snapshot
from citycall.escalations.models import Escalation, Policy
from citycall.escalations.specs import USUAL, PolicySpec, Step, Who
from citycall.service_requests.events import SUBJECT, Kind
from citycall.service_requests.models import ServiceRequest

POLICY: Final = "escalation_policy"
# Whatever else moves a date, a pause as it ends, only moves the end of the same promise.
_NEW_PROMISES: Final = frozenset(
    {
        "reopened",
        "service_changed",
        "priority_changed",
        "appointment",
        "appointment_cancelled",
        "nobody_came",
    }
)


@dataclass(frozen=True, slots=True)
class _Policies:
    of_service: dict[int, PolicySpec]
    of_agency: dict[int, PolicySpec]
    of_city: PolicySpec


def _load() -> _Policies:
    rows = list(Policy.objects.filter(active=True))
    specs = {row.pk: policy_spec(row) for row in rows}
    city = [row for row in rows if row.service_id is None and row.agency_id is None]
    return _Policies(
        of_service={row.service_id: specs[row.pk] for row in rows if row.service_id is not None},
        of_agency={row.agency_id: specs[row.pk] for row in rows if row.agency_id is not None},
        of_city=specs[city[0].pk] if city else USUAL,
    )


POLICIES: Final[Snapshot[_Policies]] = Snapshot("escalation_policies", _load)


def policy_spec(row: Policy) -> PolicySpec:
    """What an administrator wrote of a policy."""
    return PolicySpec.model_validate(row.definition)


def steps_for(request: ServiceRequest) -> tuple[Step, ...]:
    """The steps that hold: the service's own, else its agency's, else the city's."""
    known = POLICIES.get()
    found = known.of_service.get(request.service_id) or known.of_agency.get(request.agency_id)
    return (found or known.of_city).steps


@dataclass(frozen=True, slots=True)
class Course:
    """How many promises a request has had, and when the clock of the present one began."""

    promise: int
    started: datetime


def course_of(request: ServiceRequest) -> Course:
    """From the request's events, so that a reaction that runs twice counts nothing twice."""
    kinds = [Kind.PROMISE_CHANGED, Kind.REOPENED, Kind.DISPUTED]
    happened = Event.objects.filter(
        subject_kind=SUBJECT, subject_id=request.pk, kind__in=[kind.value for kind in kinds]
    ).order_by("id")
    promise, started = 0, request.requested_at
    for kind, at, data in happened.values_list("kind", "at", "data"):
        if kind == Kind.PROMISE_CHANGED:
            promise += data.get("why") in _NEW_PROMISES
        else:
            started = at
    return Course(promise, started)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who is told by e-mail."""

    name: str
    email: str
    language: str


def recipients(step: Step, request: ServiceRequest) -> list[Recipient]:
    """Who is told of the step, each address once."""
    found = [person for who in step.who for person in _those(who, request)]
    found += [Recipient(email, email, "") for email in step.emails]
    return list({person.email.casefold(): person for person in reversed(found)}.values())[::-1]


def _those(who: Who, request: ServiceRequest) -> list[Recipient]:
    if who is Who.ASSIGNEE:
        return _people([request.assignee] if request.assignee is not None else [])
    if who is Who.TEAM:
        team = Team.objects.get(pk=request.team_id)
        if team.email:
            return [Recipient(team.name, team.email, "")]
        return _holding(Role.DISPATCHER, request.agency_id)
    if who is Who.MANAGER:
        return _holding(Role.AGENCY_MANAGER, request.agency_id)
    return _holding(Role.AGENCY_MANAGER, None) or _holding(Role.ADMINISTRATOR, None)


def _holding(role: Role, agency_id: int | None) -> list[Recipient]:
    held = Membership.objects.filter(role=role, user__is_active=True)
    if agency_id is None:
        held = held.filter(agency__isnull=True)
    else:
        held = held.filter(agency_id=agency_id)
    return _people(User.objects.filter(memberships__in=held).order_by("id").distinct())


def _people(users: Iterable[User]) -> list[Recipient]:
    return [Recipient(str(user), user.email, user.language) for user in users if user.email]


def taken(request: ServiceRequest) -> list[Escalation]:
    """The steps of all its promises, oldest first."""
    return list(Escalation.objects.filter(service_request=request).order_by("id"))


def marks(request_ids: Sequence[int]) -> dict[int, str]:
    """The name of the latest step of each request that had one, for a list of them."""
    rows = Escalation.objects.filter(service_request_id__in=request_ids, told=True).order_by("id")
    return dict(rows.values_list("service_request_id", "name"))
