"""POST requests: a report of a program's user becomes a request, once, whatever its accent."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from citycall.catalog.queries import Catalog, ServiceEntry, UnknownService, catalog
from citycall.core import clock, numbers
from citycall.core.actors import Actor
from citycall.core.errors import DomainError, Faults
from citycall.emergencies.queries import warning_for
from citycall.open311 import media
from citycall.open311.calls import Answer, Call
from citycall.open311.faults import Fault, ManyFaults
from citycall.open311.posted_body import Posted, holder_of, posted_by
from citycall.open311.posted_draft import KEY, draft_of, named
from citycall.open311.posted_place import PLACE_NAMES, name_of_place
from citycall.places.queries import areas
from citycall.service_requests import checks
from citycall.service_requests.actions.submit import allow, submit
from citycall.service_requests.drafts import Draft, Receipt

_SERVICE = "service_code"


def create(call: Call) -> Answer:
    """Take one report and answer with the id of its request and how to follow it.

    Raises ``NotAllowed`` without a key that may report, and ``ManyFaults`` with everything that
    is wrong at once.
    """
    posted = posted_by(call)
    actor = holder_of(call, posted)
    allow(actor)
    book = catalog()
    entry = _service(posted, call, book)
    receipt = _taken(posted, call, entry, book, by=actor)
    lost = media.keep(posted, receipt=receipt, at=call.at)
    row = {
        "service_request_id": str(receipt.request_id),
        "service_notice": _notice(receipt, lost, warning=warning_for(posted.one("description"))),
        "account_id": None,
    }
    return Answer("service_requests", "request", [row])


def key_of(call: Call, posted: Posted) -> str:
    """The client's own id of this submission: the parameter, or else the header."""
    header: str = call.request.META.get("HTTP_IDEMPOTENCY_KEY", "")
    return posted.one(KEY) or header.strip().strip('"')


def _service(posted: Posted, call: Call, book: Catalog) -> ServiceEntry | None:
    """The service that is named, if this jurisdiction offers it."""
    try:
        entry = book.service(posted.one(_SERVICE).lower())
    except UnknownService:
        return None
    agencies = call.jurisdiction.agency_ids(book)
    offered = agencies is None or entry.agency_id in agencies
    return entry if entry.active and offered else None


def _taken(
    posted: Posted, call: Call, entry: ServiceEntry | None, book: Catalog, *, by: Actor
) -> Receipt:
    faults: dict[str, str] = {}
    draft = draft_of(posted, key=key_of(call, posted), entry=entry, faults=faults)
    if entry is None or faults:
        further = _further_faults(draft, entry, book, posted)
        if faults.keys() & PLACE_NAMES:
            # That no place could be made of it has been said already.
            further.pop(name_of_place(posted), None)
        raise _refused(posted, entry, {**further, **faults})
    try:
        return submit(draft, by=by, at=call.at)
    except Faults as error:
        raise _refused(posted, entry, named(error.faults, posted)) from None
    except checks.Stopped as error:
        raise _stopped(error) from None


def _further_faults(
    draft: Draft, entry: ServiceEntry | None, book: Catalog, posted: Posted
) -> dict[str, str]:
    """What else is wrong with a draft that cannot be taken anyway, so that all is said at once."""
    faults: dict[str, str] = {}
    if entry is None:
        checks.check_lengths(draft, faults=faults)
        checks.clean_email(draft.contact.email, faults=faults)
        checks.clean_phone(draft.contact.phone, faults=faults)
        return named(faults, posted)
    try:
        checks.check(draft, catalog=book, areas=areas())
    except Faults as error:
        return named(error.faults, posted)
    except checks.Stopped:
        return {}
    return {}


def _refused(posted: Posted, entry: ServiceEntry | None, faults: dict[str, Any]) -> ManyFaults:
    told = [Fault(400, f"{name}: {sentence}") for name, sentence in faults.items()]
    if entry is None and posted.one(_SERVICE):
        told.insert(0, Fault(404, _("service_code: There is no such service.")))
    elif entry is None:
        told.insert(0, Fault(400, _("service_code: Please send the code of a service.")))
    return ManyFaults(told)


def _stopped(error: checks.Stopped) -> DomainError:
    """A program cannot be shown the text first, so it is told to show it and send again."""
    sentence = _("%(text)s (Send stop_read=true once the person who reports has read this.)")
    return ManyFaults([Fault(400, sentence % {"text": error.stop.text})])


def _notice(receipt: Receipt, lost: list[str], *, warning: str) -> str:
    """What to tell the reporter: what is urgent, their number, where to follow it, until when."""
    number = numbers.show(receipt.number)
    parts = [
        _("Thank you. The confirmation number is %(number)s. Follow it at %(link)s.")
        % {"number": number, "link": f"{settings.PUBLIC_URL}/r/{number}"}
    ]
    if receipt.promised_at is not None:
        date = _day(receipt.promised_at)
        parts.append(_("We expect this to be done by %(date)s.") % {"date": date})
    return " ".join([*filter(None, [warning]), *parts, *lost])


def _day(at: datetime) -> str:
    return date_format(at.astimezone(clock.city_zone()), "DATE_FORMAT")
