"""What orders hold of persons: who signed for a crew's work, and what a reporter told of where."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings

from citycall.places.models import LocationKind
from citycall.service_requests.models import Report
from citycall.work_orders.models import OrderRequest, WorkOrder


def forget_signatures(*, at: datetime) -> int:
    """Erase signatures and typed names of orders that ended long ago; returns how many."""
    before = at - timedelta(days=settings.CITYCALL_SIGNATURES_KEPT_DAYS)
    rows = WorkOrder.objects.filter(signature__isnull=False, ended_at__lt=before)
    return rows.update(signature=None)


def erase_copies(reports: Iterable[Report], *, at: datetime) -> None:
    """Empty on orders the directions, and the place in own words, that these reporters told.

    Only a request's first reporter told them; orders copy them. Dispatchers may have changed a
    copy, so that it goes whatever it says.
    """
    told = [each.service_request for each in reports if each.number == each.service_request.number]
    in_words = [each for each in told if each.location_kind == LocationKind.WORDS]
    for requests, column in ((told, "directions"), (in_words, "place")):
        about = OrderRequest.objects.filter(service_request__in=requests).values("order")
        rows = WorkOrder.objects.filter(pk__in=about).exclude(**{column: ""})
        rows.update(**{column: ""}, changed_at=at)
