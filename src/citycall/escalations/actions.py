"""Watching dates, and taking each step once: an event for staff, and a message to those named."""

from collections import defaultdict
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app as jobs

from citycall.agencies import editing
from citycall.agencies.editing import Edit
from citycall.catalog.naming import agency_and_service
from citycall.catalog.queries import catalog
from citycall.catalog.targets import Clock
from citycall.core.actors import SYSTEM, Actor
from citycall.core.errors import NotFound
from citycall.core.models import Revision, Visibility
from citycall.core.permissions import require
from citycall.escalations import queries, rules
from citycall.escalations.models import Escalation, Policy, Watch
from citycall.escalations.policies import PERMISSIONS
from citycall.escalations.specs import PolicySpec, Step
from citycall.service_requests.actions.change import tell
from citycall.service_requests.events import Kind
from citycall.service_requests.models import OPEN, OPEN_STATUSES, ServiceRequest

TELL_TASK: Final = "citycall.tell_of_escalations"
TELL_QUEUE: Final = "mail"
PLAN_TASK: Final = "citycall.plan_escalations_again"
PLAN_QUEUE: Final = "housekeeping"
CITY_WIDE: Final = ("", "")
SEEN_AFTER: Final = 2
AT_ONCE: Final = 500
TOGETHER: Final = 50


def watch(request_id: int, *, at: datetime) -> Watch | None:
    """Look at the request's date anew: when its next step comes; safe to do twice.

    Nothing is watched that has ended or has no date; while the clock stands still, no step comes.
    """
    with transaction.atomic():
        request = ServiceRequest.objects.select_for_update().get(pk=request_id)
        return _watch(request, at=at)


def _watch(request: ServiceRequest, *, at: datetime) -> Watch | None:
    if request.status not in OPEN_STATUSES or request.due_at is None:
        Watch.objects.filter(pk=request.pk).delete()
        return None
    course = queries.course_of(request)
    next_at = None
    if request.paused_at is None:
        found = _outlook(request, course, at=at)
        next_at = found.come[0][1] if found.come else found.next_at
    row, _made = Watch.objects.update_or_create(
        pk=request.pk,
        defaults={"promise": course.promise, "started_at": course.started, "next_at": next_at},
    )
    return row


def _outlook(request: ServiceRequest, course: queries.Course, *, at: datetime) -> rules.Outlook:
    assert request.due_at is not None
    book = catalog()
    target = book.service_by_id(request.service_id).spec.target
    done = Escalation.objects.filter(service_request=request, promise=course.promise)
    business = target is not None and target.clock is Clock.BUSINESS
    return rules.outlook(
        queries.steps_for(request),
        rules.Promise(course.started, request.due_at, business),
        done=set(done.values_list("step", flat=True)),
        working_time=book.working_time(
            request.agency_id, target.calendar if target is not None else None
        ),
        at=at,
    )


def take_due(*, at: datetime, most: int = AT_ONCE) -> int:
    """Take every step whose moment has come, at most of ``most`` requests; returns how many.

    What another worker holds is left to it. Whoever is named is told of all that came for them in
    one message for each ``TOGETHER`` requests, which commits with the steps that it tells of.
    """
    due = Watch.objects.filter(next_at__lte=at).order_by("next_at")
    ids = list(due.values_list("pk", flat=True)[:most])
    count = 0
    for first in range(0, len(ids), TOGETHER):
        with transaction.atomic():
            locked = ServiceRequest.objects.select_for_update(skip_locked=True, of=("self",))
            some = locked.filter(pk__in=ids[first : first + TOGETHER]).select_related("assignee")
            taken = [each for request in some.order_by("id") for each in _take(request, at=at)]
            _owe(taken)
        count += len(taken)
    return count


Taken = list[tuple[Escalation, list[queries.Recipient]]]


def _take(request: ServiceRequest, *, at: datetime) -> Taken:
    taken: Taken = []
    if request.status in OPEN_STATUSES and request.due_at and request.paused_at is None:
        course = queries.course_of(request)
        for step, moment in _outlook(request, course, at=at).come:
            row = _record(request, step, promise=course.promise, moment=moment, at=at)
            if row.told:
                taken.append((row, _tell(request, step, at=at)))
    _watch(request, at=at)
    return taken


def _record(
    request: ServiceRequest, step: Step, *, promise: int, moment: datetime, at: datetime
) -> Escalation:
    assert request.due_at is not None
    return Escalation.objects.create(
        service_request=request,
        promise=promise,
        step=step.code,
        name=step.name,
        due_at=request.due_at,
        at=at,
        told=at - moment <= rules.NO_NEWS_AFTER,
    )


def _tell(request: ServiceRequest, step: Step, *, at: datetime) -> list[queries.Recipient]:
    people = queries.recipients(step, request)
    tell(
        request,
        Kind.ESCALATED,
        by=SYSTEM,
        at=at,
        data={"step": step.code, "why": step.name, "told": [person.name for person in people]},
        visibility=Visibility.INTERNAL,
    )
    return people


def _owe(taken: Taken) -> None:
    by_person = defaultdict[queries.Recipient, list[int]](list)
    for escalation, people in taken:
        for person in people:
            by_person[person].append(escalation.pk)
    for person, ids in by_person.items():
        jobs.configure_task(TELL_TASK, queue=TELL_QUEUE).defer(
            escalation_ids=[*ids], email=person.email, language=person.language
        )


def watch_missing(*, at: datetime, most: int = 10_000) -> int:
    """Watch open requests with a date that came by another way, as by an import; nightly."""
    unwatched = ServiceRequest.objects.filter(OPEN, due_at__isnull=False, watch__isnull=True)
    ids = list(unwatched.order_by("id").values_list("pk", flat=True)[:most])
    for request_id in ids:
        watch(request_id, at=at)
    return len(ids)


@transaction.atomic
def save_policy(*, spec: PolicySpec, by: Actor, at: datetime) -> Policy:
    """Make the policy with this code, or change it to say ``spec``; steps taken stay taken.

    Raises ``Faults`` for an agency or service that is not known. A job then looks anew at the
    open requests that the policy concerned and concerns.
    """
    require(PERMISSIONS, "save_policy", by=by)
    return _save(spec, Edit(by=by, at=at))


@transaction.atomic
def undo(*, revision: int, by: Actor, at: datetime) -> Revision:
    """Take back one change of a policy, while it is as that change left it."""
    require(PERMISSIONS, "undo", by=by)
    change = editing.find_revision(revision)
    if change.subject_kind != queries.POLICY:
        raise NotFound(_("There is no such change of a policy."))
    row = editing.locked(Policy, change.subject_code)
    present = queries.policy_spec(row) if row else None
    restored = editing.undone(change, spec=PolicySpec, present=present)
    _save(restored, Edit(by=by, at=at, undoes=change))
    return editing.latest(queries.POLICY, change.subject_code)


def _save(spec: PolicySpec, edit: Edit) -> Policy:
    agency, service = agency_and_service(agency=spec.agency, service=spec.service)
    row = editing.locked(Policy, spec.code)
    before = queries.policy_spec(row) if row else None
    row = row or Policy(code=spec.code)
    row.agency, row.service, row.active = agency, service, not spec.retired
    row.definition = spec.model_dump(mode="json")
    kept = editing.keep(
        row,
        kind=queries.POLICY,
        code=spec.code,
        before=before,
        after=spec,
        edit=edit,
        news=queries.POLICIES.bump,
    )
    if before != spec:
        _plan_later({(each.service or "", each.agency or "") for each in (before, spec) if each})
    return kept


def _plan_later(reaches: set[tuple[str, str]]) -> None:
    for service, agency in {CITY_WIDE} if CITY_WIDE in reaches else reaches:
        _defer_planning(service=service, agency=agency, after=0)


def _defer_planning(*, service: str, agency: str, after: int) -> None:
    # Other processes see the changed policy only a moment later; what they watch until then is
    # looked at again here.
    task = jobs.configure_task(PLAN_TASK, queue=PLAN_QUEUE, schedule_in={"seconds": SEEN_AFTER})
    task.defer(service=service, agency=agency, after=after)


def plan_again(
    *, at: datetime, service: str = "", agency: str = "", after: int = 0, most: int = AT_ONCE
) -> int | None:
    """Look anew at the next watched requests that a changed policy concerns.

    Of the service or the agency with this code, else of the whole city, by id from ``after`` on.
    Returns the last id, from which a further job goes on, or none at the end. Nothing is told
    here, and a step that was taken stays taken, so that all this can safely be done twice.
    """
    queries.POLICIES.forget()
    rows = Watch.objects.filter(pk__gt=after)
    if service:
        rows = rows.filter(service_request__service__code=service)
    elif agency:
        rows = rows.filter(service_request__agency__code=agency)
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[:most])
    for request_id in ids:
        watch(request_id, at=at)
    if len(ids) < most:
        return None
    _defer_planning(service=service, agency=agency, after=ids[-1])
    return ids[-1]
