"""Keeping each move of a request, so that routing and words can be learned from."""

from typing import Final

from citycall.catalog.queries import UnknownService, catalog
from citycall.core.models import Event
from citycall.service_requests.events import SUBJECT, Kind
from citycall.service_requests.models import ServiceRequest
from citycall.triage.models import Move

KINDS: Final = frozenset({Kind.RETURNED, Kind.TRANSFERRED, Kind.SERVICE_CHANGED})


def note(event: Event) -> None:
    """Keep what a move's event says; noted already, it changes nothing."""
    if event.subject_kind != SUBJECT or event.kind not in KINDS:
        return
    request = ServiceRequest.objects.get(pk=event.subject_id)
    changed = event.kind == Kind.SERVICE_CHANGED
    before = _service(event.data.get("service_before")) if changed else None
    Move.objects.get_or_create(
        event_id=event.pk,
        defaults={
            "service_request": request,
            "kind": event.kind,
            "at": event.at,
            "service_id": before or request.service_id,
            "service_after_id": _service(event.data.get("service")) if changed else None,
            "team_id": event.data.get("team_before") if changed else event.data.get("from"),
            "rule_id": event.data.get("rule"),
            "reason": str(event.data.get("reason", ""))[:40],
        },
    )


def _service(code: str | None) -> int | None:
    try:
        return catalog().service(code).id if code else None
    except UnknownService:
        return None
