"""What requests hear of a crew's steps, and what is left with those that have moved on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citycall.catalog.queries import catalog
from citycall.catalog.snapshot import UnknownOutcome
from citycall.core import numbers
from citycall.core.actors import Actor, ActorKind
from citycall.core.models import Visibility
from citycall.core.permissions import require
from citycall.service_requests import policies as request_policies
from citycall.service_requests import queries as service_requests
from citycall.service_requests.actions import close, tell_more, work
from citycall.service_requests.actions.change import lock, need_words, tell
from citycall.service_requests.events import Kind as EventKind
from citycall.service_requests.models import Attachment, ServiceRequest, Status
from citycall.service_requests.photos import Photo
from citycall.work_orders import queries
from citycall.work_orders.actions.change import announce
from citycall.work_orders.models import ENDED_STATUSES, Step, WorkOrder
from citycall.work_orders.rules import Finished

Kind = Step.Kind
STAGES: Final[Mapping[Kind, Attachment.Stage]] = {
    Kind.BEFORE: Attachment.Stage.BEFORE,
    Kind.AFTER: Attachment.Stage.AFTER,
}
NOTES: Final[Mapping[Kind, str | Promise]] = {
    Kind.NOT_FOUND: gettext_lazy("The crew could not find it."),
    Kind.CALL: gettext_lazy("The crew asked the call centre to call the reporter."),
}
# Of these, a crew's further steps change nothing on the order itself.
_BLOCKING: Final = frozenset({"order_ended", "order_waits"})


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why something could not be done as the crew meant it; ``number`` is that of a request."""

    code: str
    number: str
    sentence: str


@dataclass(frozen=True, slots=True)
class About:
    """A request that an order is about today, and why it is not what the crew saw any more."""

    request: ServiceRequest
    number: str
    moved_on: Trouble | None


def is_blocked(troubles: Sequence[Trouble]) -> Trouble | None:
    """What keeps the order itself from being changed, if anything does."""
    return next((each for each in troubles if each.code in _BLOCKING), None)


def troubles_of_plan(order: WorkOrder, *, by: Actor, kind: Kind) -> list[Trouble]:
    """What of the plan has changed since the crew looked at it, or is in the way."""
    troubles = []
    if order.ended_at is not None and kind not in STAGES and kind != Kind.CALL:
        state = {"state": order.state.label}
        sentence = _("The work order was “%(state)s” already.") % state
        troubles.append(Trouble("order_ended", "", sentence))
    elif kind in {Kind.START, Kind.FINISH}:
        for first in queries.undone_firsts([order.pk]).get(order.pk, ()):
            sentence = _("“%(first)s” must be done first.") % {"first": str(first)}
            troubles.append(Trouble("order_waits", "", sentence))
    if kind not in STAGES and _is_anothers(order, by):
        names = {"crew": order.crew.name if order.crew else ""}
        sentence = (
            _("The work order had been given to %(crew)s meanwhile.") % names
            if order.crew
            else _("The work order had been taken off the plan meanwhile.")
        )
        troubles.append(Trouble("order_moved", "", sentence))
    return troubles


def _is_anothers(order: WorkOrder, by: Actor) -> bool:
    if by.kind is not ActorKind.STAFF or queries.may(by, "plan", agency_id=order.agency_id):
        return False
    return order.crew_id not in {crew.pk for crew in queries.crews_of_member(by.id)}


def about(order: WorkOrder, *, seen: Mapping[int, int] | None) -> list[About]:
    """The requests of an order as they are now, each once, held until the transaction ends.

    ``seen`` are the teams by request as the crew saw them; none where they see them as they are.
    """
    ids = [service_requests.root_id(pk) for pk in _linked(order)]
    # Always in the order of their ids, so that two crews never wait for each other.
    held = {pk: lock(pk) for pk in sorted({*ids})}
    return [
        About(held[pk], numbers.show(held[pk].number), _moved_on(held[pk], seen))
        for pk in dict.fromkeys(ids)
    ]


def _linked(order: WorkOrder) -> list[int]:
    return list(order.links.order_by("pk").values_list("service_request_id", flat=True))


def _moved_on(request: ServiceRequest, seen: Mapping[int, int] | None) -> Trouble | None:
    number = numbers.show(request.number)
    names = {"number": number, "status": Status(request.status).label}
    if seen is not None and request.pk not in seen:
        sentence = _("The request was merged into %(number)s meanwhile.") % names
        return Trouble("merged", number, sentence)
    if request.status in ENDED_STATUSES:
        sentence = _("Request %(number)s was “%(status)s” already.") % names
        return Trouble("ended", number, sentence)
    if seen is not None and seen[request.pk] != request.team_id:
        names["team"] = catalog().team(request.team_id).name
        sentence = _("Request %(number)s had been passed to %(team)s meanwhile.") % names
        return Trouble("transferred", number, sentence)
    return None


def carrier(request: ServiceRequest, by: Actor) -> Actor:
    """Who leaves a crew's note or photo: they, or the system for them where it is not theirs."""
    if service_requests.may(by, "note", request):
        return by
    return Actor(kind=ActorKind.SYSTEM, name=by.name)


def leave_note(
    request: ServiceRequest,
    words: str,
    trouble: Trouble,
    *,
    by: Actor,
    at: datetime,
    done_at: datetime,
) -> None:
    """Keep with the request, for staff, what the crew did and why it was not done as a step."""
    if not words:
        return
    local = formats.date_format(timezone.localtime(done_at), "DATETIME_FORMAT")
    told = _("From the crew, %(moment)s: %(words)s (%(why)s)") % {
        "moment": local,
        "words": words,
        "why": trouble.sentence,
    }
    tell_more.add_note(request.pk, words=told[:4_000], public=False, by=carrier(request, by), at=at)


def keep_photo(
    request: ServiceRequest, photo: Photo, *, stage: Attachment.Stage, by: Actor, at: datetime
) -> None:
    """Keep the photo with the request, wherever it is now."""
    tell_more.add_photo(request.pk, photo=photo, stage=stage, by=carrier(request, by), at=at)


def no_photo() -> str:
    """What is said where a photo is missing."""
    return _("Please choose a photo.")


def no_words() -> str:
    """What is said where a crew says nothing of what they looked for, or want to know."""
    return _("Please say what you looked for, or what the reporter should be asked.")


def tell_visit(order: WorkOrder, requests: Sequence[About], *, by: Actor, at: datetime) -> None:
    """Say in the history of its requests that the crew was there, at the order's own time."""
    announce(
        order,
        EventKind.VISITED,
        by=by,
        at=at,
        there_at=order.started_at,
        requests=[each.request for each in requests],
    )


def start(request_id: int, *, by: Actor, at: datetime) -> None:
    """Work on the request has begun, unless it had already."""
    request = lock(request_id)
    if request.status in {Status.NEW, Status.ASSIGNED}:
        work.start(request_id, by=by, at=at)


def complete(request_id: int, told: Finished, *, by: Actor, at: datetime) -> None:
    """The honest completion of a request, with all that it asks; a pause ends by it."""
    if lock(request_id).status == Status.ON_HOLD:
        work.resume(request_id, by=by, at=at)
    close.complete(
        request_id, outcome_code=told.outcome, explanation=told.explanation, by=by, at=at
    )


def tell_not_found(request_id: int, words: str, *, by: Actor, at: datetime) -> None:
    """Its reporters hear that the crew could not find it, and what they ask."""
    request = _for_note(request_id, by=by)
    tell(
        request,
        EventKind.NOT_FOUND,
        by=by,
        at=at,
        words=need_words(words, field="words", sentence=_("Please say what you looked for.")),
        visibility=Visibility.REPORTER,
    )


def ask_to_call(request_id: int, words: str, *, by: Actor, at: datetime) -> None:
    """The call centre is asked to call a reporter, whose number the crew does not see."""
    request = _for_note(request_id, by=by)
    said = need_words(words, field="words", sentence=_("Please say what they should be asked."))
    kind = EventKind.CALL_ASKED
    tell(request, kind, by=by, at=at, words=said, visibility=Visibility.INTERNAL)


def _for_note(request_id: int, *, by: Actor) -> ServiceRequest:
    request = lock(request_id)
    require(request_policies.PERMISSIONS, "note", by=by, agency_id=request.agency_id)
    return request


def with_words(sentence: str | Promise, words: str) -> str:
    """What happened, and what the crew said of it."""
    if not words:
        return str(sentence)
    return _("%(sentence)s “%(words)s”") % {"sentence": sentence, "words": words}


def finished_in_words(told: Finished) -> str:
    """What a crew said when it was done, for a note."""
    try:
        outcome = catalog().outcome(told.outcome).spec.name if told.outcome else ""
    except UnknownOutcome:
        outcome = told.outcome
    return with_words(outcome or _("Done"), told.explanation)
