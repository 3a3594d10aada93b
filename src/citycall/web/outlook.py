"""What lies ahead of a request: the date that is booked, or what is realistic, in plain words."""

from datetime import datetime
from math import ceil
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from citycall.appointments import queries as appointments
from citycall.appointments.models import Appointment
from citycall.durations import queries as durations
from citycall.durations.queries import Expectation
from citycall.durations.rules import FEW
from citycall.pages import moments
from citycall.service_requests.models import Status
from citycall.service_requests.public import PublicRequest
from citycall.web import booked_dates


def outlook(told: PublicRequest, *, at: datetime) -> dict[str, Any]:
    """For the request's page: ``comes``, ``date_page`` and ``realistic``, as far as they apply."""
    if told.entry is None:
        return {}
    by_date = told.entry.spec.booking is not None
    booked = appointments.of_request(told.request_id) if by_date and told.open else None
    return {
        "booked": booked,
        "comes": comes(booked, at=at),
        "date_page": by_date and told.own is not None and told.open,
        "realistic": realistic(told, at=at) if booked is None else [],
    }


def comes(booked: Appointment | None, *, at: datetime) -> str:
    """When the crew comes, or should have come, in a sentence; empty where no date is booked."""
    if booked is None:
        return ""
    if booked.ends_at <= at:
        day = moments.in_words(booked.day, at=at)
        return _("The crew should have come by now. The date was: %(day)s.") % {"day": day}
    window = booked_dates.window_in_words(booked.starts_at, booked.ends_at, at=at)
    return _("The crew comes: %(when)s.") % {"when": window}


def realistic(told: PublicRequest, *, at: datetime) -> list[str]:
    """When such requests are really done and how sure that is, a sentence each.

    Nothing where no work lies ahead, or where hardly any such request is known.
    """
    if told.entry is None or not told.open or told.status is Status.ON_HOLD:
        return []
    found = durations.expected(
        service_id=told.entry.id,
        area_ids=told.areas,
        requested_at=told.requested_at,
        at=at,
    )
    return [*_dates(found, at=at), _from(found)] if found is not None else []


def _dates(found: Expectation, *, at: datetime) -> list[str]:
    if found.half_at is None and found.waited_longer and found.alike < FEW:
        return [
            _("Hardly any such request took as long as this one: we cannot say when it is done.")
        ]
    if found.half_at is None:
        return [_("So many such requests are still waiting that we cannot say when it is done.")]
    names = {"half": _day(found.half_at, at=at)}
    if found.most_at is None:
        sentence = _(
            "Half of such requests are done by %(half)s. When the others are, we cannot say."
        )
    elif _day(found.most_at, at=at) == names["half"]:
        sentence = _("Eight of ten such requests are done by %(half)s.")
    else:
        names["most"] = _day(found.most_at, at=at)
        sentence = _("Half of such requests are done by %(half)s, eight of ten by %(most)s.")
    return [sentence % names]


def _from(found: Expectation) -> str:
    """How sure it is: from how many examples, and where."""
    names = {"n": found.done, "area": found.area}
    if found.waited_longer and found.few:
        return _("Worked out from few past requests that waited as long, so it is uncertain.")
    if found.few:
        return (
            ngettext(
                "We have few examples, so this is uncertain: %(n)s finished request in a year.",
                "We have few examples, so this is uncertain: %(n)s finished requests in a year.",
                found.done,
            )
            % names
        )
    if found.waited_longer:
        return _("Worked out from past requests that had waited as long as yours.")
    if found.area:
        return _("Worked out from the latest %(n)s finished requests in %(area)s.") % names
    return _("Worked out from the latest %(n)s finished requests in the city.") % names


def _day(moment: datetime, *, at: datetime) -> str:
    return moments.in_words(moment, at=at, style="day")


def lately(service_id: int) -> str:
    """How long a service's requests really took, in a sentence; empty where hardly any is known."""
    usual = durations.usual(service_id)
    if usual is None or usual.half_days is None:
        return ""
    half = _days(usual.half_days)
    if usual.most_days is None:
        sentence = _("Lately half of them were done within %(half)s; many still wait.")
    else:
        sentence = _("Lately half of them were done within %(half)s, eight of ten within %(most)s.")
    words = sentence % {"half": half, "most": _days(usual.most_days or 0.0)}
    few = _("These are few examples.")
    return f"{words} {few}" if usual.few else words


def _days(days: float) -> str:
    whole = max(1, ceil(days))
    return ngettext("%(n)s day", "%(n)s days", whole) % {"n": whole}
