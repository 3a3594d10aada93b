"""What happened to requests, as a feed that other systems read on from where they stopped."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.translation import gettext as _

from citycall.core.errors import Faults
from citycall.open311.addresses import with_changes
from citycall.open311.asking import LONGEST_SPAN, Reader, last_moment, whole
from citycall.open311.calls import Answer, Call
from citycall.open311.dates import moment
from citycall.open311.happenings import told_status
from citycall.open311.vocabulary import vocabulary
from citycall.service_requests import published_notes
from citycall.service_requests.published import MOST
from citycall.service_requests.published_notes import Update

# What is meant where no beginning is given.
_USUAL: Final = timedelta(days=1)


def updates(call: Call) -> Answer:
    """The updates between two moments, oldest first; raises ``Faults``.

    At most 1,000 at once: the next ones are where ``Link`` says.
    """
    since, until, after_id, limit = _asked(call)
    found = published_notes.feed(
        since=since,
        until=until,
        after_id=after_id,
        agencies=call.jurisdiction.agency_ids(vocabulary().catalog),
        limit=limit,
    )
    headers = {}
    if found.after is not None:
        at, event_id = found.after
        begins = {"start_date": at.isoformat(), "after_id": event_id, "end_date": until.isoformat()}
        headers["Link"] = f'<{with_changes(call, begins)}>; rel="next"'
    rows = [_told(update) for update in found.updates]
    return Answer("service_request_updates", "request_update", rows, headers=headers)


def _asked(call: Call) -> tuple[datetime, datetime, int, int]:
    reader = Reader(call)
    until = reader.read("end_date", last_moment) or call.at
    since = reader.read("start_date", moment) or until - _USUAL
    after_id, limit = reader.read("after_id", whole), reader.read("page_size", whole)
    if until < since:
        reader.faults["end_date"] = _("The end lies before the beginning.")
    elif until - since > LONGEST_SPAN:
        reader.faults["end_date"] = _("start_date and end_date may span at most 90 days.")
    if reader.faults:
        raise Faults(reader.faults)
    return since, until, after_id or 0, min(limit or MOST, MOST)


def _told(update: Update) -> dict[str, Any]:
    unrepaired = update.fixed is False
    return {
        "update_id": str(update.id),
        "service_request_id": str(update.request_id),
        "status": told_status(update.kind, standing=update.status, unrepaired=unrepaired),
        "updated_datetime": update.at,
        "description": update.words or None,
        "media_url": None,
        "external_status_code": update.outcome or update.reason,
        "customer_reference": None,
    }
