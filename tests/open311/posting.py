"""What the tests of writing share: addresses, keys, a service that asks much, and answers read."""

import io
import json
from typing import Any
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring
from django.test import Client
from PIL import Image

from citycall.accounts.actions import issue_key
from citycall.catalog.actions import save_service
from citycall.catalog.specs import ServiceSpec
from citycall.core.actors import SYSTEM
from citycall.service_requests.policies import SUBMIT_SCOPE
from tests.city import NOW

BASE = "/open311/v2"
POST = f"{BASE}/requests.json"

POINT = {"lat": "39.29", "long": "-76.6"}
GOOD = {"service_code": "pothole", **POINT, "description": "A deep hole."}
ASKING = {
    "code": "tree",
    "name": "Tree down",
    "group": "Parks",
    "agency": "streets",
    "team": "cleaning",
    "outcomes": ["fixed"],
    "questions": [
        {
            "code": "size",
            "text": "How large is it?",
            "datatype": "singlevaluelist",
            "required": True,
            "choices": [{"key": "small", "name": "Small"}, {"key": "large", "name": "Large"}],
        },
        {
            "code": "blocks",
            "text": "What does it block?",
            "datatype": "multivaluelist",
            "choices": [
                {"key": "lane", "name": "A lane"},
                {"key": "walk", "name": "The sidewalk"},
                {"key": "door", "name": "A door"},
            ],
        },
        {
            "code": "height",
            "text": "How high is it, in metres?",
            "datatype": "number",
            "required": True,
            "only_if": [{"question": "size", "equals": "large"}],
        },
        {"code": "seen", "text": "When did you see it?", "datatype": "datetime"},
    ],
}


def new_key(*scopes: str, agency_id: int | None = None, name: str = "An app") -> str:
    """The secret of a new key that may report, or do what is said."""
    made = issue_key(
        name=name, scopes=scopes or (SUBMIT_SCOPE,), by=SYSTEM, at=NOW, agency_id=agency_id
    )
    return made[1]


def offer(document: dict[str, Any] = ASKING, **changes: Any) -> None:
    """Offer one more service."""
    save_service(spec=ServiceSpec.model_validate({**document, **changes}), by=SYSTEM, at=NOW)


def post(key: str, data: Any = None, **more: Any) -> Any:
    """POST a form with ``more`` in it, good unless ``data`` is another one."""
    told = GOOD if data is None else data
    return Client().post(POST, {"api_key": key, **told, **more})


def post_form(key: str, body: str) -> Any:
    """POST exactly these pairs after the key, as ``application/x-www-form-urlencoded``."""
    kind = "application/x-www-form-urlencoded"
    return Client().post(POST, f"api_key={key}&{body}", content_type=kind)


def taken(answer: Any) -> dict[str, Any]:
    """The one request of an answer that took it."""
    assert answer.status_code == 200, answer.content
    made: list[dict[str, Any]] = json.loads(answer.content)
    (row,) = made
    return row


def faults(answer: Any) -> list[str]:
    """The sentences of an answer that refused."""
    assert answer.status_code >= 400, answer.content
    return [fault["description"] for fault in json.loads(answer.content)]


def xml(answer: Any) -> Element:
    """An answer in XML, parsed."""
    assert answer["Content-Type"] == "text/xml; charset=utf-8"
    root: Element = fromstring(answer.content)
    return root


def picture(color: str = "red", name: str = "hole.png") -> io.BytesIO:
    """A small picture as a browser would upload it."""
    content = io.BytesIO()
    Image.new("RGB", (40, 30), color).save(content, "PNG")
    content.seek(0)
    content.name = name
    return content
