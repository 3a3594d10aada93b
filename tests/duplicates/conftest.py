from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from citycall.places.locations import Location
from citycall.places.models import LocationKind
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.models import ServiceRequest
from tests import city as small_city
from tests.city import NOW, draft

Tell = Callable[..., ServiceRequest]
METRE = 1 / 111_195.0


@pytest.fixture
def city(db: None) -> small_city.City:
    return small_city.build()


@pytest.fixture
def tell(city: small_city.City) -> Tell:
    """Report something so many metres north of the corner, at a time."""

    def told(
        words: str = "A deep hole in the right lane.",
        *,
        north: float = 0.0,
        at: datetime = NOW,
        service: str = "pothole",
        place: str = "",
        **changes: Any,
    ) -> ServiceRequest:
        where = Location(
            kind=LocationKind.POINT, longitude=-76.6, latitude=39.29 + north * METRE, place=place
        )
        made = draft(service, words=words, location=where, **changes)
        receipt = submit(made, by=city.resident, at=at)
        return ServiceRequest.objects.get(pk=receipt.request_id)

    return told


@pytest.fixture
def pair(tell: Tell) -> tuple[ServiceRequest, ServiceRequest]:
    """An older and a newer request that are one problem."""
    older = tell("A deep hole by the blue mailbox, a cyclist fell.")
    newer = tell("Deep hole beside the blue mailbox.", north=6.0, at=NOW + timedelta(hours=3))
    return older, newer
