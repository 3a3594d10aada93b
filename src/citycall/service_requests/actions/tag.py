"""Staff tag requests to find them again; only staff ever see the tags."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from citycall.core.actors import Actor
from citycall.core.models import Visibility
from citycall.core.permissions import require
from citycall.service_requests import policies
from citycall.service_requests.actions.change import lock, tell
from citycall.service_requests.events import Kind
from citycall.service_requests.models import ServiceRequest
from citycall.service_requests.tags import MOST, BadTag, standard


@transaction.atomic
def change_tags(
    request_id: int,
    *,
    add: Iterable[str] = (),
    remove: Iterable[str] = (),
    by: Actor,
    at: datetime,
) -> ServiceRequest:
    """Put tags on a request and take tags off; what is there already, or not there, is no fault.

    Its ``updated_at`` stays, since nothing changes that anybody else may know. Raises ``BadTag``.
    """
    request = lock(request_id)
    require(policies.PERMISSIONS, "note", by=by, agency_id=request.agency_id)
    before = set(request.tags)
    gone = {" ".join(tag.split()).lower() for tag in remove}
    after = (before - gone) | {standard(tag) for tag in add}
    if len(after) > max(MOST, len(before)):
        raise BadTag(
            _("A request has at most %(n)d tags. Take one off first.") % {"n": MOST}, field="tag"
        )
    if after == before:
        return request
    request.tags = sorted(after)
    request.save(update_fields=["tags"])
    tell(
        request,
        Kind.TAGGED,
        by=by,
        at=at,
        data={"added": sorted(after - before), "removed": sorted(before - after)},
        visibility=Visibility.INTERNAL,
    )
    return request
