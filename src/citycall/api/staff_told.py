"""How a request is told to those who do the work."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings

from citycall.api.places import area_told
from citycall.catalog.queries import catalog
from citycall.core import clock, numbers
from citycall.core.actors import Actor
from citycall.core.events import is_redacted
from citycall.core.models import Event
from citycall.places.queries import areas
from citycall.privacy import openings
from citycall.service_requests import queries, rules
from citycall.service_requests.models import Attachment, Report, ServiceRequest, Status
from citycall.service_requests.rules import Step

_OWN_NAMES = {Step.CLOSE, Step.CONFIRM}


def tag_of(row: ServiceRequest) -> str:
    """The ETag of a request as staff see it: it changes with every step."""
    return f'"{row.pk}-{row.updated_at.timestamp():.6f}"'


def told(row: ServiceRequest, *, actor: Actor) -> dict[str, Any]:
    """The facts of a request."""
    book = catalog()
    service, team = book.service_by_id(row.service_id), book.team(row.team_id)
    agency = book.agency(row.agency_id)
    return {
        "id": str(row.pk),
        "number": numbers.show(row.number),
        "service": {"code": service.code, "name": service.name},
        "agency": {"code": agency.code, "name": agency.name},
        "team": {"code": team.code, "name": team.name},
        "assignee": {"id": row.assignee.pk, "name": str(row.assignee)} if row.assignee else None,
        "status": str(row.status),
        "priority": row.priority,
        "report_count": row.report_count,
        "requested_at": row.requested_at,
        "updated_at": row.updated_at,
        "promised_at": row.promised_at,
        "due_at": row.due_at,
        "paused_at": row.paused_at,
        "completed_at": row.completed_at,
        "closed_at": row.closed_at,
        "verify_until": row.verify_until,
        "hold_reason": row.hold_reason,
        "outcome": _outcome(row),
        "explanation": row.explanation,
        "referred_to": row.referred_to,
        "verification": str(row.verification),
        "reopened_count": row.reopened_count,
        "location": _location(row),
        "merged_into": str(row.merged_into_id) if row.merged_into_id else None,
        "steps": _steps(row, actor),
    }


def whole(row: ServiceRequest, *, actor: Actor) -> dict[str, Any]:
    """The facts of a request with everyone's reports and photos."""
    return {
        **told(row, actor=actor),
        "reports": [_report(each, row, actor) for each in queries.reports_of(row)],
        "photos": [photo(each) for each in queries.attachments_of(row)],
    }


def events(happened: Sequence[Event]) -> list[dict[str, Any]]:
    """A whole history."""
    spoken = queries.comment_languages(happened)
    return [event(each, written_in=spoken.get(each.pk, "")) for each in happened]


def event(happened: Event, *, written_in: str = "") -> dict[str, Any]:
    """One event, with everything that staff may know of it.

    What was hidden in its words stands in the same words in other languages, which stay away then.
    """
    hidden = {"said"} if is_redacted(happened) else set()
    return {
        "id": str(happened.pk),
        "kind": happened.kind,
        "at": happened.at,
        "actor_kind": happened.actor_kind,
        "actor_name": happened.actor_name,
        "visibility": str(happened.visibility),
        "data": {name: fact for name, fact in happened.data.items() if name not in hidden},
        "words": happened.words,
        "written_in": written_in,
    }


def photo(kept: Attachment) -> dict[str, Any]:
    """A photo, with where it can be fetched."""
    address = f"{settings.PUBLIC_URL}/api/v1/photos/{kept.pk}"
    return {
        "id": str(kept.pk),
        "url": address,
        "thumbnail_url": f"{address}?size=small",
        "stage": str(kept.stage),
        "public": kept.public,
        "added_at": kept.added_at,
    }


def _outcome(row: ServiceRequest) -> dict[str, Any] | None:
    if row.outcome_id is None:
        return None
    spec = catalog().outcome_by_id(row.outcome_id).spec
    return {"code": spec.code, "name": spec.name, "fixed": spec.fixed}


def _location(row: ServiceRequest) -> dict[str, Any]:
    return {
        "kind": str(row.location_kind),
        "longitude": row.longitude,
        "latitude": row.latitude,
        "place": row.place,
        "directions": row.directions,
        "accuracy_m": row.accuracy_m,
        "areas": [area_told(area) for area in areas().areas_of(row.areas)],
    }


def _steps(row: ServiceRequest, actor: Actor) -> list[str]:
    possible = rules.steps_from(Status(row.status))
    return [
        step.value
        for step in possible
        if step not in _OWN_NAMES and queries.may(actor, step.value, row)
    ]


def _report(report: Report, row: ServiceRequest, actor: Actor) -> dict[str, Any]:
    contact = None
    if queries.may(actor, "read_contact", row):
        openings.read_by_program(row, by=actor, at=clock.now())
        known = queries.contact_for(actor, row, report)
        contact = (
            {"name": known.name, "email": known.email, "phone": known.phone} if known else None
        )
    return {
        "number": numbers.show(report.number),
        "channel": str(report.channel),
        "words": report.words,
        "wanted": report.wanted,
        "answers": report.answers,
        "language": report.language,
        "written_in": report.written_in,
        "reported_at": report.reported_at,
        "contact": contact,
    }
