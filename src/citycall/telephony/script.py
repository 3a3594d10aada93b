"""What the telephone's menu says, in the language that is spoken just now.

Whole sentences, short, and one thing at a time: they are heard once, and cannot be looked up.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.conf import settings
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from citycall.calls.waiting import Expected
from citycall.core import clock, phrases
from citycall.knowledge.specs import AlertSpec
from citycall.service_requests.models import Status
from citycall.service_requests.public import PublicRequest

MOST_ALERTS: Final = 3
_MINUTE: Final = 60


def emergency() -> str:
    """The first thing that everybody hears."""
    return _("If this is an emergency, hang up and dial %(number)s.") % {
        "number": aloud(settings.CITYCALL_EMERGENCY_NUMBER)
    }


def welcome() -> str:
    return _("You have reached 311 of %(city)s.") % {"city": settings.CITYCALL_CITY_NAME}


def this_language(key: int) -> str:
    """Said in each language that is offered, to who understands it."""
    return pgettext("said in this language", "For English, press %(key)d.") % {"key": key}


def menu(*, is_open: bool) -> Iterator[str]:
    if is_open:
        yield _("To speak with somebody, press 1.")
    yield _("To hear how it stands with something that you reported, press 2.")
    yield _("To be called back, press 3.")
    yield _("To hear this again, press 9.")


def closed(opens_at: datetime) -> Iterator[str]:
    """What is so now, and what works all the same."""
    local = opens_at.astimezone(clock.city_zone())
    yield _("Nobody answers calls just now. We are there again on %(day)s at %(time)s.") % {
        "day": formats.date_format(local, "l, F j"),
        "time": formats.time_format(local, "P"),
    }
    yield _("At any time, you can report a problem on our website.")


def expected(wait: Expected | None) -> str:
    """The wait as a range, since nobody knows it better."""
    if wait is None:
        return _("We cannot say how long you will wait.")
    low, high = wait.low // _MINUTE, -(-wait.high // _MINUTE)
    if high <= 1:
        return _("Somebody will answer within about a minute.")
    if low < 1:
        return ngettext(
            "Somebody will probably answer within %(high)d minute.",
            "Somebody will probably answer within %(high)d minutes.",
            high,
        ) % {"high": high}
    return ngettext(
        "You will probably wait between %(low)d and %(high)d minute.",
        "You will probably wait between %(low)d and %(high)d minutes.",
        high,
    ) % {"low": low, "high": high}


def offer_call_back() -> str:
    return _("To keep your place and be called back, press 1. To wait on the line, just wait.")


def thanks_for_waiting() -> str:
    return _("Thank you for waiting. You are still in line.")


def confirm_number(phone: str) -> str:
    """Only its end is said: somebody else may be listening."""
    return _(
        "We would call the number that ends in %(digits)s. If that is right, press 1. "
        "To give another number, press 2."
    ) % {"digits": aloud(phone[-4:])}


def ask_phone() -> str:
    return _("Please type the number that we should call, and then the pound key.")


def bad_phone() -> str:
    return _("This is not a number that we can call.")


def call_back_kept() -> str:
    return _("You keep your place in line. We will call you back. Goodbye.")


def call_back_noted() -> str:
    return _("We will call you back when we are there again. Goodbye.")


def ask_number() -> str:
    return _("Please type the twelve digits of your confirmation number.")


def unknown_number() -> str:
    return _("Nothing is known under this number. Please check it and try again.")


def no_more_tries() -> str:
    return _("The number was not understood. You can ask again, or speak with somebody.")


def not_understood() -> str:
    return _("This key does nothing here.")


def goodbye() -> str:
    return _("Thank you for calling. Goodbye.")


def alerts(live: list[AlertSpec]) -> Iterator[tuple[str, str]]:
    """Text and language of what everybody should know; of the whole city first, a few at most."""
    for alert in sorted(live, key=lambda each: each.placed)[:MOST_ALERTS]:
        yield alert.aloud(phrases.spoken())


def status(found: PublicRequest) -> Iterator[str]:
    """What the record says, to whoever has the number: nothing of who reported it, or where."""
    if found.entry is not None:
        yield _("You reported: %(service)s.") % {"service": phrases.said(found.entry.spec.name)}
    yield str(_statuses()[found.status])
    if found.open and not found.clock_stopped and found.due_at is not None:
        day = formats.date_format(found.due_at.astimezone(clock.city_zone()), "l, F j")
        yield _("It is promised by %(day)s.") % {"day": day}
    if not found.open and not found.hidden and found.outcome:
        yield _("What came of it: %(outcome)s.") % {"outcome": phrases.said(found.outcome)}
    if not found.hidden and found.agency:
        yield _("It is with this agency: %(agency)s.") % {"agency": phrases.said(found.agency)}


def aloud(digits: str) -> str:
    """Digits one by one, not as a number of thousands."""
    return " ".join(digits)


def _statuses() -> dict[str, str]:
    return {
        Status.NEW: _("It has been received, and nobody has it yet."),
        Status.ASSIGNED: _("A team has it, and has not begun."),
        Status.IN_PROGRESS: _("Work on it has begun."),
        Status.ON_HOLD: _("It is on hold."),
        Status.COMPLETED: _("The agency says that it is done. You can say whether that is so."),
        Status.CLOSED: _("It is closed."),
        Status.CANCELLED: _("It was cancelled."),
        Status.REFERRED: _("It was passed on to another body."),
        Status.MERGED: _("It is handled together with the same problem, reported by others."),
    }
