"""ArcGIS: the city's own locators, or the provider's for the world; ``findAddressCandidates``."""

import json
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field

from citycall.places.models import LocationKind
from citycall.places.outside import findings
from citycall.places.outside.findings import Find, Misread, Question
from citycall.places.outside.shapes import Shape, Spot, Text

_KINDS = {
    "SubAddress": (LocationKind.ADDRESS, findings.AT_THE_DOOR_M),
    "PointAddress": (LocationKind.ADDRESS, findings.AT_THE_DOOR_M),
    "Parcel": (LocationKind.ADDRESS, findings.AT_THE_DOOR_M),
    "StreetAddress": (LocationKind.ADDRESS, findings.ALONG_THE_BLOCK_M),
    "StreetAddressExt": (LocationKind.ADDRESS, findings.GROUNDS_M),
    "StreetInt": (LocationKind.INTERSECTION, findings.AT_THE_DOOR_M),
    "StreetMidBlock": (LocationKind.SEGMENT, findings.GROUNDS_M),
    "StreetBetween": (LocationKind.SEGMENT, findings.GROUNDS_M),
    "StreetName": (LocationKind.SEGMENT, findings.STREET_M),
    "POI": (LocationKind.LANDMARK, findings.GROUNDS_M),
}
_WGS84 = 4326


class _Attributes(Shape):
    Addr_type: Text = ""
    PlaceName: Text | None = ""


class _Candidate(Shape):
    address: Text
    location: Spot
    score: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)] = 0.0
    attributes: _Attributes = _Attributes()


class ArcGIS:
    """See https://developers.arcgis.com/rest/geocode/api-reference/overview-world-geocoding-service.htm."""

    attribution = "Esri"
    path = "/findAddressCandidates"

    def parameters(self, question: Question) -> dict[str, str]:
        """The words, within the box and rather near its middle.

        A chosen place is kept with its report, so answers that may be stored are asked for.
        """
        asked = {
            "SingleLine": question.words,
            "f": "json",
            "outFields": "Addr_type,PlaceName",
            "outSR": str(_WGS84),
            "maxLocations": str(question.limit),
            "forStorage": "true",
        }
        if question.box:
            asked |= _within(question.box)
        if question.key:
            asked["token"] = question.key
        return asked

    def finds(self, answer: Any) -> Iterator[Find]:
        """Its places of the kinds that a report can point at. A fault comes with status 200."""
        if isinstance(answer, dict) and "error" in answer:
            fault = answer["error"]
            code = fault.get("code") if isinstance(fault, dict) else None
            raise Misread(f"fault {code if isinstance(code, int) else 'without a number'}")
        for found in findings.records(findings.member(answer, "candidates"), _Candidate):
            if found.attributes.Addr_type not in _KINDS:
                continue
            kind, accuracy_m = _KINDS[found.attributes.Addr_type]
            name = found.attributes.PlaceName or ""
            label = found.address if found.address.startswith(name) else f"{name}, {found.address}"
            yield Find(
                kind=kind,
                code=f"{found.location.x:.6f},{found.location.y:.6f}",
                label=label,
                longitude=found.location.x,
                latitude=found.location.y,
                accuracy_m=accuracy_m,
                quality=found.score / 100,
            )


def _within(box: findings.Box) -> dict[str, str]:
    longitude, latitude = box.middle
    reference = {"wkid": _WGS84}
    # A city's locator may think in state plane feet, so the degrees say what they are.
    extent = {"xmin": box.west, "ymin": box.south, "xmax": box.east, "ymax": box.north}
    return {
        "searchExtent": json.dumps({**extent, "spatialReference": reference}),
        "location": json.dumps({"x": longitude, "y": latitude, "spatialReference": reference}),
    }
