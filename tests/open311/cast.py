"""The small city with a service of each privacy, what was reported there, and who asks for it."""

import json
import xml.etree.ElementTree as ET
from datetime import datetime
from typing import Any

from django.test import Client

from citycall.catalog.actions import save_service
from citycall.catalog.specs import ServiceSpec
from citycall.core.actors import SYSTEM, resident
from citycall.places.locations import Location
from citycall.places.models import LocationKind
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.drafts import Receipt
from citycall.service_requests.models import Attachment, Channel
from tests.city import NOW, City, draft
from tests.web import town

DOOR = "/open311/v2/"
QUIET = {
    "code": "needles",
    "name": "Needles found",
    "group": "Health",
    "agency": "streets",
    "team": "cleaning",
    "outcomes": ["fixed"],
    "privacy": "hidden_location",
}
SECRET_WORDS = "My neighbour at number nine does it."
NAME, EMAIL = "Pat Doe", "pat@example.org"


def build() -> City:
    """The town of the residents' tests, with a service that hides where its work is."""
    city = town.build()
    save_service(spec=ServiceSpec.model_validate(QUIET), by=SYSTEM, at=NOW)
    return city


def sent(service: str = "pothole", *, at: datetime = NOW, **changes: Any) -> Receipt:
    """A request by a resident, told through Open311 unless said otherwise."""
    if service == "water-leak":
        changes.setdefault("answers", {"amount": "drip"})
    changes.setdefault("channel", Channel.OPEN311)
    return submit(draft(service, **changes), by=resident(), at=at)


def at_point(longitude: float, latitude: float, place: str = "") -> Location:
    """A point somewhere."""
    return Location(
        kind=LocationKind.POINT, longitude=longitude, latitude=latitude, place=place or "A corner"
    )


def public_photo(receipt: Receipt) -> Attachment:
    """A photo of the request that everyone may see."""
    return Attachment.objects.create(
        service_request_id=receipt.request_id,
        report_id=receipt.report_id,
        stage=Attachment.Stage.REPORT,
        file="a.jpg",
        thumbnail="b.jpg",
        width=10,
        height=10,
        size=100,
        public=True,
        added_at=NOW,
    )


def get(address: str, **asked: Any) -> Any:
    """What GET of an address below the door answers, read from JSON; it must be well."""
    response = answer(address, **asked)
    assert response.status_code == 200, response.content
    return json.loads(response.content)


def answer(address: str, *, headers: Any = None, **asked: Any) -> Any:
    """The answer to GET of an address below the door."""
    return Client().get(f"{DOOR}{address}", asked, headers=headers)


def xml(address: str, **asked: Any) -> ET.Element:
    """What GET of an address below the door answers, read from XML."""
    return ET.fromstring(answer(address, **asked).content)


def ids(address: str = "requests.json", **asked: Any) -> list[int]:
    """The ids in a list, in its order."""
    return [int(row["service_request_id"]) for row in get(address, **asked)]


def faults(response: Any) -> dict[int, str]:
    """The last description of each code in an answer that refuses, in JSON."""
    return {fault["code"]: fault["description"] for fault in json.loads(response.content)}
