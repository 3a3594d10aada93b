"""Where trouble recurs: hot spots, changes of level, repeat places, new words and storms."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from citycall.citistat import maps, trouble
from citycall.citistat.around import around
from citycall.citistat.rows import request_rows
from citycall.core.actors import Actor
from citycall.pages.staff import staff_only


@require_safe
@staff_only
def places(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All that the last look found, as far as the actor may see it."""
    found = trouble.trouble(actor)
    shown = around(actor, "places") | {
        "trouble": found,
        "spots_map": maps.spots(found.places) if found else "",
        "repeats": trouble.repeats(actor),
    }
    return render(request, "citistat/places.html", shown)


@require_safe
@staff_only
def place(request: HttpRequest, actor: Actor, key: str) -> HttpResponse:
    """The requests of one hot spot, the latest first."""
    shown = around(actor, "places")
    found = trouble.cluster_for(actor, key)
    if found is None:
        raise Http404(key)
    shown |= {
        "place": found,
        "spots_map": maps.spots([found]),
        "rows": request_rows(actor, found.found.requests),
    }
    return render(request, "citistat/place.html", shown)
