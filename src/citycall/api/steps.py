"""The steps of the work, for the agencies' own programs: each is an action, and no rule is here."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, Literal

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router, UploadedFile

from citycall.api import staff_told, work
from citycall.api.conditions import document, matches
from citycall.api.keys import Key, actor_of
from citycall.api.naming import Name
from citycall.api.staff import REQUEST
from citycall.api.staff_shapes import (
    AssignIn,
    ChangeServiceIn,
    CompleteIn,
    EventOut,
    HoldIn,
    MergeIn,
    NoteIn,
    ReasonIn,
    ReferIn,
    ReturnIn,
    TransferIn,
    WorkPhotoOut,
    WorkWhole,
)
from citycall.api.telling import told
from citycall.core import clock
from citycall.core.errors import DomainError
from citycall.core.permissions import require
from citycall.service_requests import photos, policies
from citycall.service_requests.actions import close, merge, tell_more
from citycall.service_requests.actions import work as working
from citycall.service_requests.actions.change import Changed
from citycall.service_requests.actions.change_service import change_service
from citycall.service_requests.actions.return_work import return_work
from citycall.service_requests.models import Attachment, ServiceRequest
from citycall.service_requests.policies import WORK_SCOPE

router = Router(tags=["Steps"], auth=Key(WORK_SCOPE))
Act = Callable[[int, datetime | None], ServiceRequest]


class ChangedMeanwhile(DomainError):
    """Somebody else changed the request after the caller looked at it."""

    code = "changed_meanwhile"
    status = 412

    def __init__(self) -> None:
        super().__init__(_("Somebody else has just changed this request. Please look again."))


def _step(operation_id: str, summary: str, sends: Any = None) -> dict[str, Any]:
    return told(
        operation_id,
        summary,
        gives=WorkWhole,
        problems=(400, 409, 412),
        headers=("If-Match",),
        sends=sends,
    )


_ASSIGN: Final = _step("assign", "Accept it for the team, and name who does it", {"assignee": None})
_HOLD: Final = _step("hold", "Put it on hold", {"reason": "weather", "words": "Frost."})
_COMPLETE: Final = {"outcome": "fixed", "explanation": "The hole was filled."}
_TRANSFER: Final = {"team": "sorting", "reason": "It lies on private ground."}
_RETURN: Final = _step(
    "return", "Send it back as not yours", {"reason": "state_highway", "words": "Route 40."}
)
_CHANGE: Final = {"service": "water-leak", "reason": "The hole is above a burst pipe."}
_REFER: Final = {"referred_to": "The state highway office, 410-555-0199."}


@router.post(f"{REQUEST}/assign", **_ASSIGN)
def assign(request: HttpRequest, name: Name, body: AssignIn) -> HttpResponse:
    """New work becomes accepted work; `assignee` is the id of a person of the agency."""
    by, at = actor_of(request), clock.now()
    return _take(
        request,
        name,
        lambda pk, seen: working.assign(pk, assignee_id=body.assignee, by=by, at=at, seen=seen),
    )


@router.post(f"{REQUEST}/start", **_step("start", "Say that work has begun"))
def start(request: HttpRequest, name: Name) -> HttpResponse:
    """The reporters are not told of it; the public history is."""
    by, at = actor_of(request), clock.now()
    return _take(request, name, lambda pk, seen: working.start(pk, by=by, at=at, seen=seen))


@router.post(f"{REQUEST}/hold", **_HOLD)
def hold(request: HttpRequest, name: Name, body: HoldIn) -> HttpResponse:
    """The clock stops only for a `reason` that is among the service's `pause_reasons`."""
    by, at = actor_of(request), clock.now()
    return _take(
        request,
        name,
        lambda pk, seen: working.hold(
            pk, reason=body.reason, words=body.words, by=by, at=at, seen=seen
        ),
    )


@router.post(f"{REQUEST}/resume", **_step("resume", "Take it up again"))
def resume(request: HttpRequest, name: Name) -> HttpResponse:
    """A stopped clock runs on from where it stopped."""
    by, at = actor_of(request), clock.now()
    return _take(request, name, lambda pk, seen: working.resume(pk, by=by, at=at, seen=seen))


@router.post(f"{REQUEST}/transfer", **_step("transfer", "Pass it to another team", _TRANSFER))
def transfer(request: HttpRequest, name: Name, body: TransferIn) -> HttpResponse:
    """Its clock and history go with it; the reason is for staff only."""
    by, at = actor_of(request), clock.now()
    return _take(
        request,
        name,
        lambda pk, seen: working.transfer(
            pk, team_code=body.team, reason=body.reason, by=by, at=at, seen=seen
        ),
    )


@router.post(f"{REQUEST}/return", **_RETURN)
def send_back(request: HttpRequest, name: Name, body: ReturnIn) -> HttpResponse:
    """Those who sort have it then; its date, clock and history go with it unchanged.

    The usual reasons are `state_highway`, `private_property`, `another_agency`, `another_body`,
    `wrong_service`, `wrong_place` and `other`, which needs `words`; a city may have others.
    """
    by, at = actor_of(request), clock.now()
    return _take(
        request,
        name,
        lambda pk, seen: return_work(
            pk, reason=body.reason, words=body.words, by=by, at=at, seen=seen
        ),
    )


@router.post(
    f"{REQUEST}/change_service", **_step("change_service", "Move it to another service", _CHANGE)
)
def move_to_service(request: HttpRequest, name: Name, body: ChangeServiceIn) -> HttpResponse:
    """To another service, for a reason that everyone can read.

    The rules choose its team and due date anew, with the pauses of its clock as they were. One
    whose requests are shown to more people than those of the present service is refused.
    """
    by, at = actor_of(request), clock.now()
    return _take(
        request,
        name,
        lambda pk, seen: change_service(
            pk, service_code=body.service, reason=body.reason, by=by, at=at, seen=seen
        ),
    )


@router.post(f"{REQUEST}/complete", **_step("complete", "Say that it is done", _COMPLETE))
def complete(request: HttpRequest, name: Name, body: CompleteIn) -> HttpResponse:
    """The reporter is asked next. Some services need a photo with the stage `after` first."""
    by, at = actor_of(request), clock.now()
    return _take(
        request,
        name,
        lambda pk, seen: close.complete(
            pk, outcome_code=body.outcome, explanation=body.explanation, by=by, at=at, seen=seen
        ),
    )


@router.post(f"{REQUEST}/reopen", **_step("reopen", "Take its end back", {"reason": "It came up."}))
def reopen(request: HttpRequest, name: Name, body: ReasonIn) -> HttpResponse:
    """Number and history stay, and a new date is promised."""
    by, at = actor_of(request), clock.now()
    return _take(
        request,
        name,
        lambda pk, seen: close.reopen(pk, reason=body.reason, by=by, at=at, seen=seen),
    )


@router.post(f"{REQUEST}/cancel", **_step("cancel", "Withdraw it", {"reason": "Sent as a test."}))
def cancel(request: HttpRequest, name: Name, body: ReasonIn) -> HttpResponse:
    """Nobody works on it, for a reason that everyone can read."""
    by, at = actor_of(request), clock.now()
    return _take(
        request,
        name,
        lambda pk, seen: close.cancel(pk, reason=body.reason, by=by, at=at, seen=seen),
    )


@router.post(f"{REQUEST}/refer", **_step("refer", "Say that it is another body's", _REFER))
def refer(request: HttpRequest, name: Name, body: ReferIn) -> HttpResponse:
    """It ends here, with whose it is and how to reach them."""
    by, at = actor_of(request), clock.now()
    return _take(
        request,
        name,
        lambda pk, seen: close.refer(pk, referred_to=body.referred_to, by=by, at=at, seen=seen),
    )


@router.post(f"{REQUEST}/merge", **_step("merge", "Make it part of another", {"into": "4711"}))
def merge_into(request: HttpRequest, name: Name, body: MergeIn) -> HttpResponse:
    """Its numbers lead to the other from now on, which is what is answered."""
    by, at = actor_of(request), clock.now()
    parent = work.request_for(request, by, body.into)
    return _take(
        request,
        name,
        lambda pk, seen: merge.merge(pk, parent_id=parent.pk, by=by, at=at, seen=seen),
    )


@router.post(f"{REQUEST}/unmerge", **_step("unmerge", "Part it from the one it was merged into"))
def unmerge(request: HttpRequest, name: Name) -> HttpResponse:
    """It goes on as it was before."""
    by, at = actor_of(request), clock.now()
    return _take(request, name, lambda pk, seen: merge.unmerge(pk, by=by, at=at, seen=seen))


@router.post(
    f"{REQUEST}/notes",
    **told(
        "add_note",
        "Write a note",
        gives=EventOut,
        status=201,
        problems=(400,),
        sends={"words": "The crew has looked at it."},
    ),
)
def note(request: HttpRequest, name: Name, body: NoteIn) -> HttpResponse:
    """For staff only, or with `public` for everyone to read."""
    by = actor_of(request)
    row = work.request_for(request, by, name)
    said = tell_more.add_note(row.pk, words=body.words, public=body.public, by=by, at=clock.now())
    return document(staff_told.event(said), status=201)


@router.post(
    f"{REQUEST}/photos",
    **told("add_photo", "Add a photo", gives=WorkPhotoOut, status=201, problems=(400,)),
)
def add_photo(
    request: HttpRequest,
    name: Name,
    photo: UploadedFile,
    stage: Literal["before", "after"] = "after",
) -> HttpResponse:
    """One picture of at most 15 MB as the field `photo`, of before or after the work."""
    by = actor_of(request)
    row = work.request_for(request, by, name)
    require(policies.PERMISSIONS, "note", by=by, agency_id=row.agency_id)
    if photo.file is None:
        raise photos.BadPhoto(_("This file is empty."), field="photo")
    kept = tell_more.add_photo(
        row.pk,
        photo=photos.keep(photo.file),
        stage=Attachment.Stage(stage),
        by=by,
        at=clock.now(),
    )
    return document(staff_told.photo(kept), status=201)


def _take(request: HttpRequest, name: str, act: Act) -> HttpResponse:
    """Take a step on what the caller has seen, and tell how the request is now."""
    actor = actor_of(request)
    row = work.request_for(request, actor, name)
    held = request.META.get("HTTP_IF_MATCH", "")
    seen = row.updated_at if held and held.strip() != "*" else None
    if seen is not None and not matches(held, staff_told.tag_of(row)):
        raise ChangedMeanwhile
    try:
        changed = act(row.pk, seen)
    except Changed:
        raise ChangedMeanwhile from None
    response = document(staff_told.whole(changed, actor=actor))
    response.headers["ETag"] = staff_told.tag_of(changed)
    return response
