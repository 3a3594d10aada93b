"""A small catalog: one calendar, two agencies, their teams, outcomes and a pothole."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from citycall.agencies.actions import save_agency, save_calendar, save_team
from citycall.agencies.calendars import CalendarSpec
from citycall.agencies.specs import AgencySpec, TeamSpec
from citycall.catalog.actions import save_outcome, save_service
from citycall.catalog.models import Service
from citycall.catalog.specs import OutcomeSpec, ServiceSpec
from citycall.core.actors import Actor, ActorKind
from citycall.places.actions.layers import load_layer
from citycall.places.models import Area, AreaLayer

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
POTHOLE = {
    "code": "pothole",
    "name": "Pothole",
    "group": "Streets",
    "agency": "transportation",
    "team": "potholes",
    "target": {"amount": 2, "unit": "days"},
    "outcomes": ["repaired"],
}


def service(**fields: Any) -> ServiceSpec:
    """The pothole, with other fields."""
    return ServiceSpec.model_validate({**POTHOLE, **fields})


def load_district(by: Actor) -> int:
    """Load one layer with one area, "districts/1"; returns the area's id."""
    ring = [[-76.7, 39.2], [-76.5, 39.2], [-76.5, 39.4], [-76.7, 39.4], [-76.7, 39.2]]
    feature = {
        "type": "Feature",
        "properties": {"code": "1", "name": "Downtown"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    content = json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()
    kind = AreaLayer.Kind.PARTITION
    load_layer(code="districts", name="Districts", kind=kind, content=content, by=by, at=NOW)
    return Area.objects.get().pk


@pytest.fixture
def administrator() -> Actor:
    return Actor(
        kind=ActorKind.STAFF, id=1, name="Ada", memberships=frozenset({("administrator", None)})
    )


@pytest.fixture
def city(db: None, administrator: Actor) -> None:
    """Calendars, agencies, teams and outcomes; no services yet."""
    by, at = administrator, NOW
    hours = {day: ["08:00-16:30"] for day in range(1, 6)}
    for code, openings in (
        ("office", hours),
        ("always", dict.fromkeys(range(1, 8), "00:00-24:00")),
    ):
        calendar = {"code": code, "name": code.title(), "hours": openings}
        save_calendar(spec=CalendarSpec.model_validate(calendar), by=by, at=at)
    for code in ("transportation", "parks"):
        save_agency(spec=AgencySpec(code=code, name=code.title(), calendar="office"), by=by, at=at)
    for code, agency in (("potholes", "transportation"), ("trees", "parks")):
        save_team(spec=TeamSpec(code=code, name=code.title(), agency=agency), by=by, at=at)
    repaired = OutcomeSpec(code="repaired", name="Repaired", fixed=True)
    save_outcome(spec=repaired, by=by, at=at)


@pytest.fixture
def pothole(city: None, administrator: Actor) -> Service:
    return save_service(spec=service(), by=administrator, at=NOW)
