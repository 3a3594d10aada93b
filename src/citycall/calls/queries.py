"""Reading calls: a call-taker's own, what is known of a caller, and what goes on now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from citycall.calls.models import Call, Desk, Touch
from citycall.calls.policies import PERMISSIONS
from citycall.contacts.models import Contact
from citycall.core.actors import Actor
from citycall.core.errors import NotAllowed, NotFound
from citycall.core.permissions import require
from citycall.service_requests.models import Report

MOST_REQUESTS: Final = 5
MOST_CALLS: Final = 5
# Of one number so many contacts and reports are looked at: a shelter's may have hundreds.
_LOOKED_AT: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """What is known of who calls from a number, before a word is spoken.

    ``reports`` are the latest, those of open requests first; ``calls`` the latest before this one.
    """

    phone: str
    name: str = ""
    language: str = ""
    email: str = ""
    reports: Sequence[Report] = ()
    calls: Sequence[Call] = ()

    @property
    def is_known(self) -> bool:
        """Whether anything is known at all."""
        return bool(self.name or self.reports or self.calls)


def unfinished(by: Actor) -> list[Call]:
    """The calls that are this call-taker's to finish, the latest first; ringing ones too."""
    require(PERMISSIONS, "take", by=by)
    rows = Call.objects.filter(taker_id=by.id, wrapped_at__isnull=True).exclude(
        ended_at__isnull=False, answered_at__isnull=True
    )
    return list(rows.select_related("pad").order_by("-id")[:20])


def talks_about(by: Actor, request_id: int) -> bool:
    """Whether the actor is in a conversation now about this request, or with its reporter.

    Their number is what proves the latter; a call without one is about what it touched.
    """
    if not PERMISSIONS["take"].allows(by, agency_id=None):
        return False
    now = [call for call in unfinished(by) if call.answered_at is not None]
    if not now:
        return False
    if Touch.objects.filter(call__in=now, request_id=request_id).exists():
        return True
    phones = [call.phone for call in now if call.phone]
    told = Report.objects.filter(service_request_id=request_id, contact__phone__in=phones)
    return bool(phones) and told.exists()


def get_for(by: Actor, call_id: int) -> Call:
    """A call for its call-taker, or for a supervisor; raises ``NotFound``, ``NotAllowed``."""
    require(PERMISSIONS, "take", by=by)
    call = Call.objects.select_related("pad", "taker").filter(pk=call_id).first()
    if call is None:
        raise NotFound(_("There is no such call."))
    if call.taker_id not in {None, by.id} and not PERMISSIONS["supervise"].allows(
        by, agency_id=None
    ):
        raise NotAllowed(_("This call belongs to somebody else."))
    return call


def told_wait(call_id: int | None) -> int | None:
    """The wait in seconds that a caller is told to expect, none where nothing can be said."""
    if call_id is None:
        return None
    return Call.objects.filter(pk=call_id).values_list("told_seconds", flat=True).first()


def extension_of(by: Actor) -> str:
    """The call-taker's name at the telephone system; empty where they have none."""
    desk = Desk.objects.filter(taker_id=by.id).first()
    return desk.extension if desk is not None else ""


def caller(phone: str, *, by: Actor, before: datetime, but: int | None = None) -> Caller:
    """What is known of a number, for call-takers; ``but`` is the present call's id."""
    require(PERMISSIONS, "take", by=by)
    if not phone:
        return Caller(phone="")
    contacts = list(Contact.objects.filter(phone=phone).order_by("-id")[:_LOOKED_AT])
    reports = (
        Report.objects.filter(contact__in=contacts)
        .select_related("service_request__service")
        .order_by("-id")[:_LOOKED_AT]
    )
    calls = Call.objects.filter(phone=phone, arrived_at__lte=before).exclude(pk=but or 0)
    last = list(calls.select_related("taker").order_by("-arrived_at", "-id")[:MOST_CALLS])
    return Caller(
        phone=phone,
        name=_first(*(c.name for c in contacts), *(c.name for c in last)),
        language=_first(*(c.language for c in contacts[:1]), *(c.language for c in last)),
        email=_first(*(c.email for c in contacts)),
        reports=_telling(list(reports)),
        calls=last,
    )


def _telling(reports: list[Report]) -> list[Report]:
    """Open ones first, then the latest."""
    still = {"new", "assigned", "in_progress", "on_hold", "completed"}
    reports.sort(key=lambda report: report.service_request.status not in still)
    return reports[:MOST_REQUESTS]


def _first(*said: str) -> str:
    return next((each for each in said if each), "")
