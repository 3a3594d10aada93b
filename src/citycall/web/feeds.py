"""What is new around a place, as a feed that news readers follow."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from citycall.catalog.queries import catalog
from citycall.core import phrases
from citycall.places.coordinates import distance_m
from citycall.service_requests import published
from citycall.service_requests.cells import Box
from citycall.service_requests.models import Status
from citycall.service_requests.published import Published
from citycall.web.nearby import Asked

MOST: Final = 50
Point = tuple[float, float]


def address(asked: Asked, point: Point) -> str:
    """The address of the feed of what is asked for around a point, of all ages and states."""
    query = {
        "lon": f"{point[0]:.6f}",
        "lat": f"{point[1]:.6f}",
        "within": str(asked.within_m),
        "language": phrases.spoken(),
    }
    if asked.typed["group"]:
        query["group"] = asked.typed["group"]
    return f"{reverse('web:nearby-feed')}?{urlencode(query)}"


def calendar_address(asked: Asked, point: Point) -> str:
    """The address of the calendar of what is scheduled there."""
    return address(asked, point).replace(
        reverse("web:nearby-feed"), reverse("web:nearby-calendar"), 1
    )


def latest(asked: Asked, point: Point) -> Sequence[Published]:
    """The requests around the point that were changed last, latest change first."""
    found = published.listed(
        published.Asked(
            services=asked.selection.services,
            box=Box.around(*point, metres=asked.within_m),
            by_update=True,
            limit=2 * MOST,
        )
    )
    shown = (row for row in found if row.merged_into_id is None)
    return [row for row in shown if metres_to(row, point) <= asked.within_m][:MOST]


def atom(rows: Sequence[Published], *, name: str, here: str) -> bytes:
    """The feed of what is near ``name``; ``here`` is its own address.

    A request that changes is told of again.
    """
    title = _("Requests near %(place)s") % {"place": name}
    feed = Atom1Feed(
        title=f"{title} – {settings.CITYCALL_CITY_NAME} 311",
        link=f"{settings.PUBLIC_URL}{reverse('web:nearby')}",
        description=title,
        feed_url=f"{settings.PUBLIC_URL}{here}",
        feed_guid=f"{settings.PUBLIC_URL}{here}",
        language=phrases.spoken(),
    )
    for row in rows:
        link = f"{settings.PUBLIC_URL}{reverse('web:nearby-request', args=[row.id])}"
        feed.add_item(
            title=_title(row),
            link=link,
            unique_id=link,
            description=row.explanation or str(Status(row.status).label),
            pubdate=row.requested_at,
            updateddate=row.updated_at,
            categories=[_service(row)],
        )
    return feed.writeString("utf-8").encode()


def _title(row: Published) -> str:
    words = {
        "service": _service(row),
        "place": row.place,
        "state": Status(row.status).label,
    }
    if not row.place:
        return _("%(service)s: %(state)s") % words
    return _("%(service)s, %(place)s: %(state)s") % words


def _service(row: Published) -> str:
    return catalog().service_by_id(row.service_id).name


def metres_to(row: Published, point: Point) -> float:
    """How far a request is from a point; endlessly where its place is not public."""
    if row.longitude is None or row.latitude is None:
        return float("inf")
    return distance_m(point, (row.longitude, row.latitude))
