"""The JSON API, version 1: its operations by noun, its reference, and nothing else."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, path, re_path
from ninja import NinjaAPI
from ninja.operation import Operation

from citycall.api import (
    alerts,
    appointments,
    articles,
    catalog,
    entrance,
    facts,
    measures,
    open_data,
    photos,
    places,
    problems,
    reference,
    reports,
    requests,
    staff,
    steps,
    suggestions,
    webhooks,
)
from citycall.api.conditions import conditional
from citycall.api.entrance import Entrance, StrictParser

DESCRIPTION = """Report to the city, follow what became of it, and work on it.

Reading what everyone may know needs no key. Everything else takes `Authorization: Bearer <key>`;
the scopes that each operation needs are in its security requirement, and a key may be bound to one
agency. Failures are problem documents (RFC 9457): decide upon `code`. Lists go on with `next`.
Parameters and fields that are not known are refused, so that none is lost in silence.
"""
ROUTERS = (
    catalog.router,
    suggestions.router,
    places.router,
    reports.router,
    requests.router,
    photos.router,
    articles.router,
    alerts.router,
    open_data.router,
    webhooks.router,
    staff.router,
    steps.router,
    appointments.router,
    measures.router,
    facts.router,
)


class Door(NinjaAPI):
    """The framework's API behind this door's own entrances, catch-all and reference."""

    def _get_urls(self) -> list[URLResolver | URLPattern]:
        return [
            path("openapi.json", self.tell_reference),
            *self._addresses(),
            re_path(r"[\s\S]*", _unknown),
        ]

    def _addresses(self) -> Iterator[URLPattern]:
        """One entrance for each address, whichever routers its operations are of."""
        operations: dict[str, list[Operation]] = {}
        for router in self._get_bound_routers():
            for address, view in router.path_operations.items():
                operations.setdefault(f"{router.prefix}{address}", []).extend(view.operations)
        for address, found in operations.items():
            route = address.lstrip("/").replace("{", "<").replace("}", ">")
            yield path(route, Entrance(self, found))

    def tell_reference(self, request: HttpRequest) -> HttpResponseBase:
        """The OpenAPI document."""
        if request.method == "OPTIONS":
            return entrance.options("GET, HEAD, OPTIONS", public=True)
        if request.method not in {"GET", "HEAD"}:
            return problems.wrong_method("GET, HEAD, OPTIONS")
        answer = conditional(request, lambda: reference.document(self), pulse=self)
        answer.headers["Access-Control-Allow-Origin"] = "*"
        return answer


def _unknown(request: HttpRequest, **_path: Any) -> HttpResponse:
    return problems.unknown_address()


_unknown.csrf_exempt = True  # type: ignore[attr-defined]


def open_door(*routers: Any, namespace: str = "api") -> Door:
    """An API with these operations."""
    door = Door(
        title="CityCall",
        version="1",
        description=DESCRIPTION,
        urls_namespace=namespace,
        openapi_url=None,
        docs_url=None,
        parser=StrictParser(),
    )
    problems.add_handlers(door)
    for router in routers:
        door.add_router("", router)
    return door


api = open_door(*ROUTERS)
