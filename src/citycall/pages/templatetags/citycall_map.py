"""The box of a map: what ``static/citycall/map/map.js`` needs to know to open it."""

import json
from typing import Any, Final

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from citycall.places import tile_store

register = template.Library()

MAPLIBRE: Final = "citycall/vendor/maplibre-gl-6.17.0"
STARTER: Final = "citycall/map/start.js"
# So close that the houses on either side of a street are told from each other.
POINT_ZOOM: Final = 16.5


@register.inclusion_tag("pages/map.html")
def city_map(
    label: str,
    longitude: float | str | None = None,
    latitude: float | str | None = None,
    *,
    opens: bool = False,
    name: str = "",
) -> dict[str, Any]:
    """A map, closed until a script opens it; nothing at all where the city has no map.

    ``label`` says what it shows; the point is where it looks first. ``opens``: the starter script
    (``map_starter``) opens it when it is seen and marks the point; otherwise the page's own script
    does. ``name`` is the value of its ``data-map-name``.
    """
    if not has_map():
        return {"config": None}
    point = None if longitude in (None, "") or latitude in (None, "") else (longitude, latitude)
    return {
        "config": json.dumps({**_config(label), "point": point and [float(c) for c in point]}),
        "opens": opens,
        "name": name,
    }


@register.simple_tag
def map_starter() -> SafeString:
    """The script that opens the page's maps of one place."""
    return format_html('<script type="module" src="{}"></script>', static(STARTER))


@register.simple_tag
def has_map() -> bool:
    """Whether there is a map to show: the city's own, or the style that a setting names."""
    return bool(settings.CITYCALL_MAP_STYLE_URL) or tile_store.current() is not None


def _config(label: str) -> dict[str, Any]:
    tiles = tile_store.current()
    outside = settings.CITYCALL_MAP_STYLE_URL
    return {
        "module": static("citycall/map/map.js"),
        "library": static(f"{MAPLIBRE}/maplibre-gl.mjs"),
        "libraryStyle": static(f"{MAPLIBRE}/maplibre-gl.css"),
        "styles": {
            theme: outside or reverse(f"web:map-style-{theme}") for theme in ("light", "dark")
        },
        "view": [*tiles.view] if tiles else None,
        "middle": None if tiles else _middle(),
        "zoom": POINT_ZOOM,
        "label": label,
        "words": _words(),
    }


def _words() -> dict[str, Any]:
    return {
        "loading": _("The map is loading …"),
        "unavailable": _(
            "The map cannot be shown in this browser. You do not need it: use the words instead."
        ),
        "pin": _("Pin on the map. The arrow keys move it; with Shift they move it further."),
        "pinRole": _("movable pin"),
        "map": {
            "AttributionControl.ToggleAttribution": _("Who made the map"),
            "CooperativeGesturesHandler.WindowsHelpText": _("Hold Ctrl and scroll to zoom the map"),
            "CooperativeGesturesHandler.MacHelpText": _("Hold ⌘ and scroll to zoom the map"),
            "CooperativeGesturesHandler.MobileHelpText": _("Use two fingers to move the map"),
            "Map.Title": _("Map"),
            "Marker.Title": _("Mark on the map"),
            "NavigationControl.ZoomIn": _("Zoom in"),
            "NavigationControl.ZoomOut": _("Zoom out"),
        },
    }


def _middle() -> tuple[float, float]:
    """The middle of the city, for a map of somebody else's."""
    # Here, so that the furniture can be shown without the rooms beneath it.
    from citycall.places.queries import areas

    return areas().middle or (0.0, 0.0)
