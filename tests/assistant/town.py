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
    services, first = _services(), ServiceRequest.objects.count()
    requests = [
        _request(city, services[CODES[each.service]], first + n, requested_at=each.at + later)
        for n, each in enumerate(examples)
    ]
    ServiceRequest.objects.bulk_create(requests)
    pairs = zip(requests, examples, strict=True)
    Report.objects.bulk_create([_report(request, each.words) for request, each in pairs])
    return requests


def tell(city: City, service: str, words: str, **columns: Any) -> ServiceRequest:
    """Write one request with one report of it."""
    columns.setdefault("requested_at", NOW - timedelta(hours=1))
    request = _request(city, _services()[service], ServiceRequest.objects.count(), **columns)
    request.save()
    _report(request, words).save()
    return request


def _request(city: City, service: Any, serial: int, **columns: Any) -> ServiceRequest:
    return ServiceRequest(
        number=numbers.compose(year=26, serial=serial),
        service=service,
        agency=city.streets,
        team=city.teams["sorting"],
        updated_at=columns["requested_at"],
        location_kind="words",
        **columns,
    )


def _report(request: ServiceRequest, words: str) -> Report:
    return Report(
        service_request=request,
        number=request.number,
        channel="web",
        words=words,
        reported_at=request.requested_at,
    )


def _services() -> Mapping[str, Any]:
    from citycall.catalog.models import Service

    return {service.code: service for service in Service.objects.all()}
