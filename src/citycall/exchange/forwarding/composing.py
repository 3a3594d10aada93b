"""What a partner is told: the report's words, place and answers; never who reported it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from django.conf import settings
from django.utils.crypto import salted_hmac

from citycall.catalog.queries import catalog
from citycall.catalog.specs import Privacy
from citycall.core.actors import ActorKind
from citycall.core.models import Event, Visibility
from citycall.exchange.forwarding.queries import Taker
from citycall.exchange.models import Forward, ForwardedEvent
from citycall.exchange.open311.told import NewRequest, RemoteDefinition, RemoteUpdate
from citycall.service_requests.events import Kind
from citycall.service_requests.models import Attachment, Report, ServiceRequest, Status

# Where our request stood when something was added to it, as the other side says it.
_STANDING: Final[Mapping[str, str]] = {
    Status.COMPLETED: "closed",
    Status.CLOSED: "closed",
    Status.CANCELLED: "cancelled",
    Status.REFERRED: "not_councils_responsibility",
    Status.MERGED: "duplicate",
}
# The events that a partner must know of, and the status that each is told with; with none, it is
# told where our request stands.
TOLD: Final[Mapping[str, str]] = {
    Kind.INFORMATION_ADDED: "",
    Kind.NOTE_ADDED: "",
    Kind.DISPUTED: "reopen",
    Kind.REOPENED: "reopen",
    Kind.CANCELLED: "cancelled",
    Kind.REFERRED: "not_councils_responsibility",
    Kind.COMPLETED: "closed",
}


def is_theirs(event: Event, taker: Taker) -> bool:
    """Whether a partner has sent us this, with a key that bears its code or its name.

    As a reporter, it is named as the event's actor, too.
    """
    return event.actor_kind in {ActorKind.KEY, ActorKind.RESIDENT} and event.actor_name in {
        taker.code,
        taker.name,
    }


def must_know(event: Event, taker: Taker) -> bool:
    """Whether a partner is to be told of an event: not of what it told us itself.

    What partners tell when they are asked is recorded as the system's.
    """
    if event.kind not in TOLD or event.actor_kind == ActorKind.SYSTEM or is_theirs(event, taker):
        return False
    return event.kind == Kind.INFORMATION_ADDED or event.visibility == Visibility.PUBLIC


def mark(forward: Forward) -> str:
    """What a partner knows a repeated attempt by: the same for each, and never another's."""
    return _mark("citycall", forward.pk, forward.created_at.isoformat())


def update_mark(owed: ForwardedEvent) -> str:
    """The same for an update."""
    return _mark("citycall-update", owed.pk, owed.created_at.isoformat())


def _mark(kind: str, pk: int, made: str) -> str:
    # The time is part of it because a database that is made anew counts from one again.
    signed = salted_hmac("citycall.exchange.forwarding", f"{kind}:{pk}:{made}", algorithm="sha256")
    return f"{kind}-{pk}-{signed.hexdigest()[:16]}"


def report_of(request: ServiceRequest) -> Report:
    """The report that the request began with."""
    return Report.objects.filter(number=request.number).get()


def new_request(
    forward: Forward, *, service_code: str, definition: RemoteDefinition | None
) -> NewRequest:
    """The request as the partner gets it; ``definition`` says which answers it takes."""
    request = forward.service_request
    report = report_of(request)
    return NewRequest(
        service_code=service_code,
        client_request_id=mark(forward),
        description=description_of(request, report),
        latitude=request.latitude,
        longitude=request.longitude,
        address=request.place,
        media_urls=_pictures(request),
        attributes=dict(_attributes(report.answers, definition)) if definition else {},
    )


def description_of(request: ServiceRequest, report: Report) -> str:
    """The reporter's words, and how to find the place where they said how."""
    return "\n".join(part for part in (report.words.strip(), request.directions.strip()) if part)


def service_code_of(request: ServiceRequest, services: Mapping[str, str]) -> str:
    """The partner's code for the request's service; empty where it takes no such requests."""
    return services.get(catalog().service_by_id(request.service_id).code, "")


def _pictures(request: ServiceRequest) -> Sequence[str]:
    """Addresses of the photos that everyone may see."""
    if catalog().service_by_id(request.service_id).spec.privacy is not Privacy.PUBLIC:
        return ()
    photos = Attachment.objects.filter(service_request=request, public=True).order_by("id")
    return [f"{settings.PUBLIC_URL}/photos/{pk}" for pk in photos.values_list("pk", flat=True)[:5]]


def _attributes(
    answers: Mapping[str, Any], definition: RemoteDefinition
) -> Iterator[tuple[str, str | Sequence[str]]]:
    """The answers to questions that the partner asks by the same code, where it knows them."""
    for attribute in definition.attributes:
        answer = answers.get(attribute.code)
        if not attribute.variable or answer is None or answer == "":
            continue
        keys = {key for key, _name in attribute.values}
        if isinstance(answer, list):
            known = [str(each) for each in answer if not keys or str(each) in keys]
            if known:
                yield attribute.code, known
        elif not keys or str(answer) in keys:
            yield attribute.code, _text(answer)


def _text(answer: object) -> str:
    return str(answer).lower() if isinstance(answer, bool) else str(answer)


def update(owed: ForwardedEvent) -> RemoteUpdate:
    """The event as the partner is told of it."""
    event = owed.event
    standing = _STANDING.get(str(event.data.get("status", "")), "open")
    outcome = str(event.data.get("outcome", "")) if event.kind == Kind.COMPLETED else ""
    status = TOLD[event.kind] or standing
    if event.kind == Kind.COMPLETED and not event.data.get("fixed"):
        status = "no_further_action"
    return RemoteUpdate(
        update_id=update_mark(owed),
        service_request_id=owed.forward.remote_id or "",
        status=status,
        at=event.at,
        description=event.words or "",
        external_status_code=outcome,
    )


def says_the_same(words: str, owed: Collection[ForwardedEvent]) -> bool:
    """Whether these are words that we have told the partner ourselves, and come back."""
    return bool(words.strip()) and any(
        (each.event.words or "").strip() == words.strip() for each in owed
    )
