"""The words of every message: from plain data to subject, text and HTML."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.template import Context
from django.template.loader import get_template
from django.utils import translation
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from citycall.core import clock
from citycall.core.phrases import said

_FOLDER = "notifications/email"
_ALONE = "notifications/alone"
# Further away than this, the hour of a date is more than anybody promises.
_HOUR_MATTERS_WITHIN = timedelta(days=3)


class Template(StrEnum):
    """The messages there are; each is three files of this name in the templates' folder."""

    RECEIVED = "received"
    JOINED = "joined"
    HELD = "held"
    NEW_DATE = "new_date"
    COMPLETED = "completed"
    CLOSED = "closed"
    REOPENED = "reopened"
    CANCELLED = "cancelled"
    REFERRED = "referred"
    MERGED = "merged"
    UNMERGED = "unmerged"
    TAKEN_BACK = "taken_back"
    NOTE = "note"
    SERVICE_CHANGED = "service_changed"
    APPOINTMENT_BOOKED = "appointment_booked"
    APPOINTMENT_MOVED = "appointment_moved"
    APPOINTMENT_CANCELLED = "appointment_cancelled"
    APPOINTMENT_NEAR = "appointment_near"
    APPOINTMENT_OFFERED = "appointment_offered"
    APPOINTMENT_MISSED = "appointment_missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """All that a message may say of a report, as plain data.

    ``number`` is written as people write it; ``link`` is the reporter's own. ``at`` is when it
    happened, ``due_at`` the promise now and ``due_before`` the one it replaces, ``answer_until``
    the last moment to object. ``reason`` is a phrase of the city's own, ``words`` what staff wrote
    to the public, ``service_before`` the name of the service that it was moved from. ``gone`` says
    that the agency reports the problem gone; ``confirmed`` tells a closing that a reporter
    confirmed from one that nobody objected to; ``disputed`` a reopening that a reporter asked for.
    Of an appointment, ``comes_at`` and ``comes_until`` are between when the crew comes,
    ``came_at`` when it would have come before, ``change_until`` until when the reporter can
    change it at ``date_link``, which is there too where a date can be chosen; ``ended`` says that
    the report ended with it.
    """

    number: str
    service: str
    link: str
    at: datetime
    place: str = ""
    agency: str = ""
    agency_phone: str = ""
    due_at: datetime | None = None
    due_before: datetime | None = None
    answer_until: datetime | None = None
    outcome: str = ""
    reason: str = ""
    words: str = ""
    service_before: str = ""
    gone: bool = False
    confirmed: bool = False
    disputed: bool = False
    comes_at: datetime | None = None
    comes_until: datetime | None = None
    came_at: datetime | None = None
    change_until: datetime | None = None
    date_link: str = ""
    ended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message ready to be sent; the subject is one line.

    ``push`` is the short form for a browser: ``title``, ``body``, ``language``, and ``address``,
    the report's path on this site.
    """

    subject: str
    text: str
    html: str
    push: Mapping[str, str] = field(default_factory=dict)


def render(template: Template, notice: Notice, *, language: str) -> Message:
    """Write the message in this language, or the city's own where it is not spoken here."""
    with translation.override(spoken(language)):
        context = _context(notice)
        subject = _fill(f"{_FOLDER}/{template}.subject.txt", context, autoescape=False)
        context["subject"] = " ".join(subject.split())
        return Message(
            subject=context["subject"],
            text=_tidy(_fill(f"{_FOLDER}/{template}.txt", context, autoescape=False)),
            html=_fill(f"{_FOLDER}/{template}.html", context, autoescape=True),
            push=_push(context["subject"], notice),
        )


def render_alone(name: str, context: Mapping[str, Any], *, language: str) -> Message:
    """Write a message that tells of no report: the three files of this name, in this language."""
    with translation.override(spoken(language)):
        filled: dict[str, Any] = {"city": settings.CITYCALL_CITY_NAME, **context}
        subject = " ".join(_fill(f"{_ALONE}/{name}.subject.txt", filled, autoescape=False).split())
        return Message(
            subject=subject,
            text=_tidy(_fill(f"{_ALONE}/{name}.txt", filled, autoescape=False)),
            html=_fill(f"{_ALONE}/{name}.html", filled | {"subject": subject}, autoescape=True),
        )


def render_sms(name: str, context: Mapping[str, Any], *, language: str) -> str:
    """Write the text message of this name, in this language, on one line."""
    with translation.override(spoken(language)):
        filled: dict[str, Any] = {"city": settings.CITYCALL_CITY_NAME, **context}
        return " ".join(_fill(f"{_ALONE}/{name}.sms.txt", filled, autoescape=False).split())


def _push(subject: str, notice: Notice) -> dict[str, str]:
    link = urlsplit(notice.link)
    return {
        "title": subject,
        "body": "\n".join(filter(None, (notice.place, _("Open your report to see more.")))),
        "language": translation.get_language(),
        "address": f"{link.path}?{link.query}" if link.query else link.path,
    }


def in_words(moment: datetime | None, *, told_at: datetime, hour_matters: bool = False) -> str:
    """A moment by the city's clocks, as written to somebody at ``told_at``; empty for none.

    With the hour where it is near or matters, such as "Tuesday, November 24 at 3:15 p.m.";
    further off, only the day; with the year where it is another.
    """
    if moment is None:
        return ""
    day = day_in_words(moment, told_at=told_at)
    if abs(moment - told_at) > _HOUR_MATTERS_WITHIN and not hour_matters:
        return day
    return _("%(day)s at %(time)s") % {"day": day, "time": _time(moment)}


def day_in_words(moment: datetime | None, *, told_at: datetime) -> str:
    """The day alone: "Tuesday, November 24"; empty for none."""
    if moment is None:
        return ""
    zone = clock.city_zone()
    local, today = moment.astimezone(zone), told_at.astimezone(zone)
    same_year = local.year == today.year
    return _("%(weekday)s, %(day)s") % {
        "weekday": date_format(local, "l"),
        "day": date_format(local, "MONTH_DAY_FORMAT" if same_year else "DATE_FORMAT"),
    }


def window_in_words(start: datetime | None, end: datetime | None, *, told_at: datetime) -> str:
    """A stretch of one day: "Tuesday, November 24 (6 a.m. to 6 p.m.)"; empty for none."""
    if start is None or end is None:
        return ""
    return _("%(day)s (%(start)s to %(end)s)") % {
        "day": day_in_words(start, told_at=told_at),
        "start": _time(start),
        "end": _time(end),
    }


def _time(moment: datetime) -> str:
    return time_format(moment.astimezone(clock.city_zone()), "TIME_FORMAT")


def _context(notice: Notice) -> dict[str, Any]:
    return {
        "notice": _said(notice),
        "due": in_words(notice.due_at, told_at=notice.at),
        "due_before": in_words(notice.due_before, told_at=notice.at),
        "answer_until": in_words(notice.answer_until, told_at=notice.at),
        "comes": window_in_words(notice.comes_at, notice.comes_until, told_at=notice.at),
        "came": day_in_words(notice.came_at, told_at=notice.at),
        "change_until": in_words(notice.change_until, told_at=notice.at, hour_matters=True),
        "city": settings.CITYCALL_CITY_NAME,
        "emergency_number": settings.CITYCALL_EMERGENCY_NUMBER,
        "answers_are_read": bool(reply_address()),
    }


def _said(notice: Notice) -> Notice:
    """The notice with what the city itself has written in the language that is spoken."""
    return replace(
        notice,
        service=said(notice.service),
        service_before=said(notice.service_before),
        agency=said(notice.agency),
        outcome=said(notice.outcome),
        reason=said(notice.reason),
        words=said(notice.words),
    )


def reply_address() -> str:
    """Where answers to messages are read; empty where nobody reads them."""
    return settings.CITYCALL_EMAIL_REPLY_TO


def _fill(name: str, context: dict[str, Any], *, autoescape: bool) -> str:
    # Django's own ``render`` escapes plain text as if it were HTML, so the inner template is used.
    template = get_template(name).template  # type: ignore[attr-defined]
    return str(template.render(Context(context, autoescape=autoescape)))


def _tidy(text: str) -> str:
    """The text without the empty lines that template tags leave behind."""
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"


def spoken(language: str) -> str:
    """The language in which somebody is written to: theirs, or the city's own."""
    try:
        return translation.get_supported_language_variant(language)
    except LookupError:
        return settings.LANGUAGE_CODE
