"""POST servicerequestupdates: what another system tells of a request, taken in once."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from citycall.catalog.queries import catalog
from citycall.core.errors import DomainError, Faults, NotFound
from citycall.exchange.open311.applying import ToldUpdate, apply_update
from citycall.open311.calls import Answer, Call
from citycall.open311.dates import moment
from citycall.open311.media import addresses_in
from citycall.open311.naming import request_named
from citycall.open311.posted_body import Posted, holder_of, posted_by
from citycall.open311.posted_draft import note_unstorable
from citycall.open311.posted_rows import agency_of
from citycall.open311.writing import key_of
from citycall.service_requests.drafts import LONGEST_WORDS

_REQUEST = "service_request_id"
_ID = "update_id"
_LONGEST_ID = 200
_LONGEST_STATUS = 60
_AT = "updated_datetime"


@dataclass(frozen=True, slots=True)
class _Update:
    """An update as it was sent: of which request, and what it tells."""

    request: str
    told: ToldUpdate


def receive(call: Call) -> Answer:
    """Take one update in and answer with its id here.

    That is the id of the update in the feed, or the sender's own where nothing changed. Raises
    ``NotAllowed``, ``NotFound``, ``TooManyMisses``, and ``Faults`` with everything that is wrong
    at once.
    """
    posted = posted_by(call)
    actor = holder_of(call, posted)
    update = _update(call, posted)
    request_id = request_named(call, update.request)
    if request_id is None or not _is_here(call, request_id):
        raise NotFound(_("service_request_id was not found."))
    received = apply_update(request_id, update.told, source=f"key:{actor.id}", by=actor, at=call.at)
    known_as = received.update_id if received.event_id is None else str(received.event_id)
    return Answer("service_request_updates", "request_update", [{"update_id": known_as}])


def _is_here(call: Call, request_id: int) -> bool:
    """Whether there is such a request in the jurisdiction that was called."""
    agencies, agency = call.jurisdiction.agency_ids(catalog()), agency_of(request_id)
    return agency is not None and (agencies is None or agency in agencies)


def _update(call: Call, posted: Posted) -> _Update:
    faults: dict[str, str] = {}
    note_unstorable(posted, faults)
    request, update_id = posted.one(_REQUEST), posted.one(_ID) or key_of(call, posted)
    status, words = posted.one("status"), posted.one("description")
    media = addresses_in(posted)
    if not request:
        faults[_REQUEST] = _("Please send the id of the request.")
    if not update_id:
        faults[_ID] = _("Please send your own id of this update, so that it is taken in once.")
    elif len(update_id) > _LONGEST_ID:
        faults[_ID] = _("Please use at most %(limit)d characters.") % {"limit": _LONGEST_ID}
    if not (status or words or media):
        faults["status"] = _("Please send a status, a description, or both.")
    elif len(status) > _LONGEST_STATUS:
        faults["status"] = _("Please use at most %(limit)d characters.") % {
            "limit": _LONGEST_STATUS
        }
    if len(words) > LONGEST_WORDS:
        faults["description"] = _("Please keep this under %(n)s characters.") % {"n": LONGEST_WORDS}
    at = _moment(call, posted, faults)
    if faults:
        raise Faults(faults)
    outcome = posted.one("external_status_code")
    return _Update(request, ToldUpdate(update_id, status, at, words, tuple(media), outcome))


def _moment(call: Call, posted: Posted, faults: dict[str, str]) -> datetime:
    """When it happened by the sender's clock; now where that is not said."""
    told = posted.one(_AT)
    try:
        return moment(told) if told else call.at
    except DomainError as error:
        faults[_AT] = error.message
        return call.at
