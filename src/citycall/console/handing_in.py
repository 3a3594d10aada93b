"""From a pad to a request: handed in, noted on the call, and read back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from citycall.calls import storm
from citycall.calls.actions import handling, pads
from citycall.calls.models import Call, Touch
from citycall.catalog.specs import Stop
from citycall.console.intake import Intake
from citycall.core.actors import Actor
from citycall.core.errors import DomainError, Faults
from citycall.emergencies.dangers import Caution
from citycall.emergencies.queries import caution_for
from citycall.service_requests import checks
from citycall.service_requests.actions import tell_more
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.drafts import Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedIn:
    """What came of handing in: a receipt, or what has to be said or put right first."""

    receipt: Receipt | None = None
    joined: bool = False
    caution: Caution | None = None
    stop: Stop | None = None
    faults: Mapping[str, str] = field(default_factory=dict)


def hand_in(call: Call, intake: Intake, *, by: Actor, at: datetime) -> HandedIn:
    """Make a request of what the pad holds, or add it to the known one that it names.

    A danger that nobody has judged comes before anything else. Handed in twice, it is one report.
    """
    caution = caution_for(*intake.texts, read=intake.no_danger)
    if caution is not None:
        return HandedIn(caution=caution)
    if intake.entry is None:
        return HandedIn(faults={"service": _("Please choose a service.")})
    try:
        known = _known(intake)
        receipt = _receipt(call, intake, known, by=by, at=at)
    except checks.Stopped as stopped:
        return HandedIn(stop=stopped.stop)
    except Faults as error:
        return HandedIn(faults=error.faults)
    except DomainError as error:
        return HandedIn(faults={error.field or "service": error.message})
    joined = known is not None
    handling.touch(
        call.pk,
        kind=Touch.Kind.JOINED if joined else Touch.Kind.MADE,
        request_id=receipt.request_id,
        by=by,
        at=at,
    )
    return HandedIn(receipt=receipt, joined=joined)


def _receipt(call: Call, intake: Intake, known: int | None, *, by: Actor, at: datetime) -> Receipt:
    draft = intake.draft(call, intake.chosen())
    if known is not None:
        return tell_more.join(known, draft, by=by, at=at)
    return submit(draft, by=by, at=at)


def _known(intake: Intake) -> int | None:
    """The request that this is about: the one that was chosen, or the storm's incident here."""
    if intake.joins.isascii() and intake.joins.isdecimal():
        return int(intake.joins)
    return storm.incident_for(intake.service, intake.location(intake.chosen()))


def begin_another(call: Call, intake: Intake, number: int, *, by: Actor, at: datetime) -> Intake:
    """The pad for the caller's next matter: who they are stays, and what was made already."""
    following = Intake(
        name=intake.name,
        phone=intake.phone,
        email=intake.email,
        language=intake.language,
        notes=intake.notes,
        saved=[*intake.saved, number],
    )
    content: dict[str, Any] = following.as_content()
    pads.keep(call.pk, content=content, revision=_now_ms(at), by=by, at=at)
    return following


def _now_ms(at: datetime) -> int:
    # Pads count their keepings by the browser's clock in milliseconds, so that two windows of one
    # call-taker go on from each other.
    return int(at.timestamp() * 1000)
