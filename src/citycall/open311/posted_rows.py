"""The little that this door looks up besides: each one indexed row."""

from typing import Final

from citycall.core import numbers
from citycall.core.actors import Actor
from citycall.core.errors import NotFound
from citycall.service_requests import queries
from citycall.service_requests.actions.submit import key_of
from citycall.service_requests.drafts import Draft
from citycall.service_requests.models import Channel, Report, ServiceRequest

_LONGEST_ID: Final = 18


def request_with_key(key: str, *, by: Actor) -> int | None:
    """The id of the request that this sender made with this key of theirs."""
    sought = key_of(Draft(service="", channel=Channel.OPEN311, idempotency_key=key), by=by)
    rows = Report.objects.filter(idempotency_key=sought)
    return rows.values_list("service_request_id", flat=True).first() if sought else None


def request_with_id(told: str) -> int | None:
    """The request with this public id or confirmation number, whether everyone may read it or not.

    None where there is none.
    """
    digits = told.isascii() and told.isdigit() and len(told) <= _LONGEST_ID
    if digits and len(told) != numbers.LENGTH:
        return ServiceRequest.objects.filter(pk=int(told)).values_list("pk", flat=True).first()
    try:
        return queries.report_by_number(numbers.read(told)).service_request_id
    except (numbers.BadNumber, NotFound):
        return None


def agency_of(request_id: int) -> int:
    """The id of the agency whose request it is."""
    rows = ServiceRequest.objects.filter(pk=request_id)
    return rows.values_list("agency_id", flat=True).get()
