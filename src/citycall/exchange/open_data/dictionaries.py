"""The data dictionary: what each column means, which values it has, and what is left out."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _

from citycall.exchange.open_data.columns import (
    LEFT_OUT,
    LICENSE_ADDRESS,
    LICENSE_NAME,
    Column,
    Words,
)
from citycall.exchange.open_data.formats import TOLD
from citycall.exchange.open_data.picture import Picture
from citycall.places.models import LocationKind
from citycall.service_requests.models import Channel, Status, Verification

FILE_NAME: Final = "dictionary.json"
MEDIA_TYPE: Final = "application/json"


def whole(picture: Picture) -> dict[str, Any]:
    """The dictionary of an edition with these names, as JSON has it."""
    values = _values(picture)
    return {
        "title": _("Service requests of %(city)s") % {"city": settings.CITYCALL_CITY_NAME},
        "license": {"name": str(LICENSE_NAME), "url": LICENSE_ADDRESS},
        "time_zone": settings.TIME_ZONE,
        "formats": [
            {
                "format": each.value,
                "name": str(told.name),
                "purpose": str(told.purpose),
                "media_type": told.media_type,
            }
            for each, told in TOLD.items()
        ],
        "columns": [_told(column, values.get(column.name)) for column in picture.columns],
        "left_out": [{"what": str(each.what), "why": str(each.why)} for each in LEFT_OUT],
    }


def _told(column: Column, values: Sequence[dict[str, str]] | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": column.name,
        "type": column.kind.value,
        "unit": str(column.unit),
        "description": str(column.description),
        "source": column.source,
    }
    if values is not None:
        told["values"] = values
    return told


def _values(picture: Picture) -> dict[str, list[dict[str, str]]]:
    """The values of each column that has few, with what they mean."""
    codes: dict[str, list[tuple[str, str]]] = {
        "service_code": [(each.code, each.name) for each in picture.services],
        "agency_code": [(each.code, each.name) for each in picture.agencies],
        "outcome_code": [(each.code, each.name) for each in picture.outcomes],
    }
    choices: dict[str, Iterable[tuple[str, Words]]] = {
        "status": Status.choices,
        "verification": [each for each in Verification.choices if each[0]],
        "channel": Channel.choices,
        "location_kind": LocationKind.choices,
    }
    return {
        **{name: _meanings(pairs) for name, pairs in choices.items()},
        **{name: _meanings(sorted(pairs)) for name, pairs in codes.items()},
        **{
            layer.column: [
                {"value": area.name, "code": area.code}
                for area in picture.areas
                if area.layer == layer.code
            ]
            for layer in picture.layers
        },
    }


def _meanings(pairs: Iterable[tuple[str, Words]]) -> list[dict[str, str]]:
    return [{"value": value, "meaning": str(meaning)} for value, meaning in pairs]
