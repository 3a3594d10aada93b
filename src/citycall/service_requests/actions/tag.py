"""Staff tag requests to find them again; only staff ever see the tags."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from citycall.core.actors import Actor
from citycall.core.models import Visibility
from citycall.core.permissions import require
from citycall.service_requests import policies
from citycall.service_requests.actions.change import Told, lock, tell
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
    told = tagged(request, add=add, remove=remove)
    if told is None:
        return request
    request.save(update_fields=["tags"])
    tell(request, told.kind, by=by, at=at, data=told.data, visibility=told.visibility)
    return request


def tagged(request: ServiceRequest, *, add: Iterable[str], remove: Iterable[str]) -> Told | None:
    """Give a held request these tags and take those off; none where it changes nothing."""
    before = set(request.tags)
    after = set(after_tagging(before, add=add, remove=remove))
    if len(after) > max(MOST, len(before)):
        raise BadTag(
            _("A request has at most %(n)d tags. Take one off first.") % {"n": MOST}, field="tag"
        )
    return retagged(request, after)


def after_tagging(
    before: Collection[str], *, add: Iterable[str], remove: Iterable[str]
) -> list[str]:
    """The tags that these become; raises ``BadTag``."""
    gone = {" ".join(tag.split()).lower() for tag in remove}
    return sorted((set(before) - gone) | {standard(tag) for tag in add})


def retagged(request: ServiceRequest, after: Collection[str]) -> Told | None:
    """Give a held request exactly these tags; none where it has them."""
    before = set(request.tags)
    if before == set(after):
        return None
    request.tags = sorted(after)
    return Told(
        kind=Kind.TAGGED,
        data={"added": sorted(set(after) - before), "removed": sorted(before - set(after))},
        visibility=Visibility.INTERNAL,
    )
