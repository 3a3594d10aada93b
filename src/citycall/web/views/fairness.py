"""Are all areas served alike? What everybody may know of it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from citycall.analytics import public
from citycall.analytics.facts import area_column
from citycall.analytics.fairness import queries
from citycall.analytics.measures.names import names_of, titles
from citycall.analytics.store import store
from citycall.pages import fairness_words


@require_safe
def fairness(request: HttpRequest) -> HttpResponse:
    """How readily areas tell and how they are served, in the layer that everybody is told of."""
    response = render(request, "web/fairness.html", _told())
    response["Cache-Control"] = "public, max-age=300"
    return response


def _told() -> dict[str, Any]:
    kept = store()
    layer = public.layer(kept.facts()) if kept.version() else ""
    found = queries.found_for_all(layer) if layer else None
    if found is None:
        return {}
    by = area_column(layer)
    names = names_of(kept.facts(), by)
    return {
        **fairness_words.said(found, names),
        "layer_title": titles(kept.facts())[by],
        "smallest": public.SMALLEST,
    }
