"""The kinds of named places: what residents call them, and what sort of location they are."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from citycall.places.models import LocationKind

LABELS: Final[dict[str, str | Promise]] = {
    "park": _("Park"),
    "field": _("Field"),
    "court": _("Court"),
    "playground": _("Playground"),
    "entrance": _("Entrance"),
    "pavilion": _("Pavilion"),
    "garden": _("Garden"),
    "trail": _("Trail"),
    "pool": _("Pool"),
    "park_feature": _("Place in a park"),
    "landmark": _("Landmark"),
    "public_building": _("Public building"),
    "school": _("School"),
    "library": _("Library"),
    "recreation_center": _("Recreation center"),
    "station": _("Station"),
    "stop": _("Stop"),
    "pole": _("Street light"),
    "bridge": _("Bridge"),
    "public_art": _("Public art"),
    "neighborhood": _("Neighborhood"),
    "place_of_worship": _("Place of worship"),
    "hospital": _("Hospital"),
    "market": _("Market"),
}
KIND_OF: Final = {
    "pole": LocationKind.ASSET,
    "stop": LocationKind.ASSET,
    "neighborhood": LocationKind.AREA,
}
# Of places with one name, the one that problems are told of more often comes first.
WORTH: Final = {
    "neighborhood": 0.95,
    "public_art": 0.96,
    "pole": 0.97,
    "stop": 0.96,
    "entrance": 0.99,
}
SORTS: Final[dict[LocationKind, str | Promise]] = {
    LocationKind.ADDRESS: _("Street address"),
    LocationKind.INTERSECTION: _("Street corner"),
    LocationKind.SEGMENT: _("Stretch of street"),
    LocationKind.POINT: _("Point on the map"),
    LocationKind.AREA: _("Area"),
    LocationKind.LANDMARK: _("Place"),
    LocationKind.ASSET: _("Numbered thing"),
}
