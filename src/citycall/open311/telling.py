"""A public request as a row of the standard: every key there, and never an empty text."""

from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from citycall.open311.vocabulary import Vocabulary
from citycall.service_requests.models import OPEN_STATUSES, Status
from citycall.service_requests.published import Published

OPEN: Final = frozenset(status.value for status in OPEN_STATUSES)
_DONE: Final = frozenset({Status.COMPLETED.value, Status.CLOSED.value})


def told(row: Published, words: Vocabulary) -> dict[str, Any]:
    """The request as GeoReport v2 shows it."""
    is_open = row.status in OPEN
    code, name = words.services[row.service_id]
    return {
        "service_request_id": str(row.id),
        "status": "open" if is_open else "closed",
        "status_notes": _status_notes(row, words),
        "service_name": name,
        "service_code": code,
        "description": row.words or None,
        "agency_responsible": words.agencies[row.agency_id],
        "service_notice": words.notices.get(row.status),
        "requested_datetime": row.requested_at,
        "updated_datetime": row.updated_at if is_open else _ended_at(row),
        "expected_datetime": row.due_at if is_open else None,
        "address": row.place or words.neighborhood(row.areas),
        "address_id": None,
        "zipcode": words.zipcode(row.areas) if words.postal else None,
        "lat": row.latitude,
        "long": row.longitude,
        "media_url": f"{words.public_url}/photos/{row.photo_id}" if row.photo_id else None,
    }


def extended(row: Published, words: Vocabulary) -> dict[str, Any]:
    """What the standard has no field for: the finer status, and what belongs together."""
    outcome = words.outcome(row.outcome_id) if row.outcome_id and not _began_anew(row) else None
    return {
        "status": row.status,
        "reports_count": row.report_count,
        "parent_service_request_id": str(row.merged_into_id) if row.merged_into_id else None,
        "completed_datetime": None if _began_anew(row) else row.completed_at,
        "closed_datetime": row.closed_at,
        "outcome_code": outcome[0] if outcome else None,
        "outcome_name": outcome[1] if outcome else None,
        "verification": row.verification or None,
        "areas": [
            {"layer": area.layer, "code": area.code, "name": area.name}
            for area in words.areas.areas_of(row.areas)
        ],
    }


def _began_anew(row: Published) -> bool:
    """Whether what is known of an end is of an earlier one, which was taken back."""
    return row.completed_at is not None and row.status not in _DONE


def _ended_at(row: Published) -> datetime:
    if row.closed_at is not None:
        return row.closed_at
    if row.completed_at is not None and row.status in _DONE:
        return row.completed_at
    return row.updated_at


def _status_notes(row: Published, words: Vocabulary) -> str | None:
    if row.merged_into_id is not None:
        return _("This is a duplicate of request %(id)s.") % {"id": row.merged_into_id}
    if row.status == Status.REFERRED and row.referred_to:
        return row.referred_to
    if _began_anew(row):
        return None
    if row.explanation:
        return row.explanation
    return words.outcome(row.outcome_id)[1] if row.outcome_id else None
