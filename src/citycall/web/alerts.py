"""Service alerts as the residents' pages tell them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from citycall.catalog.queries import ServiceEntry, UnknownService, catalog
from citycall.core import clock, phrases
from citycall.core.errors import Faults
from citycall.knowledge import alerts
from citycall.knowledge.specs import AlertSpec, AlertState
from citycall.web.telling import Telling

MOST_SHOWN: Final = 3
_STATES: Final = {
    AlertState.KNOWN: _("The city knows of this"),
    AlertState.CREWS: _("Crews are on site"),
    AlertState.PLANNED: _("Planned work"),
}


def language() -> str:
    """The reader's language."""
    return phrases.spoken()


def told(alert: AlertSpec) -> dict[str, Any]:
    """An alert for a template; ``lang`` is empty where it is in the page's own language."""
    title, words, spoken = alert.said(language())
    return {
        "code": alert.code,
        "href": reverse("web:alert", args=[alert.code]),
        "title": title,
        "words": words,
        "lang": "" if spoken in {language(), language().partition("-")[0]} else spoken,
        "state": _STATES[alert.state],
        "starts": alert.starts,
        "ends": alert.ends,
    }


def several(found: Iterable[AlertSpec]) -> list[dict[str, Any]]:
    """Alerts for a template."""
    return [told(alert) for alert in found]


def now(*, at: datetime) -> dict[str, Any]:
    """The latest live alerts for a page, and whether there are more."""
    live = alerts.live(at=at)
    return {"alerts": several(live[:MOST_SHOWN]), "more_alerts": len(live) > MOST_SHOWN}


def services_of(alert: AlertSpec) -> list[ServiceEntry]:
    """The offered services that an alert names."""
    return offered(alert.services)


def offered(codes: Iterable[str]) -> list[ServiceEntry]:
    """The services with these codes that can be asked for."""
    found = []
    for code in codes:
        try:
            entry = catalog().service(code)
        except UnknownService:
            continue
        if entry.active:
            found.append(entry)
    return found


def answering(telling: Telling) -> list[AlertSpec]:
    """The live alerts that may be what is being reported; none while its place cannot be one."""
    try:
        location = telling.location()
    except Faults:
        return []
    if location is None:
        return []
    return alerts.answering(telling.service, location.point, at=clock.now())
