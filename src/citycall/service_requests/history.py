"""Each event of a request's life as one sentence, as staff read it."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from citycall.agencies.queries import UnknownTeam
from citycall.catalog.queries import catalog
from citycall.catalog.snapshot import UnknownOutcome, UnknownService
from citycall.catalog.specs import ServiceSpec
from citycall.core import numbers
from citycall.core.models import Event, Visibility
from citycall.core.phrases import said
from citycall.service_requests.events import Kind
from citycall.service_requests.models import Channel
from citycall.service_requests.returning import reason_name


@dataclass(frozen=True, slots=True)
class _Told:
    """An event with what its codes and ids stand for."""

    data: Mapping[str, Any]
    visibility: str
    spec: ServiceSpec
    people: Mapping[int, str]

    def day(self, name: str) -> str:
        """The day of a moment in the data, in the city's zone."""
        text = self.data.get(name)
        if not text:
            return _("no date")
        local = timezone.localtime(datetime.fromisoformat(text))
        return formats.date_format(local, "DATE_FORMAT")

    def date(self, name: str) -> str:
        """A date in the data."""
        text = self.data.get(name)
        if not text:
            return _("no date")
        return formats.date_format(date.fromisoformat(text), "DATE_FORMAT")

    def moment(self, name: str) -> str:
        """The day and time of a moment in the data, in the city's zone."""
        text = self.data.get(name)
        if not text:
            return _("no date")
        local = timezone.localtime(datetime.fromisoformat(text))
        return formats.date_format(local, "DATETIME_FORMAT")

    def team(self, name: str) -> str:
        """The name of a team in the data."""
        try:
            return catalog().team(int(self.data[name])).name
        except (KeyError, TypeError, ValueError, UnknownTeam):
            return _("the responsible team")

    def service(self, name: str) -> str:
        """The name of a service in the data."""
        try:
            return catalog().service(str(self.data.get(name, ""))).name
        except UnknownService:
            return _("another service")

    def number(self, name: str) -> str:
        """A confirmation number in the data, as it is written."""
        value = self.data.get(name)
        return numbers.show(int(value)) if value else _("another request")


def sentence(event: Event, *, spec: ServiceSpec, people: Mapping[int, str]) -> str:
    """What happened, in words; the words that somebody wrote are shown beside, not within.

    ``spec`` is the request's service; ``people`` are names of staff by user id.
    """
    told = _Told(event.data, event.visibility, spec, people)
    found = _SENTENCES[Kind(event.kind)]
    return str(found) if isinstance(found, str | Promise) else found(told)


def specs_along(
    happened: Iterable[tuple[str, Mapping[str, Any]]], spec: ServiceSpec
) -> list[ServiceSpec]:
    """The service that a request had at each of its events, given as kind and data, oldest first.

    ``spec`` is the service that it has now.
    """
    along: list[ServiceSpec] = []
    for kind, data in reversed(list(happened)):
        along.append(spec)
        if kind == Kind.SERVICE_CHANGED:
            with suppress(UnknownService):
                spec = catalog().service(str(data.get("service_before", ""))).spec
    return along[::-1]


def _submitted(told: _Told) -> str:
    if told.data.get("kit"):
        sentence = _(
            "Reported while the systems were down, with the kit %(kit)s; brought in on %(day)s. "
            "It went to %(team)s."
        )
        kit = {"kit": told.data["kit"], "day": told.day("merged_at"), "team": told.team("team")}
        return sentence % kit
    if told.data.get("channel") == Channel.COUNCIL:
        sentence = _("Reported by a council office for a resident. It went to %(team)s.")
        return sentence % {"team": told.team("team")}
    if told.data.get("due_at"):
        return _("Reported. It went to %(team)s, with a promise by %(day)s.") % {
            "team": told.team("team"),
            "day": told.day("due_at"),
        }
    return _("Reported. It went to %(team)s.") % {"team": told.team("team")}


def _assigned(told: _Told) -> str:
    person = told.people.get(told.data.get("assignee") or 0)
    if person:
        return _("Given to %(person)s of %(team)s.") % {
            "person": person,
            "team": told.team("team"),
        }
    return _("Accepted by %(team)s.") % {"team": told.team("team")}


def _held(told: _Told) -> str:
    code = told.data.get("reason", "")
    reasons = (*told.spec.pause_reasons, *told.spec.hold_reasons)
    names = {"reason": next((r.name for r in reasons if r.code == code), code)}
    if told.data.get("clock_stopped"):
        return _("Put on hold: %(reason)s. The clock stands still meanwhile.") % names
    return _("Put on hold: %(reason)s. The clock runs on.") % names


def _transferred(told: _Told) -> str:
    return _("Passed to %(team)s.") % {"team": told.team("to")}


def _returned(told: _Told) -> str:
    return _("%(team)s sent it back: %(reason)s. It went to %(to)s, with its date unchanged.") % {
        "team": told.team("from"),
        "reason": reason_name(str(told.data.get("reason", ""))),
        "to": told.team("to"),
    }


def _redacted(told: _Told) -> str:
    if "photo" not in told.data:
        return _("A passage was hidden.")
    if told.data.get("undone"):
        return _("The original of a photo was put back. The photo is not public.")
    if told.data.get("public"):
        return _("A photo was looked at and made public.")
    return _("A photo was looked at. It is not public.")


def _escalated(told: _Told) -> str:
    if "step" not in told.data:
        return _("Escalated by the call centre.")
    return _("Escalated: %(why)s. Told: %(who)s.") % {
        "why": said(_(str(told.data["why"]))) if told.data.get("why") else "",
        "who": ", ".join(told.data.get("told", [])) or _("nobody who has an address"),
    }


def _priority_changed(told: _Told) -> str:
    moved = {"before": told.data.get("before"), "after": told.data.get("after")}
    if told.data.get("by_hand"):
        return _("Priority set by hand from %(before)s to %(after)s.") % moved
    return _("Priority changed from %(before)s to %(after)s.") % moved


def _service_changed(told: _Told) -> str:
    return _("Moved from “%(before)s” to “%(after)s”. It went to %(team)s.") % {
        "before": told.service("service_before"),
        "after": told.service("service"),
        "team": told.team("team"),
    }


def _completed(told: _Told) -> str:
    try:
        outcome = catalog().outcome(told.data.get("outcome", "")).spec.name
    except UnknownOutcome:
        return _("The agency says that its work is completed.")
    return _("The agency says that its work is completed: %(outcome)s.") % {"outcome": outcome}


def _inspected(told: _Told) -> str:
    found = {
        "done": _("Checked: it is really done."),
        "not_done": _("Checked: it is not done."),
    }
    return found.get(str(told.data.get("result")), _("It could not be checked whether it is done."))


def _promise_changed(told: _Told) -> str:
    return _("The due date moved from %(before)s to %(after)s.") % {
        "before": told.day("before"),
        "after": told.day("after"),
    }


def _booked(told: _Told) -> str:
    return _("An appointment was booked for %(day)s.") % {"day": told.day("starts_at")}


def _moved(told: _Told) -> str:
    return _("The appointment was moved from %(before)s to %(after)s.") % {
        "before": told.day("before"),
        "after": told.day("starts_at"),
    }


def _unbooked(told: _Told) -> str:
    return _("The appointment on %(day)s was cancelled.") % {"day": told.day("starts_at")}


def _visit_planned(told: _Told) -> str:
    if told.data.get("before"):
        return _("The crew's visit was moved from %(before)s to %(day)s.") % {
            "before": told.date("before"),
            "day": told.date("day"),
        }
    return _("A crew is planned for %(day)s.") % {"day": told.date("day")}


def _visit_called_off(told: _Told) -> str:
    return _("The crew's visit on %(day)s was called off.") % {"day": told.date("day")}


def _visited(told: _Told) -> str:
    return _("A crew was there on %(moment)s.") % {"moment": told.moment("there_at")}


def _kept(told: _Told) -> str:
    return _("A date that came free, %(day)s, is kept for the reporters.") % {
        "day": told.day("starts_at")
    }


def _missed(told: _Told) -> str:
    return _("A reporter says that nobody came on %(day)s. The new date: %(promised)s.") % {
        "day": told.day("starts_at"),
        "promised": told.day("promised_at"),
    }


def _merged(told: _Told) -> str:
    return _("Merged into %(number)s, the same problem.") % {"number": told.number("into")}


def _unmerged(told: _Told) -> str:
    return _("Parted again from %(number)s.") % {"number": told.number("from")}


def _received(told: _Told) -> str:
    return _("%(number)s was merged into this one.") % {"number": told.number("from")}


def _lost(told: _Told) -> str:
    return _("%(number)s was parted from this one.") % {"number": told.number("lost")}


def _note(told: _Told) -> str:
    if told.data.get("about") == Kind.TRANSFERRED:
        return _("Why it was passed on")
    if told.data.get("about") == Kind.RETURNED:
        return _("Why it was sent back")
    if told.visibility == Visibility.INTERNAL:
        return _("Note for staff")
    return _("Message to everyone")


def _tagged(told: _Told) -> str:
    added, removed = (", ".join(told.data.get(name, ())) for name in ("added", "removed"))
    if added and removed:
        return _("Tags put on: %(added)s. Taken off: %(removed)s.") % {
            "added": added,
            "removed": removed,
        }
    if added:
        return _("Tags put on: %(added)s.") % {"added": added}
    return _("Tags taken off: %(removed)s.") % {"removed": removed}


def _photo(told: _Told) -> str:
    return {
        "before": _("A photo from before the work was added."),
        "after": _("A photo of the finished work was added."),
    }.get(told.data.get("stage", ""), _("A reporter added a photo."))


_SENTENCES: Mapping[Kind, str | Promise | Callable[[_Told], str]] = {
    Kind.SUBMITTED: _submitted,
    Kind.IMPORTED: lazy("Taken over from an earlier system."),
    Kind.REPORT_ADDED: lazy("Another person reported the same problem."),
    Kind.INFORMATION_ADDED: lazy("A reporter added information."),
    Kind.ASSIGNED: _assigned,
    Kind.STARTED: lazy("Work has begun."),
    Kind.HELD: _held,
    Kind.RESUMED: lazy("Work goes on."),
    Kind.TRANSFERRED: _transferred,
    Kind.RETURNED: _returned,
    Kind.PRIORITY_CHANGED: _priority_changed,
    Kind.SERVICE_CHANGED: _service_changed,
    Kind.COMPLETED: _completed,
    Kind.CONFIRMED: lazy("A reporter confirmed that it is done."),
    Kind.CLOSED: lazy("Closed: nobody objected in the time given."),
    Kind.DISPUTED: lazy("A reporter says that the problem is still there."),
    Kind.REOPENED: lazy("Reopened."),
    Kind.CANCELLED: lazy("Cancelled."),
    Kind.REFERRED: lazy("Referred to another body."),
    Kind.ESCALATED: _escalated,
    Kind.TAGGED: _tagged,
    Kind.INSPECTED: _inspected,
    Kind.TAKEN_BACK: lazy("The last step was taken back; all is as it was before."),
    Kind.REDACTED: _redacted,
    Kind.MERGED: _merged,
    Kind.UNMERGED: _unmerged,
    Kind.RECEIVED_MERGE: _received,
    Kind.LOST_MERGE: _lost,
    Kind.NOTE_ADDED: _note,
    Kind.PHOTO_ADDED: _photo,
    Kind.PROMISE_CHANGED: _promise_changed,
    Kind.ERASED: lazy("A reporter had their personal data erased."),
    Kind.CONTACT_GIVEN: lazy("A reporter said how the city may reach them."),
    Kind.APPOINTMENT_BOOKED: _booked,
    Kind.APPOINTMENT_MOVED: _moved,
    Kind.APPOINTMENT_CANCELLED: _unbooked,
    Kind.APPOINTMENT_NEAR: lazy("The reporters were reminded of the appointment."),
    Kind.VISIT_PLANNED: _visit_planned,
    Kind.VISIT_CALLED_OFF: _visit_called_off,
    Kind.VISITED: _visited,
    Kind.NOT_FOUND: lazy("The crew could not find it."),
    Kind.CALL_ASKED: lazy("The crew asked the call centre to call the reporter."),
    Kind.APPOINTMENT_OFFERED: _kept,
    Kind.APPOINTMENT_MISSED: _missed,
}
