"""What the city knows of and tells before anybody reports it: service alerts."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citycall.core import clock
from citycall.core.errors import NotFound
from citycall.knowledge import alerts as knowledge
from citycall.knowledge import opinions, queries
from citycall.knowledge.models import Opinion
from citycall.service_requests import map as request_map
from citycall.web import alerts, pace, steps, telling, visits
from citycall.web.opinion_limits import OPINIONS
from citycall.web.steps import Step


@require_safe
def all_alerts(request: HttpRequest) -> HttpResponse:
    """What is going on now?"""
    at = clock.now()
    context = {"now": at, "alerts": alerts.several(knowledge.live(at=at))}
    return render(request, "web/answers/alerts.html", context)


@require_safe
def one(request: HttpRequest, code: str) -> HttpResponse:
    """What does the city know of this, and until when?"""
    at = clock.now()
    alert = knowledge.alert(code)
    kept = telling.load(request)
    context = {
        "now": at,
        "alert": alerts.told(alert),
        "over": not alert.is_live(at),
        "articles": queries.titles(alert.articles, language=alerts.language()),
        "services": alerts.services_of(alert),
        "request_id": _shown(alert.request),
        "unfinished": _unfinished(kept),
    }
    return render(request, "web/answers/alert.html", context)


def answered_by(request: HttpRequest, code: str) -> HttpResponse:
    """This alert is what was about to be reported: it counts as answered, and no report is made.

    What was typed stays, in case the person reports it all the same.
    """
    alert = knowledge.alert(code)
    about = f"alert:{alert.code}"
    if not visits.opinion_of(request, about):
        pace.count(request, OPINIONS, "opinion")
        opinions.say_whether_it_helped(
            subject=Opinion.Subject.ALERT,
            code=alert.code,
            visitor=visits.visitor_of(request),
            helped=True,
            at=clock.now(),
        )
        visits.keep_opinion(request, about, "yes")
    messages.success(
        request, _("Thank you. The city knows of this, so no report was made. Here is the news.")
    )
    return redirect("web:alert", code=alert.code)


def _shown(request_id: int | None) -> int | None:
    """The request that deals with it, where everyone may see it."""
    if request_id is None:
        return None
    try:
        request_map.shown(request_id)
    except NotFound:
        return None
    return request_id


def _unfinished(kept: telling.Telling | None) -> dict[str, Any] | None:
    entries = alerts.offered([kept.service]) if kept is not None else []
    return {"entry": entries[0], "href": steps.address(Step.KNOWN)} if entries else None
