"""Whether a request whose answer got lost has arrived at the partner all the same."""

import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from citycall.exchange.forwarding.speaking import Line
from citycall.exchange.models import Forward
from citycall.exchange.open311.told import NewRequest, RemoteRequest

# Before and after the attempts: clocks differ, and a server may date what it gets a while later.
AROUND: Final = timedelta(minutes=15)
# Servers round coordinates, or move them onto the street.
NEAR_M: Final = 30.0
# A description that is not shown cannot be compared; then the point has to be the same.
SAME_POINT_M: Final = 3.0
_METRES_A_DEGREE: Final = 111_320.0
# Cut off where a server keeps less; this much has to be the same.
_ENOUGH: Final = 100


def find(forward: Forward, new: NewRequest, line: Line, *, at: datetime) -> str | None:
    """The partner's id of the request, if it has one that is the same and no other of ours.

    Raises as the client's calls do, and ``TooMany``.
    """
    first = forward.unsure_since or at
    listed = line.client.requests(
        since=line.their_time(first) - AROUND,
        until=line.their_time(at) + AROUND,
        codes=[new.service_code],
    )
    found = [one for one in listed if is_same(one, new)]
    taken = _taken(forward, [one.id for one in found])
    free = [one for one in found if one.id not in taken]
    free.sort(key=lambda one: (one.requested_at is None, one.requested_at or at, one.id))
    return free[0].id if free else None


def _taken(forward: Forward, ids: Iterable[str]) -> set[str]:
    rows = Forward.objects.filter(partner_id=forward.partner_id, remote_id__in=list(ids))
    return {remote for remote in rows.values_list("remote_id", flat=True) if remote}


def is_same(one: RemoteRequest, new: NewRequest) -> bool:
    """Whether a listed request is the one that was sent, by service, words and place."""
    if one.service_code and one.service_code != new.service_code:
        return False
    told, sent = _plain(one.description), _plain(new.description)
    if told:
        same = told == sent or (len(told) >= _ENOUGH and sent.startswith(told.rstrip(" .…")))
        return same and _is_near(one, new, NEAR_M)
    return _has_point(one) and _is_near(one, new, SAME_POINT_M)


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _has_point(one: RemoteRequest) -> bool:
    return one.latitude is not None and one.longitude is not None


def _is_near(one: RemoteRequest, new: NewRequest, metres: float) -> bool:
    if (
        one.latitude is None
        or one.longitude is None
        or new.latitude is None
        or new.longitude is None
    ):
        return not new.address or not one.address or _plain(one.address) == _plain(new.address)
    north = (one.latitude - new.latitude) * _METRES_A_DEGREE
    east = (one.longitude - new.longitude) * _METRES_A_DEGREE * math.cos(math.radians(one.latitude))
    return math.hypot(north, east) <= metres
