"""Steps that end a request, honestly, and the one that takes the end back."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from citycall.catalog import rules as catalog_rules
from citycall.catalog.queries import catalog
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.errors import DomainError
from citycall.service_requests import queries, second_look
from citycall.service_requests.actions.change import (
    Hide,
    Told,
    begin,
    finish,
    for_everyone,
    keep,
    need_words,
)
from citycall.service_requests.actions.work import BadChoice, tell_new_date
from citycall.service_requests.events import Kind
from citycall.service_requests.models import Attachment, ServiceRequest, Verification
from citycall.service_requests.rules import Step


class PhotoMissing(DomainError):
    """The service asks for a photo of the finished work."""

    code = "photo_missing"


@transaction.atomic
def complete(
    request_id: int,
    *,
    outcome_code: str,
    explanation: str,
    by: Actor,
    at: datetime,
    seen: datetime | None = None,
    said: Mapping[str, str] | None = None,
) -> ServiceRequest:
    """The agency says it is done: with an outcome, a public explanation, a photo where asked.

    The reporter is asked next; until then nothing says that it is fixed.
    """
    request = begin(request_id, step=Step.COMPLETE, by=by, seen=seen)
    told = completed(
        request,
        outcome_code=outcome_code,
        explanation=explanation,
        at=at,
        photos=finished_photos([request.pk]),
        hide=for_everyone,
        by=by,
        said=said,
    )
    keep(request, told, by=by, at=at)
    return request


def completed(
    request: ServiceRequest,
    *,
    outcome_code: str,
    explanation: str,
    at: datetime,
    photos: Mapping[int, datetime],
    hide: Hide,
    by: Actor,
    said: Mapping[str, str] | None = None,
) -> list[Told]:
    """Set what came of it and how long the reporters may object.

    ``photos`` are the times of the latest photos of finished work, by request.
    """
    second_look.need_another(request, by=by)
    book = catalog()
    spec = book.service_by_id(request.service_id).spec
    if outcome_code not in spec.outcomes:
        raise BadChoice(_("Please choose an outcome from the list."), field="outcome")
    told = need_words(
        explanation, field="explanation", sentence=_("Please tell the resident what was done.")
    )
    request.explanation = hide(request, told)
    if spec.photo_on_completion:
        _need_photo(request, photos.get(request.pk))
    outcome = book.outcome(outcome_code)
    request.outcome_id = outcome.id
    request.completed_at = at
    request.verify_until = at + timedelta(days=spec.verification_days)
    request.verification = Verification.ASKED
    return [
        Told(
            kind=Kind.COMPLETED,
            data={"outcome": outcome_code, "fixed": outcome.spec.fixed},
            words=request.explanation,
            said=said or {},
        )
    ]


def finished_photos(request_ids: Collection[int]) -> dict[int, datetime]:
    """When the latest photo of the finished work was added to each request that has one."""
    photos = Attachment.objects.filter(
        service_request__in=request_ids, stage=Attachment.Stage.AFTER
    )
    latest = photos.values_list("service_request_id").annotate(at=Max("added_at"))
    return dict(latest.order_by())


def _need_photo(request: ServiceRequest, latest: datetime | None) -> None:
    before = request.completed_at
    if latest is None or (before is not None and latest <= before):
        raise PhotoMissing(_("This service needs a photo of the finished work."), field="photo")


@transaction.atomic
def confirm(request_id: int, *, by: Actor, at: datetime, words: str = "") -> ServiceRequest:
    """The reporter says that it is really fixed."""
    request = begin(request_id, step=Step.CONFIRM, by=by)
    return _close(
        request, Verification.CONFIRMED, Kind.CONFIRMED, by=by, at=at, words=words.strip() or None
    )


@transaction.atomic
def close_undisputed(request_id: int, *, by: Actor, at: datetime) -> ServiceRequest:
    """Close what nobody objected to within the verification period."""
    request = begin(request_id, step=Step.CLOSE, by=by)
    if request.verify_until is None or request.verify_until > at:
        raise BadChoice(_("The time for the reporter to object has not ended."))
    return _close(request, Verification.UNDISPUTED, Kind.CLOSED, by=by, at=at)


def _close(
    request: ServiceRequest,
    verification: Verification,
    kind: Kind,
    *,
    by: Actor,
    at: datetime,
    words: str | None = None,
) -> ServiceRequest:
    request.verification = verification
    request.closed_at = at
    request.verify_until = None
    finish(request, kind, by=by, at=at, data={"verification": verification.value}, words=words)
    return request


@transaction.atomic
def reopen(
    request_id: int,
    *,
    reason: str,
    by: Actor,
    at: datetime,
    seen: datetime | None = None,
    disputed: bool = False,
    doubted: bool = False,
) -> ServiceRequest:
    """Take the end back, with the reason; number and history stay, and a new date is promised.

    ``disputed`` by a reporter, or ``doubted`` by staff, it does not stay with who completed it.
    """
    request = begin(request_id, step=Step.REOPEN, by=by, seen=seen)
    why = need_words(reason, field="reason", sentence=_("Please say what is still wrong."))
    before = request.due_at
    request.closed_at = request.verify_until = request.paused_at = None
    request.hold_reason = ""
    request.reopened_count += 1
    request.verification = Verification.DISPUTED if disputed else Verification.NONE
    request.due_at = fresh_due_date(request, at=at)
    if disputed or doubted:
        _take_from_closer(request)
    finish(
        request,
        Kind.DISPUTED if disputed else Kind.REOPENED,
        by=by,
        at=at,
        data={"times_reopened": request.reopened_count, **({"doubted": True} if doubted else {})},
        words=why,
    )
    tell_new_date(request, before, why="reopened", by=by, at=at)
    return request


def _take_from_closer(request: ServiceRequest) -> None:
    done = second_look.closed_by(request)
    if done is not None and done.actor_id == request.assignee_id:
        request.assignee = None


def fresh_due_date(request: ServiceRequest, *, at: datetime) -> datetime | None:
    """When the work is due by the service's target, counted anew; none without a target."""
    book = catalog()
    target = book.service_by_id(request.service_id).spec.target
    if target is None:
        return None
    return catalog_rules.due_at(
        target,
        start=at,
        working_time=book.working_time(request.agency_id, target.calendar),
        zone=clock.city_zone(),
        priority=request.priority,
        area_ids=tuple(request.areas),
    )


@transaction.atomic
def cancel(
    request_id: int, *, reason: str, by: Actor, at: datetime, seen: datetime | None = None
) -> ServiceRequest:
    """Withdraw the request: by its only reporter, or by staff, with the reason."""
    request = begin(request_id, step=Step.CANCEL, by=by, seen=seen)
    why = need_words(reason, field="reason", sentence=_("Please say why it is cancelled."))
    if not queries.may(by, "cancel", request) and request.report_count > 1:
        raise BadChoice(
            _("Other people have reported this too, so it cannot be withdrawn by one of them.")
        )
    request.paused_at = None
    request.hold_reason = ""
    request.closed_at = at
    finish(request, Kind.CANCELLED, by=by, at=at, words=why)
    return request


@transaction.atomic
def refer(
    request_id: int,
    *,
    referred_to: str,
    by: Actor,
    at: datetime,
    seen: datetime | None = None,
    said: Mapping[str, str] | None = None,
) -> ServiceRequest:
    """Say that it is another body's, with whose it is and how to reach them."""
    request = begin(request_id, step=Step.REFER, by=by, seen=seen)
    whose = need_words(
        referred_to,
        field="referred_to",
        sentence=_("Please say whose it is and how to reach them."),
    )
    request.referred_to = for_everyone(request, whose)
    request.paused_at = None
    request.hold_reason = ""
    request.closed_at = at
    told = Told(kind=Kind.REFERRED, words=request.referred_to, said=said or {})
    keep(request, [told], by=by, at=at)
    return request
