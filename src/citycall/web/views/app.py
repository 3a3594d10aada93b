"""The installable app: its manifest, and the service worker that keeps the page for no network."""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, get_language_bidi, get_language_info
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citycall import pages
from citycall.pages.templatetags.citycall_pages import USWDS

BLUE, WHITE = "#1a4480", "#ffffff"
# What the page for reporting without a network needs: without one of these it is not kept.
_FILES = (
    "citycall/pages.css",
    "citycall/pages.js",
    "citycall/app.js",
    "citycall/device.js",
    "citycall/favicon.svg",
    f"{USWDS}/uswds.css",
    f"{USWDS}/uswds.js",
    f"{USWDS}/icons.svg",
    f"{USWDS}/woff2/PublicSans-Regular.woff2",
    f"{USWDS}/woff2/PublicSans-Bold.woff2",
    "web/web.css",
    "web/questions.js",
    "web/offline/queue.js",
    "web/offline/photos.js",
    "web/offline/emergencies.js",
    "web/offline/emergencies.json",
    "web/offline/form.js",
    "web/offline/list.js",
    "web/offline/page.js",
)
# The first part of the residents' addresses, of which that page is shown without a network.
_DOORS = ("", "report", "services", "track", "nearby", "r", "me", "answers", "book", "here")


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone needs to know to put the site beside its apps."""
    told = {
        "id": "/",
        "name": _("%(city)s 311") % {"city": settings.CITYCALL_CITY_NAME},
        "short_name": "311",
        "description": _("Report a problem to the city and follow what becomes of it."),
        "lang": get_language(),
        "dir": "rtl" if get_language_bidi() else "ltr",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "theme_color": BLUE,
        "background_color": WHITE,
        "categories": ["government", "utilities"],
        "icons": _icons(),
        "shortcuts": [
            {"name": name, "url": reverse(f"web:{view}"), "icons": _icons()[:1]}
            for name, view in (
                (_("Report a problem"), "report"),
                (_("Report without a connection"), "report-offline"),
                (_("Track a request"), "track"),
                (_("Near you"), "nearby"),
            )
        ],
        "share_target": {
            "action": reverse("web:report-share"),
            "method": "POST",
            "enctype": "multipart/form-data",
            "params": {"text": "words", "files": [{"name": "photos", "accept": ["image/*"]}]},
        },
    }
    response = HttpResponse(json.dumps(told), content_type="application/manifest+json")
    response.headers["Cache-Control"] = "no-cache"
    return response


def _icons() -> list[dict[str, str]]:
    return [
        {
            "src": static(f"citycall/{name}.png"),
            "sizes": f"{side}x{side}",
            "type": "image/png",
            "purpose": purpose,
        }
        for name, side, purpose in (
            ("icon-192", 192, "any"),
            ("icon-512", 512, "any"),
            ("icon-maskable", 512, "maskable"),
        )
    ]


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The service worker; another text, and so a new worker, as soon as one of its files changes.

    It stands at the root, so that it may look after the whole site.
    """
    told = _settings()
    scripts = ", ".join(
        json.dumps(static(name))
        for name in ("citycall/device.js", "web/offline/queue.js", "web/offline/worker.js")
    )
    version = hashlib.sha256(f"{told}{scripts}".encode()).hexdigest()[:16]
    known = json.dumps({**told, "version": version})
    script = f"self.CITYCALL = {known};\nimportScripts({scripts});\n"
    response = HttpResponse(script, content_type="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response


def _settings() -> dict[str, Any]:
    """What the worker has to know."""
    return {
        "page": reverse("web:report-offline"),
        "send": reverse("web:report-offline-send"),
        "share": reverse("web:report-share"),
        "files": [static(name) for name in _FILES],
        "pictures": [static(name) for name in (*_pictures(), *_other_direction())],
        "doors": list(_DOORS),
        "icon": static("citycall/icon-192.png"),
        "badge": static("citycall/badge.png"),
    }


@cache
def _pictures() -> tuple[str, ...]:
    """The small drawings that the design system's style sheet names."""
    folder = Path(pages.__file__).parent / "static" / USWDS / "svg"
    return tuple(sorted(f"{USWDS}/svg/{path.name}" for path in folder.glob("*.svg")))


def _other_direction() -> tuple[str, ...]:
    written = (get_language_info(code) for code, _name in settings.LANGUAGES)
    return (f"{USWDS}/uswds.rtl.css",) if any(each["bidi"] for each in written) else ()
