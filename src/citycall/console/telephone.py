"""The telephone does what the console does, where a telephone system takes commands."""

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest

from citycall.calls.models import Call
from citycall.calls.phones import e164
from citycall.calls.queries import extension_of
from citycall.calls.switch.control import NotDone, switch
from citycall.core.actors import Actor
from citycall.core.errors import NotFound
from citycall.knowledge import transfers


def told(request: HttpRequest, command: Callable[[], None]) -> None:
    """Give a command after its matter is on record; where it fails, the page says so."""
    try:
        command()
    except NotDone as error:
        messages.warning(request, error.message)


def answer(call: Call, *, by: Actor) -> None:
    """Connect the caller with this call-taker; one who was parked talks on."""
    desk = extension_of(by)
    if not call.switch or call.ended_at is not None or not desk:
        return
    if call.parked_at is not None or call.held_at is not None:
        switch().resume(call.switch_id, desk=desk)
    else:
        switch().answer(call.switch_id, desk=desk)


def hold(call: Call) -> None:
    """A parked caller waits on the line."""
    if call.switch and call.ended_at is None:
        switch().hold(call.switch_id)


def let_go(call: Call, *, transferred_to: str, at: datetime) -> None:
    """Connect the caller with whom they are passed on to, who answers there now; else hang up."""
    if not call.switch or call.ended_at is not None:
        return
    phone = _phone(transferred_to, at)
    if phone:
        switch().transfer(call.switch_id, to=phone)
    else:
        switch().hang_up(call.switch_id)


def _phone(code: str, at: datetime) -> str:
    if not code:
        return ""
    try:
        return e164(transfers.whom(code, at).answering.phone)
    except NotFound:
        return ""
