"""What the console shows of a call: who it is, which others wait, and what was made of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from citycall.calls import queries
from citycall.calls.models import Call, Disposition, Medium, State, Touch
from citycall.console import reading_aloud
from citycall.console.intake import Intake, speaking
from citycall.console.suggesting import suggested
from citycall.core import numbers
from citycall.core.actors import Actor
from citycall.knowledge import transfers
from citycall.knowledge.queries import ArticleEntry
from citycall.knowledge.scripts import script
from citycall.knowledge.specs import ScriptUse
from citycall.notifications import links
from citycall.pages.staff import links_for
from citycall.service_requests.drafts import Receipt

# The parts of the page that follow from the fields; each has a template of its own.
PARTS: Final = ("caution", "services", "places", "known", "questions", "answers")


def in_hand(mine: Sequence[Call], *, asked: str) -> Call | None:
    """The call that is asked for; else the one being talked, wrapped up or ringing; else none."""
    chosen = [call for call in mine if str(call.pk) == asked]
    going_on = [call for call in mine if call.parked_at is None and call.state is not State.RINGING]
    return next(iter([*chosen, *going_on]), None)


def to(call: Call) -> HttpResponse:
    """To the console with this call in hand."""
    return redirect(f"{reverse('console:desk')}?call={call.pk}")


def lines(mine: Sequence[Call], call: Call | None) -> list[dict[str, Any]]:
    """The call-taker's calls for the strip above: what each is, and whether it is in hand."""
    return [
        {
            "call": each,
            "state": each.state,
            "ringing": each.state is State.RINGING,
            "in_hand": call is not None and each.pk == call.pk,
            "parked": each.parked_at is not None,
        }
        for each in mine
    ]


def context(call: Call | None, mine: Sequence[Call], *, by: Actor, at: datetime) -> dict[str, Any]:
    """Everything that the page shows."""
    shown: dict[str, Any] = {
        "calls": lines(mine, call),
        "call": call,
        "now": at,
        "media": Medium.choices,
        "languages": settings.LANGUAGES,
        "staff_links": links_for(by),
    }
    if call is None:
        return shown
    known = queries.caller(call.phone, by=by, before=at, but=call.pk)
    intake = _begun(call, known)
    pad = getattr(call, "pad", None)
    return {
        **shown,
        "intake": intake,
        "content": intake.as_content(),
        "revision": pad.revision if pad is not None else 0,
        "found": suggested(intake, by=by, at=at),
        "known": known,
        "reports": reports(known),
        "saved": [numbers.show(number) for number in intake.saved],
        "emergency": settings.CITYCALL_EMERGENCY_NUMBER,
        "greeting": read_aloud(ScriptUse.GREETING, intake),
        "targets": transfers.targets(at=at),
        **endings(call, intake),
    }


def caller(call: Call, *, by: Actor, at: datetime) -> dict[str, Any]:
    """Who it is, for the part of the page that says so."""
    known = queries.caller(call.phone, by=by, before=at, but=call.pk)
    return {"known": known, "reports": reports(known), "call": call, "now": at}


def reports(known: queries.Caller) -> list[dict[str, Any]]:
    """The caller's reports, each with its number as it is written."""
    return [
        {
            "number": numbers.show(report.number),
            "report": report,
            "request": report.service_request,
        }
        for report in known.reports
    ]


def endings(call: Call, intake: Intake) -> dict[str, Any]:
    """What may have come of it; what is likely stands first chosen, so that Enter is enough."""
    kinds = {touch.kind for touch in call.touches.all()}
    likely = Disposition.INFORMATION
    if call.disposition:
        likely = Disposition(call.disposition)
    elif kinds & {Touch.Kind.MADE, Touch.Kind.JOINED}:
        likely = Disposition.REPORT
    elif kinds & {Touch.Kind.FOLLOWED, Touch.Kind.CALL_BACK}:
        likely = Disposition.FOLLOW_UP
    return {"dispositions": Disposition.choices, "likely": likely, "notes": intake.notes}


def read_aloud(use: ScriptUse, intake: Intake) -> ArticleEntry | None:
    """What is read to this caller at a moment of the call, in their language if it is known."""
    language = intake.language or settings.LANGUAGE_CODE
    return script(use, language=language, service=intake.service)


def receipt(made: Receipt, *, language: str, joined: bool) -> dict[str, Any]:
    """What is read back: the number in printed groups and in words of the caller's language."""
    with speaking(language):
        words = reading_aloud.in_words(made.number)
    number = numbers.show(made.number)
    return {
        "number": number,
        "groups": list(zip(number.split("-"), words, strict=True)),
        "language": language,
        "promised_at": made.promised_at,
        "joined": joined,
        "link": links.address(number=number, report_id=made.report_id),
    }


def _begun(call: Call, known: queries.Caller) -> Intake:
    """The fields as they were kept; for a call just begun, who it is as far as that is known."""
    pad = getattr(call, "pad", None)
    if pad is not None:
        return Intake.read(pad.content)
    return Intake(
        name=call.name or known.name,
        phone=call.phone,
        email=known.email,
        language=call.language or known.language,
    )
