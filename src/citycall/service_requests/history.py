"""Each event of a request's life as one sentence, as staff read it."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
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
from citycall.service_requests.events import Kind


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
    if told.visibility == Visibility.INTERNAL:
        return _("Note for staff")
    return _("Message to everyone")


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
    Kind.SERVICE_CHANGED: _service_changed,
    Kind.COMPLETED: _completed,
    Kind.CONFIRMED: lazy("A reporter confirmed that it is done."),
    Kind.CLOSED: lazy("Closed: nobody objected in the time given."),
    Kind.DISPUTED: lazy("A reporter says that the problem is still there."),
    Kind.REOPENED: lazy("Reopened."),
    Kind.CANCELLED: lazy("Cancelled."),
    Kind.REFERRED: lazy("Referred to another body."),
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
}
