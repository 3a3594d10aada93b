"""What every page's template knows without its view saying so."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import is_valid_path
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise
Link = tuple[str, Text]

RESIDENT_LINKS: tuple[Link, ...] = (
    ("/report", _("Report a problem")),
    ("/track", _("Track a request")),
    ("/nearby", _("Near you")),
    ("/services", _("Services")),
    ("/answers", _("Answers")),
    ("/me", _("My reports")),
)
STAFF_LINKS: tuple[Link, ...] = (
    ("/console", _("Calls")),
    ("/agency", _("Requests")),
    ("/citistat", _("CitiStat")),
    ("/manage", _("Manage")),
)
FOOTER_LINKS: tuple[Link, ...] = (
    ("/accessibility", _("Accessibility")),
    ("/privacy", _("Privacy")),
    ("/languages", _("Languages")),
    ("/performance", _("How the city does")),
    ("/open-data", _("Open data")),
    ("/developers", _("Developers")),
)
SIGN_OUT_URL = "/sign-out"
# The installable app and the page for reporting without a connection.
APP_MANIFEST, SERVICE_WORKER = "/app.webmanifest", "/service-worker.js"
OFFLINE_PAGE = "/report/offline"


def page(request: HttpRequest) -> dict[str, Any]:
    """Names and links for ``base.html``; runs no query.

    Links come from the settings ``CITYCALL_RESIDENT_LINKS``, ``CITYCALL_STAFF_LINKS`` and
    ``CITYCALL_FOOTER_LINKS``, pairs of address and text. One whose page this site does not
    have is left out. A view overrides any of them by passing the same name. ``is_staff`` is
    worked out, with a query, only in a template that asks for it.
    """
    return {
        "city_name": getattr(settings, "CITYCALL_CITY_NAME", "CityCall"),
        "public_url": getattr(settings, "PUBLIC_URL", ""),
        "emergency_number": getattr(settings, "CITYCALL_EMERGENCY_NUMBER", "911"),
        "resident_links": _links("CITYCALL_RESIDENT_LINKS", RESIDENT_LINKS),
        "staff_links": _links("CITYCALL_STAFF_LINKS", STAFF_LINKS),
        "footer_links": _links("CITYCALL_FOOTER_LINKS", FOOTER_LINKS),
        "app_manifest": _existing(APP_MANIFEST),
        "app_worker": _existing(SERVICE_WORKER),
        "app_queue": _existing(OFFLINE_PAGE),
        "sign_out_url": _existing(getattr(settings, "CITYCALL_SIGN_OUT_URL", SIGN_OUT_URL)),
        "is_staff": lambda: _is_staff(request),
    }


def _links(setting: str, default: Sequence[Link]) -> list[Link]:
    links: Sequence[Link] = getattr(settings, setting, default)
    return [(address, text) for address, text in links if _existing(address)]


def _existing(address: str) -> str:
    if not address.startswith("/"):
        return address
    return address if _has_page(address, settings.ROOT_URLCONF) else ""


@lru_cache(maxsize=256)
def _has_page(address: str, urlconf: str) -> bool:
    return bool(is_valid_path(address, urlconf))


def _is_staff(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return user is not None and user.is_authenticated and user.memberships.exists()
