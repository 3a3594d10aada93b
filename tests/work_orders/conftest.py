"""A crew of the small city's streets agency, and orders for it."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from citycall.service_requests.actions.submit import submit
from citycall.service_requests.models import ServiceRequest
from citycall.work_orders.actions import crews, orders, plan
from citycall.work_orders.actions.crews import CrewDraft
from citycall.work_orders.actions.orders import Draft
from citycall.work_orders.models import Crew, WorkOrder
from tests import city as small_city
from tests.city import NOW

TODAY = date(2026, 3, 2)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def city(db: None) -> small_city.City:
    return small_city.build()


@pytest.fixture(autouse=True)
def _own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.UPLOADS = tmp_path


@pytest.fixture
def make_crew(city: small_city.City) -> Callable[..., Crew]:
    def made(name: str = "North", **changes: Any) -> Crew:
        told: dict[str, Any] = {
            "name": name,
            "longitude": -76.61,
            "latitude": 39.29,
            "skills": ["asphalt"],
            "member_ids": [city.crew.id],
        }
        draft = CrewDraft(**{**told, **changes})
        return crews.save(draft, agency_id=city.streets.pk, by=city.dispatcher, at=NOW)

    return made


@pytest.fixture
def crew(make_crew: Callable[..., Crew]) -> Crew:
    return make_crew()


@pytest.fixture
def report(city: small_city.City) -> Callable[..., ServiceRequest]:
    def told(service: str = "pothole", **changes: Any) -> ServiceRequest:
        receipt = submit(small_city.draft(service, **changes), by=city.resident, at=NOW)
        return ServiceRequest.objects.get(pk=receipt.request_id)

    return told


@pytest.fixture
def order(city: small_city.City) -> Callable[..., WorkOrder]:
    """An order about these requests; planned for today where a crew is named."""

    def made(*requests: ServiceRequest, crew: Crew | None = None, **changes: Any) -> WorkOrder:
        firsts = changes.pop("firsts", ())
        row = orders.make(
            Draft(**{"title": "Fill the hole", **changes}),
            agency_id=city.streets.pk,
            request_ids=[request.pk for request in requests],
            firsts=[first.pk for first in firsts],
            by=city.dispatcher,
            at=NOW,
        )
        if crew is not None:
            plan.plan(row.pk, crew_id=crew.pk, day=TODAY, by=city.dispatcher, at=NOW)
        return WorkOrder.objects.get(pk=row.pk)

    return made
