"""The JSON API, version 1."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.security import HttpBearer

from citycall.accounts.queries import actor_of_key
from citycall.api import problems
from citycall.api.schemas import ReceiptOut, ReportIn, ServiceOut, ServiceRequestOut
from citycall.catalog.queries import catalog
from citycall.core import clock, numbers
from citycall.core.actors import Actor
from citycall.service_requests import queries
from citycall.service_requests.actions import submit as submitting


class Key(HttpBearer):
    """``Authorization: Bearer <key>``."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor:
        return actor_of_key(token)


api = NinjaAPI(
    title="CityCall",
    version="1",
    description="Report to the city and follow what became of it.",
    urls_namespace="api",
    docs_url=None,
)
problems.add_handlers(api)
LONGEST_KEY = 200


@api.get("/services", response=list[ServiceOut], auth=None)
def services(request: HttpRequest) -> list[dict[str, Any]]:
    """Every service that can be asked for now."""
    return [
        {
            "code": entry.spec.code,
            "name": entry.spec.name,
            "group": entry.spec.group,
            "description": entry.spec.description,
        }
        for entry in catalog().services
        if entry.active
    ]


@api.post("/service_requests", response={201: ReceiptOut, 200: ReceiptOut}, auth=Key())
def submit(request: HttpRequest, body: ReportIn) -> HttpResponse:
    """Report a problem. With an ``Idempotency-Key`` header, sending again is harmless."""
    key = request.headers.get("Idempotency-Key", "")[:LONGEST_KEY]
    actor: Actor = request.auth  # type: ignore[attr-defined]
    receipt = submitting.submit(body.draft(idempotency_key=key), by=actor, at=clock.now())
    number = numbers.show(receipt.number)
    told = {
        "number": number,
        "url": f"{settings.PUBLIC_URL}/r/{number}",
        "again": receipt.again,
    }
    # Written as it is: the shape is plain, and checking it again would cost as much as a check.
    return JsonResponse(told, status=200 if receipt.again else 201)


@api.get("/service_requests/{number}", response=ServiceRequestOut, auth=None)
def follow(request: HttpRequest, number: str) -> dict[str, Any]:
    """What has become of a report; every number of a problem leads to it."""
    report = queries.report_by_number(numbers.read(number))
    problem = queries.request_of(report)
    return {
        "number": numbers.show(report.number),
        "service": problem.service.code,
        "agency": problem.agency.name,
        "status": problem.status,
        "requested_at": problem.requested_at,
        "updated_at": problem.updated_at,
        "due_at": problem.due_at,
        "explanation": problem.explanation,
    }
