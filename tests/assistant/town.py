"""A small city with a history of what people said of its services."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from citycall.core import numbers
from citycall.service_requests.models import Report, ServiceRequest
from tests.assistant.told import told
from tests.city import NOW, City

# What each invented service of ``told`` is in the small city; graffiti is private there.
CODES: Mapping[int, str] = {
    1: "pothole",
    2: "graffiti",
    3: "lamp-out",
    4: "water-leak",
    5: "dead-tree",
}


def remember(
    city: City, count: int = 500, *, kinds: Sequence[int] = (1, 3, 4), seed: int = 311
) -> list[ServiceRequest]:
    """Write so many past requests of these services, the last of them an hour before now."""
    examples = told(count, seed=seed, services=kinds)
    later = NOW - timedelta(hours=1) - examples[-1].at
    return [
        tell(city, CODES[example.service], example.words, requested_at=example.at + later)
        for example in examples
    ]


def tell(city: City, service: str, words: str, **columns: Any) -> ServiceRequest:
    """Write one request with one report of it."""
    _services()
    number = numbers.compose(year=26, serial=ServiceRequest.objects.count())
    at = columns.setdefault("requested_at", NOW - timedelta(hours=1))
    request = ServiceRequest.objects.create(
        number=number,
        service=_services()[service],
        agency=city.streets,
        team=city.teams["sorting"],
        updated_at=at,
        location_kind="words",
        **columns,
    )
    Report.objects.create(
        service_request=request, number=number, channel="web", words=words, reported_at=at
    )
    return request


def _services() -> Mapping[str, Any]:
    from citycall.catalog.models import Service

    return {service.code: service for service in Service.objects.all()}
