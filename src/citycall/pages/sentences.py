"""What happened, and how things stand, in sentences for a resident."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.utils.translation import ngettext

from citycall.catalog.queries import catalog
from citycall.catalog.specs import ServiceSpec
from citycall.core.errors import NotFound
from citycall.core.phrases import said
from citycall.pages import moments
from citycall.service_requests.events import Kind
from citycall.service_requests.history import specs_along
from citycall.service_requests.models import Status, Verification
from citycall.service_requests.public import Happening, PublicRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the timeline."""

    at: datetime
    title: str
    text: str = ""
    by: str = ""


# Reasons for a new date that no service has to define.
_OWN_REASONS: Final = {
    "appointment": noop("It is the date of the appointment"),
    "appointment_cancelled": noop("The appointment was cancelled"),
    "nobody_came": noop("Nobody came on the date of the appointment"),
    "reopened": noop("The work was taken up again"),
    "priority_changed": noop("How urgent it is was judged anew"),
    "service_changed": noop("It is now handled as another service"),
}


def timeline(told: PublicRequest, *, at: datetime) -> list[Entry]:
    """The request's public life, latest first."""
    happenings = told.happenings
    specs: Sequence[ServiceSpec | None] = [None] * len(happenings)
    if told.entry is not None:
        specs = specs_along(((each.kind, each.facts) for each in happenings), told.entry.spec)
    pairs = zip(happenings, specs, strict=True)
    return [_entry(happening, spec, at=at) for happening, spec in reversed(list(pairs))]


def state(told: PublicRequest) -> str:
    """How things stand, in one sentence that says no more than is known."""
    return STATES[told.status](told)


def next_step(told: PublicRequest) -> str:
    """What happens next; empty where nothing does."""
    return _NEXT.get(told.status, _nothing)(told)


def reason_in_words(code: str, spec: ServiceSpec | None) -> str:
    """A reason for waiting or for a new date; empty where its name is not known any more."""
    if code in _OWN_REASONS:
        return _(_OWN_REASONS[code])
    reasons = (*spec.pause_reasons, *spec.hold_reasons) if spec else ()
    return next((reason.name for reason in reasons if reason.code == code), "")


def _agency(told: PublicRequest) -> str:
    return told.agency or _("the responsible agency")


def _new(told: PublicRequest) -> str:
    names = {"agency": _start(_agency(told))}
    if told.own is not None:
        return _("We have your report. %(agency)s has not looked at it yet.") % names
    return _("This was reported. %(agency)s has not looked at it yet.") % names


def _assigned(told: PublicRequest) -> str:
    return _("%(agency)s has accepted this and will work on it.") % {
        "agency": _start(_agency(told))
    }


def _in_progress(told: PublicRequest) -> str:
    return _("%(agency)s is working on this.") % {"agency": _start(_agency(told))}


def _on_hold(told: PublicRequest) -> str:
    reason = reason_in_words(told.hold_reason, told.entry.spec if told.entry else None)
    if not reason:
        return _("Work on this is on hold.")
    return _("Work on this is on hold: %(reason)s.") % {"reason": reason}


def _completed(told: PublicRequest) -> str:
    names = {"agency": _start(_agency(told)), "outcome": told.outcome}
    if told.fixed:
        return _("%(agency)s says that this is done. It has not been confirmed yet.") % names
    if told.outcome:
        return _("%(agency)s has ended its work with the result: %(outcome)s.") % names
    return _("%(agency)s has ended its work on this.") % names


def _closed(told: PublicRequest) -> str:
    if told.verification == Verification.CONFIRMED and told.fixed:
        return _("This is closed. Somebody who reported it confirmed that it is fixed.")
    if told.verification == Verification.CONFIRMED:
        return _("This is closed. Somebody who reported it agreed with the result.")
    names = {"agency": _agency(told), "outcome": told.outcome}
    if told.fixed and told.verification == Verification.UNDISPUTED:
        return _("This is closed. %(agency)s said that it is done, and nobody objected.") % {
            **names,
            "agency": _start(names["agency"]),
        }
    if told.outcome:
        return _("This is closed with the result: %(outcome)s.") % names
    return _("This is closed.")


def _cancelled(told: PublicRequest) -> str:
    last = next((h for h in reversed(told.happenings) if h.kind == Kind.CANCELLED), None)
    if last is not None and last.by_reporter:
        return _("This was withdrawn by the person who reported it.")
    return _("This was cancelled.")


def _referred(_told: PublicRequest) -> str:
    return _("This is not the city's to fix. It was passed to those whose it is.")


def _merged(_told: PublicRequest) -> str:
    return _("This was joined with another request about the same problem.")


STATES: Final[Mapping[Status, Callable[[PublicRequest], str]]] = {
    Status.NEW: _new,
    Status.ASSIGNED: _assigned,
    Status.IN_PROGRESS: _in_progress,
    Status.ON_HOLD: _on_hold,
    Status.COMPLETED: _completed,
    Status.CLOSED: _closed,
    Status.CANCELLED: _cancelled,
    Status.REFERRED: _referred,
    Status.MERGED: _merged,
}


def _nothing(_told: PublicRequest) -> str:
    return ""


def _next_new(told: PublicRequest) -> str:
    return _("Next, %(agency)s looks at the report and decides who goes.") % {
        "agency": _agency(told)
    }


def _next_work(_told: PublicRequest) -> str:
    return _("Next, the work is done, and we ask whoever reported it whether it is fixed.")


def _next_hold(told: PublicRequest) -> str:
    if told.clock_stopped:
        return _("While it is on hold the date does not run; a new one is set when work goes on.")
    return _("The date stays as it is while work is on hold.")


def _next_completed(told: PublicRequest) -> str:
    if told.own is not None:
        return _("Next, please tell us whether it is really so.")
    return _("Next, whoever reported it says whether it is really so.")


_NEXT: Final[Mapping[Status, Callable[[PublicRequest], str]]] = {
    Status.NEW: _next_new,
    Status.ASSIGNED: _next_work,
    Status.IN_PROGRESS: _next_work,
    Status.ON_HOLD: _next_hold,
    Status.COMPLETED: _next_completed,
}


def _entry(happening: Happening, spec: ServiceSpec | None, *, at: datetime) -> Entry:
    title = TITLES[Kind(happening.kind)](happening)
    text = said(happening.words or "")
    facts = happening.facts
    if happening.kind == Kind.SUBMITTED and "team" in facts:
        text = _to_team(facts["team"])
    if happening.kind == Kind.HELD:
        reason = reason_in_words(str(facts.get("reason", "")), spec)
        text = "\n".join(filter(None, (_start(reason), text)))
    if happening.kind == Kind.SERVICE_CHANGED and text:
        text = _("Because: %(reason)s") % {"reason": text}
    if happening.kind == Kind.PROMISE_CHANGED:
        text = _dates(happening, spec, at=at)
    if happening.kind in _OF_APPOINTMENTS:
        text = "\n".join(filter(None, (_appointment_days(happening, at=at), text)))
    return Entry(at=happening.at, title=title, text=text)


def _to_team(team_id: int) -> str:
    name = _team(team_id)
    return _("Sent to: %(team)s") % {"team": name} if name else ""


def _team(team_id: object) -> str:
    try:
        return catalog().team(int(str(team_id))).name
    except (NotFound, ValueError):
        return ""


def _dates(happening: Happening, spec: ServiceSpec | None, *, at: datetime) -> str:
    after, before = (_date(happening.facts.get(name), at=at) for name in ("after", "before"))
    reason = reason_in_words(str(happening.facts.get("why", "")), spec)
    without = _("without a date")
    lines = [
        _("Now: %(date)s") % {"date": after or without},
        _("Before: %(date)s") % {"date": before or without},
    ]
    if reason:
        lines.append(_("Reason: %(reason)s") % {"reason": reason})
    return "\n".join(lines)


def _appointment_days(happening: Happening, *, at: datetime) -> str:
    day, before = (_day(happening.facts.get(name), at=at) for name in ("starts_at", "before"))
    if before:
        return _("To %(day)s, from %(before)s") % {"day": day, "before": before}
    return _start(day)


def _day(text: object, *, at: datetime) -> str:
    if not text:
        return ""
    return moments.in_words(datetime.fromisoformat(str(text)), at=at, style="day")


def _date(text: object, *, at: datetime) -> str:
    return moments.in_words(datetime.fromisoformat(str(text)), at=at) if text else ""


def _start(text: str) -> str:
    return text[:1].upper() + text[1:]


def _accepted(happening: Happening) -> str:
    team = _team(happening.facts.get("team"))
    return _("Accepted by %(team)s") % {"team": team} if team else _("Accepted")


def _transferred(happening: Happening) -> str:
    team = _team(happening.facts.get("to"))
    return _("Passed to %(team)s") % {"team": team} if team else _("Passed to another team")


def _service_changed(happening: Happening) -> str:
    names = {
        "before": _service(happening.facts, "service_before"),
        "after": _service(happening.facts, "service"),
    }
    if not all(names.values()):
        return _("Moved to another service")
    return _("Moved from “%(before)s” to “%(after)s”") % names


def _service(facts: Mapping[str, object], name: str) -> str:
    try:
        return catalog().service(str(facts.get(name, ""))).name
    except NotFound:
        return ""


def _done(happening: Happening) -> str:
    return _("Done, says the agency") if happening.facts.get("fixed") else _("Work ended")


def _by_reporter(theirs: str, others: str) -> Callable[[Happening], str]:
    return lambda happening: _(theirs if happening.by_reporter else others)


def _more_reports(happening: Happening) -> str:
    count = int(happening.facts.get("reports", 0))
    if not count:
        return _("Somebody else reported this too")
    return ngettext("Reported again: %(n)s report", "Reported again: %(n)s reports", count) % {
        "n": count
    }


def _always(sentence: str) -> Callable[[Happening], str]:
    return lambda _happening: _(sentence)


def _visit_planned(happening: Happening) -> str:
    day, before = (_calendar_day(happening.facts.get(name)) for name in ("day", "before"))
    if before:
        names = {"before": before, "day": day}
        return _("The crew's visit was moved from %(before)s to %(day)s") % names
    return _("A crew is planned for %(day)s") % {"day": day}


def _visit_called_off(happening: Happening) -> str:
    day = _calendar_day(happening.facts.get("day"))
    return _("The crew's visit on %(day)s was called off") % {"day": day}


def _visited(happening: Happening) -> str:
    text = happening.facts.get("there_at")
    if not text:
        return _("A crew was there")
    local = timezone.localtime(datetime.fromisoformat(str(text)))
    there = {"moment": formats.date_format(local, "DATETIME_FORMAT")}
    return _("A crew was there on %(moment)s") % there


def _calendar_day(text: object) -> str:
    return formats.date_format(date.fromisoformat(str(text)), "DATE_FORMAT") if text else ""


_OF_APPOINTMENTS: Final = frozenset(
    {
        Kind.APPOINTMENT_BOOKED,
        Kind.APPOINTMENT_MOVED,
        Kind.APPOINTMENT_CANCELLED,
        Kind.APPOINTMENT_OFFERED,
        Kind.APPOINTMENT_MISSED,
    }
)
TITLES: Final[Mapping[Kind, Callable[[Happening], str]]] = {
    Kind.SUBMITTED: _always(noop("Reported")),
    Kind.REPORT_ADDED: _more_reports,
    Kind.INFORMATION_ADDED: _by_reporter(
        noop("Information added by a reporter"), noop("Information added")
    ),
    Kind.IMPORTED: _always(noop("Taken over from the city's earlier system")),
    Kind.ASSIGNED: _accepted,
    Kind.STARTED: _always(noop("Work has begun")),
    Kind.HELD: _always(noop("Put on hold")),
    Kind.RESUMED: _always(noop("Work goes on")),
    Kind.TRANSFERRED: _transferred,
    Kind.RETURNED: _always(noop("Sent back, to find the team whose it is. The date stays.")),
    Kind.PRIORITY_CHANGED: _always(noop("Its priority was changed")),
    Kind.SERVICE_CHANGED: _service_changed,
    Kind.COMPLETED: _done,
    Kind.CONFIRMED: _by_reporter(noop("Confirmed by a reporter"), noop("Confirmed")),
    Kind.CLOSED: _always(noop("Closed: nobody objected in time")),
    Kind.DISPUTED: _by_reporter(
        noop("A reporter says that it is still there"), noop("Disputed: it is still there")
    ),
    Kind.REOPENED: _always(noop("Opened again")),
    Kind.INSPECTED: _always(noop("The city checked whether it is done")),
    Kind.CANCELLED: _by_reporter(
        noop("Withdrawn by the person who reported it"), noop("Cancelled")
    ),
    Kind.REFERRED: _always(noop("Passed to those whose it is")),
    Kind.MERGED: _always(noop("Joined with another request about the same problem")),
    Kind.UNMERGED: _always(noop("Separated from another request again")),
    Kind.ESCALATED: _always(noop("It was marked as urgent")),
    Kind.TAGGED: _always(noop("Its tags were changed")),
    Kind.TAKEN_BACK: _always(noop("The last step was taken back: it was a mistake")),
    Kind.REDACTED: _always(noop("A passage was hidden")),
    Kind.RECEIVED_MERGE: _always(noop("Another request about the same problem was joined")),
    Kind.LOST_MERGE: _always(noop("A request that had been joined was separated again")),
    Kind.NOTE_ADDED: _always(noop("Message from the city")),
    Kind.PHOTO_ADDED: _by_reporter(noop("Photo added by a reporter"), noop("Photo added")),
    Kind.PROMISE_CHANGED: _always(noop("The date has changed")),
    Kind.ERASED: _always(noop("Personal data were erased")),
    Kind.CONTACT_GIVEN: _always(noop("A reporter said how to be reached")),
    Kind.APPOINTMENT_BOOKED: _always(noop("Appointment booked")),
    Kind.APPOINTMENT_MOVED: _always(noop("Appointment moved")),
    Kind.APPOINTMENT_CANCELLED: _always(noop("Appointment cancelled")),
    Kind.APPOINTMENT_NEAR: _always(noop("You were reminded of the appointment")),
    Kind.VISIT_PLANNED: _visit_planned,
    Kind.VISIT_CALLED_OFF: _visit_called_off,
    Kind.VISITED: _visited,
    Kind.NOT_FOUND: _always(noop("The crew could not find it")),
    Kind.CALL_ASKED: _always(noop("The call centre was asked to call")),
    Kind.APPOINTMENT_OFFERED: _always(noop("A date came free and was kept")),
    Kind.APPOINTMENT_MISSED: _always(noop("Nobody came")),
}
