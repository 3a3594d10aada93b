"""The kinds of event in a request's life; ``reactions.py`` says what follows each."""

from enum import StrEnum

SUBJECT = "service_request"


class Kind(StrEnum):
    """Names are stable: history, webhooks and analytics read them."""

    SUBMITTED = "submitted"
    REPORT_ADDED = "report_added"
    INFORMATION_ADDED = "information_added"
    IMPORTED = "imported"
    ASSIGNED = "assigned"
    STARTED = "started"
    HELD = "held"
    RESUMED = "resumed"
    TRANSFERRED = "transferred"
    RETURNED = "returned"
    PRIORITY_CHANGED = "priority_changed"
    SERVICE_CHANGED = "service_changed"
    COMPLETED = "completed"
    CONFIRMED = "confirmed"
    CLOSED = "closed"
    DISPUTED = "disputed"
    REOPENED = "reopened"
    INSPECTED = "inspected"
    CANCELLED = "cancelled"
    REFERRED = "referred"
    MERGED = "merged"
    UNMERGED = "unmerged"
    RECEIVED_MERGE = "received_merge"
    LOST_MERGE = "lost_merge"
    NOTE_ADDED = "note_added"
    PHOTO_ADDED = "photo_added"
    PROMISE_CHANGED = "promise_changed"
    ERASED = "erased"
    CONTACT_GIVEN = "contact_given"
    ESCALATED = "escalated"
    TAGGED = "tagged"
    TAKEN_BACK = "taken_back"
    REDACTED = "redacted"
    APPOINTMENT_BOOKED = "appointment_booked"
    APPOINTMENT_MOVED = "appointment_moved"
    APPOINTMENT_CANCELLED = "appointment_cancelled"
    APPOINTMENT_NEAR = "appointment_near"
    VISIT_PLANNED = "visit_planned"
    VISIT_CALLED_OFF = "visit_called_off"
    VISITED = "visited"
    NOT_FOUND = "not_found"
    CALL_ASKED = "call_asked"
    APPOINTMENT_OFFERED = "appointment_offered"
    APPOINTMENT_MISSED = "appointment_missed"


# When somebody is visited is told to the reporters and staff only.
OF_APPOINTMENTS = frozenset(
    {
        Kind.APPOINTMENT_BOOKED,
        Kind.APPOINTMENT_MOVED,
        Kind.APPOINTMENT_CANCELLED,
        Kind.APPOINTMENT_NEAR,
        Kind.APPOINTMENT_OFFERED,
        Kind.APPOINTMENT_MISSED,
    }
)

# In the data of what only staff read: it changed what everyone can read of the request.
FOR_EVERYONE = "for_everyone"

# Which events other systems are told of as updates of a request; an index has the same words.
UPDATES = """subject_kind = 'service_request' AND visibility = 'public'
  AND kind NOT IN ('submitted', 'imported', 'report_added')"""
