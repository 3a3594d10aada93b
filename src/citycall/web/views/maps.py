"""The city's map for the browser: tiles and styles, and what is at or near a place, in JSON."""

import gzip
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from citycall.pages import map_style
from citycall.pages.map_style import Theme
from citycall.places import tile_store

TILE: Final = "application/vnd.mapbox-vector-tile"
# A version's tiles never change.
FOR_EVER: Final = "public, max-age=31536000, immutable"
# Another web machine may have the newer map already; its tiles must not be taken for these.
FOR_A_MINUTE: Final = "public, max-age=60"


@require_safe
def tile(request: HttpRequest, version: str, zoom: int, column: int, row: int) -> HttpResponse:
    """One tile of the city's map, gzip-encoded; 204 where it is empty, 404 where there is none.

    Asked for a version that this machine no longer or not yet has, it gives its present one.
    Reads neither session nor database.
    """
    tiles = tile_store.current()
    if tiles is None or not tiles.holds(zoom, column, row):
        raise Http404
    data = tiles.tile(zoom, column, row)
    response = HttpResponse(status=204) if data is None else _encoded(request, data)
    response["Cache-Control"] = FOR_EVER if version == tiles.version else FOR_A_MINUTE
    return response


def _encoded(request: HttpRequest, data: bytes) -> HttpResponse:
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        response = HttpResponse(data, content_type=TILE, headers={"Content-Encoding": "gzip"})
    else:
        response = HttpResponse(gzip.decompress(data), content_type=TILE)
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


@require_safe
@cache_control(public=True, max_age=60)
def style(request: HttpRequest, theme: Theme) -> HttpResponse:
    """How the map is drawn by day or by night; 404 where no map was built."""
    tiles = tile_store.current()
    if tiles is None:
        raise Http404
    told: dict[str, Any] = map_style.style(theme, tiles)
    return JsonResponse(told, json_dumps_params={"separators": (",", ":")})
