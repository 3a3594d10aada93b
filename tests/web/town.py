"""The small city with what the residents' pages need besides: questions, places, a boundary."""

import json

from citycall.catalog.actions import save_service
from citycall.catalog.specs import ServiceSpec
from citycall.core.actors import SYSTEM
from citycall.places.actions.gazetteer import load_places
from citycall.places.actions.layers import load_layer
from citycall.places.models import AreaLayer
from tests import city as small_city
from tests.city import NOW, City

# A square around the city's middle, and the county east of it.
CITY = [-76.70, 39.20, -76.50, 39.40]
COUNTY = [-76.50, 39.20, -76.30, 39.40]

LAMP = {
    "code": "lamp-out",
    "name": "Street light out",
    "group": "Lights",
    "description": "A street light that is dark, blinking or on by day.",
    "keywords": ["lamp", "dark", "lantern"],
    "agency": "streets",
    "team": "paving",
    "target": {"amount": 3, "unit": "days", "clock": "business"},
    "outcomes": ["fixed", "not-found"],
    "questions": [
        {
            "code": "wires",
            "text": "Do wires hang down or sparks fly?",
            "datatype": "singlevaluelist",
            "required": True,
            "choices": [{"key": "yes", "name": "Yes"}, {"key": "no", "name": "No"}],
            "stops": [
                {
                    "when": ["yes"],
                    "kind": "emergency",
                    "text": "Stay away from the wires and call 911.",
                }
            ],
        },
        {
            "code": "lights",
            "text": "How many lights are out?",
            "datatype": "singlevaluelist",
            "required": True,
            "choices": [{"key": "one", "name": "One"}, {"key": "many", "name": "More than one"}],
        },
        {
            "code": "pole",
            "text": "What is the number on the pole?",
            "help": "On a small plate at eye level.",
            "only_if": [{"question": "lights", "equals": "one"}],
        },
        {
            "code": "blocks",
            "text": "How many blocks are dark?",
            "datatype": "number",
            "required": True,
            "only_if": [{"question": "lights", "equals": "many"}],
        },
    ],
}
QUICK = {
    "code": "dead-tree",
    "name": "Dead tree in a park",
    "group": "Parks",
    "keywords": ["branch", "wood"],
    "agency": "streets",
    "team": "cleaning",
    "contact": "not_asked",
    "outcomes": ["fixed"],
}
PLACES = [
    {
        "kind": "field",
        "code": "hoopers-field",
        "name": "Hooper's Field",
        "parent": "Herring Run Park",
        "longitude": -76.58,
        "latitude": 39.32,
    },
    {
        "kind": "park",
        "code": "herring-run",
        "name": "Herring Run Park",
        "longitude": -76.585,
        "latitude": 39.325,
    },
]


def build() -> City:
    """The small city, with these services and places in it."""
    city = small_city.build()
    for spec in (LAMP, QUICK):
        save_service(spec=ServiceSpec.model_validate(spec), by=SYSTEM, at=NOW)
    load_places(rows=PLACES, by=SYSTEM, at=NOW)
    return city


def draw_boundary() -> None:
    """Load the city's boundary and its neighbor, whose telephone number is known."""
    for code, name, kind, box, more in (
        ("boundary", "Port Calder", AreaLayer.Kind.BOUNDARY, CITY, {}),
        ("county", "Calder County", AreaLayer.Kind.NEIGHBOR, COUNTY, {"phone": "410-555-0199"}),
    ):
        load_layer(
            code=code,
            name=name,
            kind=kind,
            content=json.dumps(_collection(code, name, box, more)).encode(),
            by=SYSTEM,
            at=NOW,
            code_property="code",
            name_property="name",
        )


def _collection(code: str, name: str, box: list[float], more: dict[str, str]) -> dict[str, object]:
    west, south, east, north = box
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    feature = {
        "type": "Feature",
        "properties": {"code": code, "name": name, **more},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    return {"type": "FeatureCollection", "features": [feature]}
