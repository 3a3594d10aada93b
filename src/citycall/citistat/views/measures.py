"""What each number means, what it was, by anything, and the requests behind it."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from citycall.analytics.measures.asked import Asked, read
from citycall.analytics.measures.book import MEASURES
from citycall.analytics.measures.listing import behind
from citycall.analytics.measures.measure import Measure
from citycall.analytics.store import store
from citycall.citistat import ask_form, downloads, measure_page
from citycall.citistat.around import around
from citycall.citistat.rows import request_rows
from citycall.core.actors import Actor
from citycall.pages.staff import staff_only


@require_safe
@staff_only
def index(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every measure with its definition."""
    shown = around(actor, "measures") | {"measures": MEASURES.values()}
    return render(request, "citistat/measures.html", shown)


@require_safe
@staff_only
def measure(request: HttpRequest, actor: Actor, name: str) -> HttpResponse:
    """One measure as a page, or as a file where ``format`` asks for one."""
    chosen = _measure(name)
    facts = store().facts()
    asked = read(request.GET, measure=name, facts=facts, actor=actor)
    wanted = request.GET.get("format", "")
    # A file says nothing of what was not understood, so there is none.
    if wanted and not asked.faults and not asked.beyond:
        return downloads.answered(asked, facts, wanted)
    shown = around(actor, "measures") | _page(chosen, asked, actor)
    return render(request, "citistat/measure.html", shown, status=422 if asked.faults else 200)


def _page(chosen: Measure, asked: Asked, actor: Actor) -> dict[str, Any]:
    facts = store().facts()
    narrowing = ask_form.narrowing(asked, facts, actor)
    told = {
        "measure": chosen,
        "measures": MEASURES.values(),
        "asked": asked,
        "last_day": measure_page.last_day(asked),
        "by": ask_form.by(asked, facts),
        "periods": ask_form.periods(asked),
        "narrowing": narrowing,
        "faults": ask_form.faults(asked.faults, narrowing),
    }
    if asked.beyond:
        return told
    return told | {
        "shown": measure_page.shown(asked, facts),
        "query": asked.query(),
        "keep_query": asked.rolling_query(),
        "formats": downloads.FORMATS,
    }


@require_safe
@staff_only
def requests(request: HttpRequest, actor: Actor, name: str) -> HttpResponse:
    """The requests that a number counts, the newest first, a page at a time."""
    chosen = _measure(name)
    facts = store().facts()
    asked = read(request.GET, measure=name, facts=facts, actor=actor)
    before = request.GET.get("before", "")
    if before and not (before.isascii() and before.isdigit() and len(before) < 19):
        raise Http404(before)
    if asked.faults or asked.beyond:
        shown = around(actor, "measures") | _page(chosen, asked, actor)
        return render(request, "citistat/measure.html", shown, status=422 if asked.faults else 200)
    ids: list[int] = []
    more = False
    if chosen.has_requests:
        ids, more = behind(asked.question(), facts, before=int(before) if before else None)
    shown = around(actor, "measures") | {
        "measure": chosen,
        "asked": asked,
        "last_day": measure_page.last_day(asked),
        "rows": request_rows(actor, ids),
        "query": asked.query(),
        "before": ids[-1] if more else None,
    }
    return render(request, "citistat/requests.html", shown)


def _measure(name: str) -> Measure:
    try:
        return MEASURES[name]
    except KeyError:
        raise Http404(name) from None
