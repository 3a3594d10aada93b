"""A town with one service, and past requests of it to load."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from citycall.agencies.models import Agency, Team, WorkingCalendar
from citycall.catalog.models import Service
from citycall.core.actors import SYSTEM
from citycall.core.models import Event
from citycall.service_requests.actions.load import LoadReport, load_past
from citycall.service_requests.actions.load_batch import (
    PastBatch,
    past_events,
    past_reports,
    past_requests,
)
from citycall.service_requests.models import ServiceRequest

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
MADE = datetime(2019, 10, 21, 15, 49, 49, tzinfo=UTC)
ENDED = MADE + timedelta(days=2)


@dataclass(frozen=True)
class Town:
    service: int
    agency: int
    team: int


def build() -> Town:
    """The town, saved."""
    calendar = WorkingCalendar.objects.create(code="days", name="Days", definition={})
    agency = Agency.objects.create(code="streets", name="Streets", calendar=calendar)
    team = Team.objects.create(code="streets", name="Streets", agency=agency)
    service = Service.objects.create(
        code="pothole", name="Pothole", group="Streets", agency=agency, definition={}
    )
    return Town(service=service.pk, agency=agency.pk, team=team.pk)


def batch(town: Town, rows: Iterable[dict[str, Any]]) -> PastBatch:
    """One request a row, with one report; a closed one has its event."""
    rows = [
        {"status": "closed", "closed_at": ENDED, "facts": "{}", "parent_source_id": None, **row}
        for row in rows
    ]
    ended = [i for i, row in enumerate(rows) if row["closed_at"] is not None]
    return PastBatch(
        requests=past_requests(
            service_id=[town.service] * len(rows),
            agency_id=[town.agency] * len(rows),
            team_id=[town.team] * len(rows),
            requested_at=[row.get("requested_at", MADE) for row in rows],
            updated_at=[row["closed_at"] or MADE for row in rows],
            location_kind=["point"] * len(rows),
            longitude=[row.get("longitude", -76.6) for row in rows],
            latitude=[row.get("latitude", 39.3) for row in rows],
            place=[row.get("place", "") for row in rows],
            areas=[row.get("areas", []) for row in rows],
            source=["old town"] * len(rows),
            source_id=[row["id"] for row in rows],
            **{
                key: [row[key] for row in rows]
                for key in ("status", "closed_at", "facts", "parent_source_id")
            },
        ),
        reports=past_reports(
            request=np.arange(len(rows)),
            reported_at=[row.get("requested_at", MADE) for row in rows],
            channel=["phone"] * len(rows),
            words=[row.get("words", "") for row in rows],
        ),
        events=past_events(
            request=ended, kind=["closed"] * len(ended), at=[rows[i]["closed_at"] for i in ended]
        ),
    )


def load(town: Town, *rows: dict[str, Any], at: datetime = AT) -> LoadReport:
    return load_past([batch(town, rows)], by=SYSTEM, at=at)


def story(source_id: str) -> list[str]:
    """The kinds of event of one request, in the order of the log."""
    request = ServiceRequest.objects.get(source_id=source_id)
    events = Event.objects.filter(subject_kind="service_request", subject_id=request.pk)
    return list(events.order_by("id").values_list("kind", flat=True))


def worked_on(source_id: str, *, kind: str, status: str) -> None:
    """Somebody took a step here, as the actions record it."""
    request = ServiceRequest.objects.get(source_id=source_id)
    ServiceRequest.objects.filter(pk=request.pk).update(status=status)
    Event.objects.create(
        kind=kind,
        at=AT,
        actor_kind="staff",
        actor_name="Dispatcher",
        subject_kind="service_request",
        subject_id=request.pk,
        visibility="public",
        data={"status": status},
    )
