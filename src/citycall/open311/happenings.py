"""The events of a request's life in the standard's words: a status of its extension, a sentence."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from citycall.service_requests.events import Kind
from citycall.service_requests.models import Status

# Where a request stands, as other systems say it. What an agency calls done is told as closed:
# fixed is what a reporter has confirmed.
_STANDING: Final[Mapping[str, str]] = {
    Status.NEW: "open",
    Status.ASSIGNED: "investigating",
    Status.IN_PROGRESS: "in_progress",
    Status.ON_HOLD: "planned",
    Status.COMPLETED: "closed",
    Status.CLOSED: "closed",
    Status.CANCELLED: "cancelled",
    Status.REFERRED: "not_councils_responsibility",
    Status.MERGED: "duplicate",
}
# What an event says besides: a reporter's yes, an end without repair, a beginning anew.
_TOLD: Final[Mapping[str, str]] = {
    Kind.CONFIRMED: "fixed",
    Kind.REOPENED: "reopen",
    Kind.DISPUTED: "reopen",
    Kind.ASSIGNED: "investigating",
    Kind.STARTED: "in_progress",
    Kind.RESUMED: "in_progress",
    Kind.HELD: "planned",
    Kind.TRANSFERRED: "open",
    Kind.RETURNED: "open",
    Kind.COMPLETED: "closed",
    Kind.CLOSED: "closed",
    Kind.CANCELLED: "cancelled",
    Kind.REFERRED: "not_councils_responsibility",
    Kind.MERGED: "duplicate",
    Kind.UNMERGED: "open",
}
_SENTENCES: Final[Mapping[str, str | Promise]] = {
    Kind.SUBMITTED: _("Reported."),
    Kind.IMPORTED: _("Taken over from an earlier system."),
    Kind.REPORT_ADDED: _("Another person reported the same problem."),
    Kind.INFORMATION_ADDED: _("A reporter added information."),
    Kind.ASSIGNED: _("Accepted by the responsible team."),
    Kind.STARTED: _("Work has begun."),
    Kind.HELD: _("Put on hold."),
    Kind.RESUMED: _("Work goes on."),
    Kind.TRANSFERRED: _("Passed to another team."),
    Kind.RETURNED: _("Sent back, to find the team whose it is. The date stays."),
    Kind.SERVICE_CHANGED: _("Moved to another service."),
    Kind.COMPLETED: _("The agency says that its work is completed."),
    Kind.CONFIRMED: _("A reporter confirmed that it is done."),
    Kind.CLOSED: _("Closed: nobody objected in the time given."),
    Kind.DISPUTED: _("A reporter says that the problem is still there."),
    Kind.REOPENED: _("Reopened."),
    Kind.CANCELLED: _("Cancelled."),
    Kind.REFERRED: _("Referred to another body."),
    Kind.MERGED: _("Joined with an earlier request about the same problem."),
    Kind.UNMERGED: _("Parted again from the request it had been joined with."),
    Kind.TAKEN_BACK: _("The last step was taken back."),
    Kind.RECEIVED_MERGE: _("Another request about the same problem was joined with this one."),
    Kind.LOST_MERGE: _("A request was parted from this one."),
    Kind.NOTE_ADDED: _("A message to everyone."),
    Kind.PHOTO_ADDED: _("A photo was added."),
    Kind.PROMISE_CHANGED: _("The promised date was changed."),
    Kind.ERASED: _("Personal data were erased."),
    Kind.CONTACT_GIVEN: _("A reporter said how to be reached."),
    Kind.REDACTED: _("What everyone can read of it was changed: something was hidden, or shown"),
    Kind.VISIT_PLANNED: _("A crew is planned for a day"),
    Kind.VISIT_CALLED_OFF: _("A crew that was planned does not come"),
    Kind.VISITED: _("A crew was there"),
}
# Other kinds are told to reporters and staff only; one that is not known stops no answer.
_SOMETHING: Final = _("The request was changed.")


def told_status(kind: str, *, standing: str | None, unrepaired: bool = False) -> str | None:
    """The extension's status after an event; none where neither it nor the event says one.

    ``standing`` is the lifecycle's state that the event was recorded with; ``unrepaired`` whether
    it ended the work without a repair.
    """
    if unrepaired and kind in {Kind.COMPLETED, Kind.CLOSED, Kind.CONFIRMED}:
        return "no_further_action"
    if kind in _TOLD:
        return _TOLD[kind]
    return _STANDING.get(standing or "")


def sentence(kind: str) -> str:
    """What happened, in a sentence, for where nobody wrote words."""
    return str(_SENTENCES.get(kind, _SOMETHING))
