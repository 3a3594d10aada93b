"""What other systems are told: a public event, and the public facts of its request."""

from datetime import UTC, datetime
from typing import Any, Final

import orjson

from citycall.catalog.queries import catalog
from citycall.core.models import Event, Visibility
from citycall.places.queries import areas
from citycall.service_requests.events import FOR_EVERYONE, OF_APPOINTMENTS, SUBJECT, Kind
from citycall.service_requests.models import OPEN_STATUSES
from citycall.service_requests.published import Published
from citycall.service_requests.published_notes import told_of

# Rows of an import are history and not news; the others are for staff and reporters only.
NEVER_TOLD: Final = frozenset(
    {
        Kind.IMPORTED,
        Kind.INFORMATION_ADDED,
        Kind.PHOTO_ADDED,
        Kind.ERASED,
        Kind.CONTACT_GIVEN,
        Kind.ESCALATED,
        Kind.PRIORITY_CHANGED,
        Kind.NOT_FOUND,
        Kind.CALL_ASKED,
        Kind.TAGGED,
        Kind.INSPECTED,
        *OF_APPOINTMENTS,
    }
)
KINDS: Final = tuple(kind for kind in Kind if kind not in NEVER_TOLD)
PING: Final = "ping"
_OPEN: Final = frozenset(status.value for status in OPEN_STATUSES)


def may_be_told(event: Event) -> bool:
    """Whether an event, if its request is public too, is for everyone to know.

    That something was hidden, or shown again, is told where it changed what everyone can read.
    """
    if event.subject_kind != SUBJECT or event.kind not in KINDS:
        return False
    if event.kind == Kind.REDACTED:
        return bool(event.data.get(FOR_EVERYONE))
    return event.visibility == Visibility.PUBLIC


def body(event: Event, request: Published) -> bytes:
    """The JSON of a delivery; the request as it is now, not as it was at the event."""
    # Of what was hidden no more is told than that the facts below are others now.
    facts, words = ({}, "") if event.kind == Kind.REDACTED else told_of(event)
    return orjson.dumps(
        {
            "id": str(event.pk),
            "kind": event.kind,
            "at": moment(event.at),
            "facts": facts,
            "words": words,
            "service_request": request_facts(request),
        }
    )


def ping(name: str, *, at: datetime) -> bytes:
    """The JSON of a test: no event, and no request."""
    return orjson.dumps({"id": None, "kind": PING, "at": moment(at), "webhook": name})


def request_facts(request: Published) -> dict[str, Any]:
    """A request's public facts under the codes that a city's catalog and layers have."""
    known = catalog()
    service = known.service_by_id(request.service_id)
    agency = known.agency(request.agency_id)
    outcome = known.outcome_by_id(request.outcome_id) if request.outcome_id else None
    merged_into = request.merged_into_id
    return {
        "id": str(request.id),
        "service": service.code,
        "service_name": service.name,
        "agency": agency.code,
        "agency_name": agency.name,
        "open": request.status in _OPEN,
        "status": request.status,
        "requested_at": moment(request.requested_at),
        "updated_at": moment(request.updated_at),
        "due_at": moment(request.due_at),
        "completed_at": moment(request.completed_at),
        "closed_at": moment(request.closed_at),
        "outcome": outcome.spec.code if outcome else None,
        "verification": request.verification,
        "explanation": request.explanation,
        "referred_to": request.referred_to,
        "place": request.place,
        "longitude": request.longitude,
        "latitude": request.latitude,
        "areas": [
            {"layer": area.layer, "code": area.code, "name": area.name}
            for area in areas().areas_of(request.areas)
        ],
        "reports": request.report_count,
        "merged_into": None if merged_into is None else str(merged_into),
        "words": request.words,
    }


def moment(at: datetime | None) -> str | None:
    """A moment in UTC as it is told; none where there is none."""
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")
