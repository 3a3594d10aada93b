"""Each step of the request page: its words, its form, and the action it calls."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from citycall.core import numbers
from citycall.core.actors import Actor
from citycall.service_requests import photos, queries, rules
from citycall.service_requests.actions import close, merge, tell_more, work
from citycall.service_requests.models import Attachment, ServiceRequest, Status
from citycall.service_requests.rules import Step
from citycall.workbench import forms

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StepPage:
    """A step as the page offers it; ``button`` is also its title."""

    step: Step
    button: Any
    form: type[forms.StepForm]
    run: Callable[[ServiceRequest, Values, Actor, datetime, datetime | None], object]


def _assign(r: ServiceRequest, v: Values, by: Actor, at: datetime, seen: datetime | None) -> object:
    person = int(v["assignee"]) if v["assignee"] else None
    return work.assign(r.pk, assignee_id=person, by=by, at=at, seen=seen)


def _start(r: ServiceRequest, v: Values, by: Actor, at: datetime, seen: datetime | None) -> object:
    return work.start(r.pk, by=by, at=at, seen=seen)


def _hold(r: ServiceRequest, v: Values, by: Actor, at: datetime, seen: datetime | None) -> object:
    return work.hold(r.pk, reason=v["reason"], words=v["words"], by=by, at=at, seen=seen)


def _resume(r: ServiceRequest, v: Values, by: Actor, at: datetime, seen: datetime | None) -> object:
    return work.resume(r.pk, by=by, at=at, seen=seen)


def _transfer(
    r: ServiceRequest, v: Values, by: Actor, at: datetime, seen: datetime | None
) -> object:
    return work.transfer(
        r.pk, team_code=v["team"], reason=v["reason"], by=by, at=at, seen=seen
    )


@transaction.atomic
def _complete(
    r: ServiceRequest, v: Values, by: Actor, at: datetime, seen: datetime | None
) -> object:
    if v["photo"]:
        kept = photos.keep(v["photo"])
        tell_more.add_photo(r.pk, photo=kept, stage=Attachment.Stage.AFTER, by=by, at=at)
    return close.complete(
        r.pk,
        outcome_code=v["outcome"],
        explanation=v["explanation"],
        by=by,
        at=at,
        seen=seen,
    )


def _reopen(r: ServiceRequest, v: Values, by: Actor, at: datetime, seen: datetime | None) -> object:
    return close.reopen(r.pk, reason=v["reason"], by=by, at=at, seen=seen)


def _cancel(r: ServiceRequest, v: Values, by: Actor, at: datetime, seen: datetime | None) -> object:
    return close.cancel(r.pk, reason=v["reason"], by=by, at=at, seen=seen)


def _refer(r: ServiceRequest, v: Values, by: Actor, at: datetime, seen: datetime | None) -> object:
    return close.refer(r.pk, referred_to=v["referred_to"], by=by, at=at, seen=seen)


def _merge(r: ServiceRequest, v: Values, by: Actor, at: datetime, seen: datetime | None) -> object:
    parent = queries.get_for(by, numbers.read(v["parent"]))
    return merge.merge(r.pk, parent_id=parent.pk, by=by, at=at, seen=seen)


def _unmerge(
    r: ServiceRequest, v: Values, by: Actor, at: datetime, seen: datetime | None
) -> object:
    return merge.unmerge(r.pk, by=by, at=at, seen=seen)


PAGES: Mapping[Step, StepPage] = {
    page.step: page
    for page in (
        StepPage(Step.ASSIGN, _("Assign"), forms.AssignForm, _assign),
        StepPage(Step.START, _("Start work"), forms.PlainForm, _start),
        StepPage(Step.COMPLETE, _("Complete"), forms.CompleteForm, _complete),
        StepPage(Step.RESUME, _("Resume work"), forms.PlainForm, _resume),
        StepPage(Step.HOLD, _("Put on hold"), forms.HoldForm, _hold),
        StepPage(Step.TRANSFER, _("Transfer to another team"), forms.TransferForm, _transfer),
        StepPage(Step.REFER, _("Refer to another body"), forms.ReferForm, _refer),
        StepPage(Step.MERGE, _("Merge into another request"), forms.MergeForm, _merge),
        StepPage(Step.UNMERGE, _("Part from the other request"), forms.PlainForm, _unmerge),
        StepPage(Step.REOPEN, _("Reopen"), forms.ReasonForm, _reopen),
        StepPage(Step.CANCEL, _("Cancel the request"), forms.ReasonForm, _cancel),
    )
}

# What people most often do next from each state: the page's main button.
NEXT: Mapping[Status, Step] = {
    Status.NEW: Step.ASSIGN,
    Status.ASSIGNED: Step.START,
    Status.IN_PROGRESS: Step.COMPLETE,
    Status.ON_HOLD: Step.RESUME,
    Status.MERGED: Step.UNMERGE,
}


def offered(request: ServiceRequest, *, actor: Actor) -> list[StepPage]:
    """The steps that this actor can take now, the likely next one first."""
    status = Status(request.status)
    allowed = set(rules.steps_from(status))
    pages = [
        page
        for step, page in PAGES.items()
        if step in allowed and queries.may(actor, step.value, request)
    ]
    likely = NEXT.get(status)
    return sorted(pages, key=lambda page: page.step is not likely)
