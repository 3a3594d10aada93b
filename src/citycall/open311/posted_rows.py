"""The little that this door looks up besides: each one indexed row."""

from citycall.core.actors import Actor
from citycall.service_requests.actions.submit import key_of
from citycall.service_requests.drafts import Draft
from citycall.service_requests.models import Channel, Report, ServiceRequest


def request_with_key(key: str, *, by: Actor) -> int | None:
    """The id of the request that this sender made with this key of theirs."""
    sought = key_of(Draft(service="", channel=Channel.OPEN311, idempotency_key=key), by=by)
    rows = Report.objects.filter(idempotency_key=sought)
    return rows.values_list("service_request_id", flat=True).first() if sought else None


def agency_of(request_id: int) -> int | None:
    """The id of the agency whose request it is; none where there is no such request."""
    rows = ServiceRequest.objects.filter(pk=request_id)
    return rows.values_list("agency_id", flat=True).first()
