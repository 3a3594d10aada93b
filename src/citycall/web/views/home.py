"""The start page, the services, and the texts on privacy and accessibility."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from citycall.assistant.finding import search_words, services_for
from citycall.catalog.queries import catalog
from citycall.catalog.snapshot import UnknownService
from citycall.catalog.targets import describe
from citycall.core import clock
from citycall.knowledge import alerts as knowledge_alerts
from citycall.knowledge.queries import of_service as articles_of_service
from citycall.pages.language import same_page
from citycall.service_requests.popular import most_used
from citycall.web import alerts, dangers, outlook, visits
from citycall.web.accessibility import statement
from citycall.web.forms import TrackForm
from citycall.web.found import topics

_SECONDS_AN_HOUR = 3_600
_HOURS_OF_TWO_DAYS = 48
MOST_POPULAR = 3


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What can I do here?"""
    at = clock.now()
    context = {
        "groups": service_groups,
        "edition": catalog().edition,
        "something_else": catalog().something_else,
        "track": TrackForm(typed={}),
        "own": bool(visits.own_reports(request)),
        "popular": most_used(MOST_POPULAR),
        "topics": topics(),
        "now": at,
        **alerts.now(at=at),
    }
    return render(request, "web/home.html", context)


@require_safe
def services(request: HttpRequest) -> HttpResponse:
    """What can I ask for? With words, the services that they may mean."""
    words = request.GET.get("q", "")[:200]
    if stopped := dangers.search_stopped(request, words):
        return stopped
    found = services_for(words, catalog())
    context = {
        "words": words,
        "found": found,
        "groups": service_groups,
        "edition": catalog().edition,
        "something_else": catalog().something_else,
    }
    return render(request, "web/services.html", context)


@require_safe
def service(request: HttpRequest, code: str) -> HttpResponse:
    """What does the city do about this, how fast, and how do I report it?"""
    entry = catalog().service(code)
    if not entry.active:
        raise UnknownService(_("This service is no longer offered. Please choose another."))
    spec = entry.spec
    at = clock.now()
    context = {
        "now": at,
        "alerts": alerts.several(knowledge_alerts.about_service(code, at=at)),
        "articles": articles_of_service(code, language=alerts.language()),
        "entry": entry,
        "agency": catalog().agency(entry.agency_id),
        "promise": describe(spec.target) if spec.target else "",
        "lately": outlook.lately(entry.id),
        "others": [o for o in catalog().services if o.spec.group == spec.group and o is not entry],
    }
    return render(request, "web/service.html", context)


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What happens to what I tell you?"""
    hours = round(settings.SESSION_COOKIE_AGE / _SECONDS_AN_HOUR)
    if hours < _HOURS_OF_TWO_DAYS:
        remembered = ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    else:
        days = round(hours / 24)
        remembered = ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
    return render(request, "web/privacy.html", {"remembered": remembered})


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """Can I use this?"""
    return render(request, "web/accessibility.html", statement())


@require_safe
def languages(request: HttpRequest) -> HttpResponse:
    """Can I use this in my language?"""
    offered = [(code, name, same_page(request, code)) for code, name in settings.LANGUAGES]
    return render(request, "web/languages.html", {"offered": offered})


@require_POST
def forget(request: HttpRequest) -> HttpResponse:
    """Make this browser forget the reports made from it."""
    visits.forget(request)
    messages.success(request, _("This device no longer remembers your reports."))
    response = redirect("web:home")
    # Reports that wait to be sent are the browser's own to forget.
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


def service_groups() -> list[dict[str, Any]]:
    """The groups with their services and an anchor, for a list with headings."""
    book = catalog()
    return [
        {
            "name": group.name,
            "anchor": slugify(group.name, allow_unicode=True),
            "services": [
                {"entry": entry, "search": search_words(entry, book)} for entry in group.services
            ],
        }
        for group in book.groups
    ]
