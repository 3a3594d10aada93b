"""What the city knows of now: its live service alerts."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import BaseModel, Field

from citycall.api.conditions import conditional
from citycall.api.cursors import Listed
from citycall.api.keys import ANYBODY
from citycall.api.telling import told
from citycall.core import clock
from citycall.knowledge import alerts
from citycall.knowledge.specs import AlertSpec

router = Router(tags=["Knowledge"], auth=ANYBODY)


class AlertSearch(BaseModel):
    """Which alerts."""

    language: str = Field(
        "en", pattern="^[a-z]{2,3}(-[a-z0-9]{2,4})?$", description="Of the words, where there."
    )


class CircleOut(BaseModel):
    """Everything within so many metres of a point."""

    longitude: float
    latitude: float
    radius_m: float


class AlertOut(BaseModel):
    """Something that the city knows of, from `starts` until `ends` (null: not known yet).

    It concerns the `services` in its `areas` ("layer/code") or `circle`; without either the whole
    city.
    """

    code: str
    title: str
    words: str
    language: str
    state: str = Field(description="`known`, `crews` (on site) or `planned`.")
    starts: str
    ends: str | None
    agency: str | None
    services: list[str]
    areas: list[str]
    circle: CircleOut | None
    articles: list[str]
    request: str | None = Field(description="The `id` of the request that deals with it.")


@router.get(
    "/alerts",
    **told("list_alerts", "The service alerts of now", gives=Listed[AlertOut], conditional=True),
)
def live(request: HttpRequest, asked: Query[AlertSearch]) -> HttpResponse:
    """Known outages, planned work and the like, the latest begun first."""

    def make() -> Any:
        return {"items": [_told(each, asked.language) for each in alerts.live(at=clock.now())]}

    return conditional(request, make)


def _told(alert: AlertSpec, language: str) -> dict[str, Any]:
    title, words, spoken = alert.said(language)
    return {
        "code": alert.code,
        "title": title,
        "words": words,
        "language": spoken,
        "state": alert.state.value,
        "starts": alert.starts.isoformat(),
        "ends": alert.ends.isoformat() if alert.ends else None,
        "agency": alert.agency,
        "services": list(alert.services),
        "areas": list(alert.areas),
        "circle": alert.circle.model_dump() if alert.circle else None,
        "articles": list(alert.articles),
        "request": str(alert.request) if alert.request else None,
    }
