"""Each event of a request's life as one sentence that anybody can read."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from citycall.catalog.queries import catalog
from citycall.core import numbers
from citycall.core.models import Event
from citycall.service_requests.events import Kind

Facts = Mapping[str, Any]


def sentence(event: Event) -> str:
    """What happened, in words; the words that somebody wrote are shown beside, not within."""
    return _SENTENCES[Kind(event.kind)](event.data)


def _day(text: str | None) -> str:
    if not text:
        return _("no date")
    local = timezone.localtime(datetime.fromisoformat(text))
    return formats.date_format(local, "DATE_FORMAT")


def _team(team_id: Any) -> str:
    found = catalog().team(team_id) if team_id is not None else None
    return found.name if found else _("the responsible team")


def _submitted(data: Facts) -> str:
    if data.get("due_at"):
        return _("Reported. It went to %(team)s, with a promise by %(day)s.") % {
            "team": _team(data.get("team")),
            "day": _day(data["due_at"]),
        }
    return _("Reported. It went to %(team)s.") % {"team": _team(data.get("team"))}


def _imported(data: Facts) -> str:
    return _("Taken over from an earlier system.")


def _assigned(data: Facts) -> str:
    return _("Accepted by %(team)s.") % {"team": _team(data.get("team"))}


def _held(data: Facts) -> str:
    if data.get("clock_stopped"):
        return _("Put on hold; the promised date waits meanwhile.")
    return _("Put on hold; the promised date stays.")


def _transferred(data: Facts) -> str:
    return _("Passed to %(team)s.") % {"team": _team(data.get("to"))}


def _completed(data: Facts) -> str:
    return _("The agency says that its work is completed. The reporter is asked to confirm.")


def _promise_changed(data: Facts) -> str:
    return _("The promised date moved from %(before)s to %(after)s.") % {
        "before": _day(data.get("before")),
        "after": _day(data.get("after")),
    }


def _merged(data: Facts) -> str:
    return _("Joined to %(number)s, which is about the same problem.") % {
        "number": numbers.show(data["into"])
    }


def _received(data: Facts) -> str:
    return _("Joined by %(number)s, which is about the same problem.") % {
        "number": numbers.show(data["from"])
    }


def _said(text: str) -> Callable[[Facts], str]:
    return lambda data: _(text)


_SENTENCES: Mapping[Kind, Callable[[Facts], str]] = {
    Kind.SUBMITTED: _submitted,
    Kind.IMPORTED: _imported,
    Kind.REPORT_ADDED: _said(noop("Another person reported the same problem.")),
    Kind.INFORMATION_ADDED: _said(noop("A reporter added information.")),
    Kind.ASSIGNED: _assigned,
    Kind.STARTED: _said(noop("Work has begun.")),
    Kind.HELD: _held,
    Kind.RESUMED: _said(noop("Work goes on.")),
    Kind.TRANSFERRED: _transferred,
    Kind.COMPLETED: _completed,
    Kind.CONFIRMED: _said(noop("A reporter confirmed that it is done.")),
    Kind.CLOSED: _said(noop("Closed: nobody objected in the time given.")),
    Kind.DISPUTED: _said(noop("A reporter says that the problem is still there. Work was reopened.")),
    Kind.REOPENED: _said(noop("Reopened.")),
    Kind.CANCELLED: _said(noop("Cancelled.")),
    Kind.REFERRED: _said(noop("Referred to another body.")),
    Kind.MERGED: _merged,
    Kind.UNMERGED: _said(noop("Parted again from the other request.")),
    Kind.RECEIVED_MERGE: _received,
    Kind.LOST_MERGE: _said(noop("Another request was parted from this one.")),
    Kind.NOTE_ADDED: _said(noop("Note.")),
    Kind.PHOTO_ADDED: _said(noop("A photo was added.")),
    Kind.PROMISE_CHANGED: _promise_changed,
}
