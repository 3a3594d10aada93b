"""Each step of the request page: its words, its form, and the action it calls."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from citycall.catalog.queries import catalog
from citycall.core import numbers
from citycall.core.actors import Actor
from citycall.core.errors import DomainError
from citycall.service_requests import queries, rules
from citycall.service_requests.actions import close, merge, tell_more, work
from citycall.service_requests.actions.change_service import change_service
from citycall.service_requests.actions.return_work import return_work
from citycall.service_requests.models import Attachment, ServiceRequest, Status
from citycall.service_requests.rules import Step
from citycall.workbench import forms

Text = str | Promise


class BadParent(DomainError):
    """The number to merge into leads to nothing that this person may merge into."""

    code = "bad_parent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A step that somebody decided upon: which request, as they saw it, and what they typed."""

    request: ServiceRequest
    values: Mapping[str, Any]
    by: Actor
    at: datetime

    @property
    def request_id(self) -> int:
        return self.request.pk

    @property
    def said(self) -> Mapping[str, str]:
        """The words in other languages, where a text of the agency's was chosen and not changed."""
        said: Mapping[str, str] = self.values.get("said") or {}
        return said

    @property
    def seen(self) -> datetime:
        """When the request that they saw was last changed."""
        seen: datetime = self.values["seen"]
        return seen


@dataclass(frozen=True, slots=True)
class StepPage:
    """A step as the page offers it: its button, what is said when it is done, form and action.

    ``run`` returns the request to go on with.
    """

    step: Step
    button: Text
    done: Text
    form: type[forms.StepForm]
    run: Callable[[Decided], ServiceRequest]


def _assign(d: Decided) -> ServiceRequest:
    person = int(d.values["assignee"]) if d.values["assignee"] else None
    return work.assign(d.request_id, assignee_id=person, by=d.by, at=d.at, seen=d.seen)


def _start(d: Decided) -> ServiceRequest:
    return work.start(d.request_id, by=d.by, at=d.at, seen=d.seen)


def _hold(d: Decided) -> ServiceRequest:
    return work.hold(
        d.request_id,
        reason=d.values["reason"],
        words=d.values["words"],
        by=d.by,
        at=d.at,
        seen=d.seen,
        said=d.said,
    )


def _resume(d: Decided) -> ServiceRequest:
    return work.resume(d.request_id, by=d.by, at=d.at, seen=d.seen)


def _transfer(d: Decided) -> ServiceRequest:
    team, why = d.values["team"], d.values["reason"]
    return work.transfer(d.request_id, team_code=team, reason=why, by=d.by, at=d.at, seen=d.seen)


def _return(d: Decided) -> ServiceRequest:
    reason, words = d.values["reason"], d.values["words"]
    return return_work(d.request_id, reason=reason, words=words, by=d.by, at=d.at, seen=d.seen)


def _change_service(d: Decided) -> ServiceRequest:
    code, why = d.values["service"], d.values["reason"]
    return change_service(
        d.request_id, service_code=code, reason=why, by=d.by, at=d.at, seen=d.seen
    )


@transaction.atomic
def _complete(d: Decided) -> ServiceRequest:
    keep_photo(d)
    return close.complete(
        d.request_id,
        outcome_code=d.values["outcome"],
        explanation=d.values["explanation"],
        by=d.by,
        at=d.at,
        seen=d.seen,
        said=d.said,
    )


def keep_photo(d: Decided) -> bool:
    """Keep the photo that was chosen with a step, whatever becomes of the step; false if none.

    A browser cannot give a chosen file back, so a fault elsewhere would lose it.
    """
    photo = d.values.get("photo")
    if photo is None:
        return False
    after = Attachment.Stage.AFTER
    tell_more.add_photo(d.request_id, photo=photo, stage=after, by=d.by, at=d.at)
    return True


def _reopen(d: Decided) -> ServiceRequest:
    return close.reopen(d.request_id, reason=d.values["reason"], by=d.by, at=d.at, seen=d.seen)


def _cancel(d: Decided) -> ServiceRequest:
    return close.cancel(d.request_id, reason=d.values["reason"], by=d.by, at=d.at, seen=d.seen)


def _refer(d: Decided) -> ServiceRequest:
    whose = d.values["referred_to"]
    return close.refer(d.request_id, referred_to=whose, by=d.by, at=d.at, seen=d.seen, said=d.said)


def _merge(d: Decided) -> ServiceRequest:
    try:
        parent = queries.get_for(d.by, numbers.read(d.values["parent"]))
    except DomainError as error:
        raise BadParent(error.message, field="parent") from error
    return merge.merge(d.request_id, parent_id=parent.pk, by=d.by, at=d.at, seen=d.seen)


def _unmerge(d: Decided) -> ServiceRequest:
    return merge.unmerge(d.request_id, by=d.by, at=d.at, seen=d.seen)


PAGES: Mapping[Step, StepPage] = {
    page.step: page
    for page in (
        StepPage(
            Step.ASSIGN, _("Accept"), _("The request is accepted."), forms.AssignForm, _assign
        ),
        StepPage(Step.START, _("Start work"), _("Work has begun."), forms.PlainForm, _start),
        StepPage(
            Step.COMPLETE,
            _("Complete"),
            _("Completed. The people who reported it are asked to confirm."),
            forms.CompleteForm,
            _complete,
        ),
        StepPage(Step.RESUME, _("Resume work"), _("Work goes on."), forms.PlainForm, _resume),
        StepPage(Step.HOLD, _("Put on hold"), _("The request is on hold."), forms.HoldForm, _hold),
        StepPage(
            Step.TRANSFER,
            _("Pass to another team"),
            _("The request was passed on."),
            forms.TransferForm,
            _transfer,
        ),
        StepPage(
            Step.RETURN_WORK,
            _("Not ours: send it back"),
            _("The request was sent back to be sorted. Its date stays as it is."),
            forms.ReturnForm,
            _return,
        ),
        StepPage(
            Step.CHANGE_SERVICE,
            _("Move to another service"),
            _("The request was moved to the other service."),
            forms.ChangeServiceForm,
            _change_service,
        ),
        StepPage(
            Step.MERGE,
            _("Merge into another request"),
            _("Merged. This is the request that it is now part of."),
            forms.MergeForm,
            _merge,
        ),
        StepPage(
            Step.UNMERGE,
            _("Part from the other request"),
            _("The request stands by itself again."),
            forms.PlainForm,
            _unmerge,
        ),
        StepPage(
            Step.REOPEN, _("Reopen"), _("The request is open again."), forms.ReasonForm, _reopen
        ),
        StepPage(
            Step.REFER,
            _("Refer to another body"),
            _("The request was referred. The people who reported it are told whose it is."),
            forms.ReferForm,
            _refer,
        ),
        StepPage(
            Step.CANCEL,
            _("Cancel the request"),
            _("The request is cancelled."),
            forms.ReasonForm,
            _cancel,
        ),
    )
}

# What people most often do next from each state; the first that the actor may do is the main one.
_LIKELY: Mapping[Status, Sequence[Step]] = {
    Status.NEW: (Step.ASSIGN, Step.START),
    Status.ASSIGNED: (Step.START,),
    Status.IN_PROGRESS: (Step.COMPLETE,),
    Status.ON_HOLD: (Step.RESUME,),
}


class Offer(NamedTuple):
    """What an actor can do now: the likely next step, where there is one, and the others."""

    likely: StepPage | None
    others: Sequence[StepPage]

    @property
    def every(self) -> Sequence[StepPage]:
        """The likely one first."""
        return [*([self.likely] if self.likely else []), *self.others]


def _likely(request: ServiceRequest, status: Status) -> Sequence[Step]:
    """What fits no service is sorted by a person before anybody works on it."""
    usual = _LIKELY.get(status, ())
    unsorted = catalog().service_by_id(request.service_id).spec.something_else
    return (Step.CHANGE_SERVICE, *usual) if unsorted and status is Status.NEW else usual


def offered(request: ServiceRequest, *, actor: Actor) -> Offer:
    """The steps that this actor can take now."""
    status = Status(request.status)
    allowed = set(rules.steps_from(status))
    pages = [
        page
        for step, page in PAGES.items()
        if step in allowed and queries.may(actor, step.value, request)
    ]
    possible = {page.step: page for page in pages}
    likely = next((possible[s] for s in _likely(request, status) if s in possible), None)
    return Offer(likely, [page for page in pages if page is not likely])
