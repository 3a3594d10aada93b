"""One old matter in plain words, and what the caller can have done about it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from citycall.calls.actions import call_backs, handling
from citycall.calls.models import Call, Touch
from citycall.console.views.find import address, call_of
from citycall.core import clock, numbers
from citycall.core.actors import Actor, resident
from citycall.core.errors import Conflict, DomainError, NotAllowed
from citycall.feedback import actions as feedback
from citycall.pages import sentences
from citycall.pages.staff import links_for, staff_only
from citycall.service_requests import public, queries
from citycall.service_requests.actions import close, tell_more, work
from citycall.service_requests.drafts import ContactDetails, Draft
from citycall.service_requests.models import Channel, Report, ServiceRequest, Status

LONGEST = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the caller wants done about it, with their words."""

    report: Report
    request: ServiceRequest
    words: str
    call: Call | None
    by: Actor
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing a follow-up can lead to: its button, what the words are, when it can be done."""

    name: Promise
    words: Promise | None
    done: Promise
    when: Callable[[ServiceRequest], bool]
    run: Callable[[Asked], object]
    may: str


def _open(request: ServiceRequest) -> bool:
    return request.status in {Status.NEW, Status.ASSIGNED, Status.IN_PROGRESS, Status.ON_HOLD}


def _completed(request: ServiceRequest) -> bool:
    return request.status == Status.COMPLETED


def _ended(request: ServiceRequest) -> bool:
    return request.status in {Status.CLOSED, Status.CANCELLED, Status.REFERRED}


def _add(asked: Asked) -> object:
    return tell_more.add_information(asked.request.pk, words=asked.words, by=asked.by, at=asked.at)


def _join(asked: Asked) -> object:
    call = asked.call
    draft = Draft(
        service="",
        channel=Channel.PHONE,
        words=asked.words,
        contact=ContactDetails(name=call.name, phone=call.phone) if call else ContactDetails(),
        language=(call.language if call else "") or "en",
        idempotency_key=f"call-{call.pk}-joins-{asked.request.pk}" if call else "",
    )
    return tell_more.join(asked.request.pk, draft, by=asked.by, at=asked.at)


def _confirm(asked: Asked) -> object:
    return feedback.confirm(asked.report, by=asked.by, at=asked.at, words=asked.words)


def _dispute(asked: Asked) -> object:
    return feedback.dispute(asked.report, by=asked.by, at=asked.at, words=asked.words)


def _reopen(asked: Asked) -> object:
    return close.reopen(asked.request.pk, reason=asked.words, by=asked.by, at=asked.at)


def _escalate(asked: Asked) -> object:
    return work.escalate(asked.request.pk, words=asked.words, by=asked.by, at=asked.at)


def _call_back(asked: Asked) -> object:
    call, contact = asked.call, asked.report.contact
    phone = (call.phone if call else "") or (contact.phone if contact else "")
    return call_backs.promise(
        call_id=call.pk if call else None,
        phone=phone,
        name=(call.name if call else "") or (contact.name if contact else ""),
        why=f"{numbers.show(asked.report.number)}: {asked.words.strip()}",
        by=asked.by,
        at=asked.at,
    )


def _cancel(asked: Asked) -> object:
    return close.cancel(asked.request.pk, reason=asked.words, by=asked.by, at=asked.at)


STEPS: Mapping[str, Step] = {
    "add": Step(
        name=gettext_lazy("Add what the caller says"),
        words=gettext_lazy("What is new, or wrong in what we have?"),
        done=gettext_lazy("Added. The agency sees it with the request."),
        when=lambda request: not _ended(request),
        run=_add,
        may="note",
    ),
    "join": Step(
        name=gettext_lazy("Somebody else reports the same"),
        words=gettext_lazy("What do they say?"),
        done=gettext_lazy("Their report is added; they have a number of their own."),
        when=_open,
        run=_join,
        may="submit",
    ),
    "confirm": Step(
        name=gettext_lazy("The caller says: it is fixed"),
        words=None,
        done=gettext_lazy("Closed as confirmed."),
        when=_completed,
        run=_confirm,
        may="confirm",
    ),
    "dispute": Step(
        name=gettext_lazy("The caller says: it is not fixed"),
        words=gettext_lazy("What is still wrong?"),
        done=gettext_lazy("It is open again, and the agency is told why."),
        when=lambda request: request.status in {Status.COMPLETED, Status.CLOSED},
        run=_dispute,
        may="dispute",
    ),
    "reopen": Step(
        name=gettext_lazy("Open it again"),
        words=gettext_lazy("Why?"),
        done=gettext_lazy("It is open again."),
        when=lambda request: request.status in {Status.CANCELLED, Status.REFERRED},
        run=_reopen,
        may="reopen",
    ),
    "escalate": Step(
        name=gettext_lazy("Escalate"),
        words=gettext_lazy("Why can it not wait its turn?"),
        done=gettext_lazy("Escalated: the request is marked for the agency, with your reason."),
        when=_open,
        run=_escalate,
        may="note",
    ),
    "call-back": Step(
        name=gettext_lazy("Promise to call back"),
        words=gettext_lazy("What about?"),
        done=gettext_lazy("The call-back is noted."),
        when=lambda request: True,
        run=_call_back,
        may="note",
    ),
    "cancel": Step(
        name=gettext_lazy("The caller takes it back"),
        words=gettext_lazy("Why?"),
        done=gettext_lazy("It is cancelled."),
        when=_open,
        run=_cancel,
        may="cancel",
    ),
}


@require_safe
@staff_only
def request_page(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """How it stands, to be read aloud; noted on the call as followed up."""
    call = call_of(request, actor)
    report, problem = _of(number, actor)
    if call is not None and call.wrapped_at is None:
        handling.touch(
            call.pk, kind=Touch.Kind.FOLLOWED, request_id=problem.pk, by=actor, at=clock.now()
        )
    return _show(request, actor, report, problem, call)


@require_POST
@staff_only
def take_step(request: HttpRequest, actor: Actor, number: str, step: str) -> HttpResponse:
    """Do what the caller asks; on a fault the words stay where they were typed."""
    chosen = STEPS.get(step)
    if chosen is None:
        raise Http404(step)
    call = call_of(request, actor)
    report, problem = _of(number, actor)
    words = request.POST.get("words", "")[:LONGEST]
    asked = Asked(report=report, request=problem, words=words, call=call, by=actor, at=clock.now())
    try:
        chosen.run(asked)
    except NotAllowed:
        raise
    except DomainError as error:
        fault = {"step": step, "words": words, "message": error.message}
        status = error.status if isinstance(error, Conflict) else 422
        return _show(request, actor, report, problem, call, fault=fault, status=status)
    messages.success(request, str(chosen.done))
    return redirect(address(numbers.show(report.number), call))


def _of(number: str, actor: Actor) -> tuple[Report, ServiceRequest]:
    """The report with this number and the problem it leads to today, for those who may read it."""
    report = queries.report_by_number(numbers.read(number))
    problem = queries.request_of(report)
    if not queries.may(actor, "read", problem):
        raise NotAllowed(_("You do not have permission to see service requests."))
    return report, problem


def _show(
    request: HttpRequest,
    actor: Actor,
    report: Report,
    problem: ServiceRequest,
    call: Call | None,
    *,
    fault: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    at = clock.now()
    told = public.by_number(report.number, by=resident(reports=[report.pk]))
    steps = [
        {"code": code, "step": step, "fault": fault if fault and fault["step"] == code else None}
        for code, step in STEPS.items()
        if step.when(problem) and queries.may(actor, step.may, problem)
    ]
    context = {
        "staff_links": links_for(actor),
        "number": numbers.show(report.number),
        "told": told,
        "state": sentences.state(told),
        "next_step": sentences.next_step(told),
        "timeline": sentences.timeline(told, at=at)[:8],
        "report": report,
        "steps": steps,
        "call": call,
        "now": at,
        "page_error": bool(fault),
    }
    return render(request, "console/follow_up.html", context, status=status)
