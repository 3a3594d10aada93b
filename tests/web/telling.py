"""Telling the city about a problem with the test client, page by page."""

import io
import re
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from citycall.core import numbers

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

LAMP = {"answers.wires": "no", "asked": "wires"}
WHERE = {"place": "1200 Harbor Street", "latitude": "39.29", "longitude": "-76.6", "accuracy": "9"}
DETAILS = {"answers.lights": "one", "answers.pole": "", "asked": ["lights", "pole"]}


def choose(client: Client, service: str, **more: str) -> "Answer":
    """The first step."""
    return client.post("/report", {"service": service, **more})


def send(client: Client, step: str, data: dict[str, Any] | None = None) -> "Answer":
    """One step's form, with the key of the report that is being told."""
    key = client.session.get("telling", {}).get("key", "")
    return client.post(f"/report/{step}", {"told": key, **(data or {})})


def walk_to_review(client: Client, **contact: str) -> "Answer":
    """A street light at Harbor Street, up to the last page."""
    choose(client, "lamp-out")
    send(client, "safety", LAMP)
    send(client, "where", WHERE)
    send(client, "details", {**DETAILS, "words": "It is dark here."})
    if client.session["telling"]["done"][-1] != "details":
        raise AssertionError(client.session["telling"])
    send(client, "known", {"go": "on"})
    send(client, "contact", contact)
    return client.get("/report/review")


def seen(page: "Answer") -> dict[str, str]:
    """What the last page's form sends."""
    text = page.content.decode()
    return {
        name: re.search(rf'name="{name}" value="([^"]+)"', text)[1]  # type: ignore[index]
        for name in ("told", "seen")
    }


def report(client: Client, **contact: str) -> int:
    """Tell and send; returns the confirmation number."""
    answer = client.post("/report/review", seen(walk_to_review(client, **contact)))
    assert answer.status_code == 302, answer.content
    return number_of(answer)


def number_of(answer: "Answer") -> int:
    """The number that a redirect leads to."""
    return numbers.read(answer["Location"].removeprefix("/r/"))


def picture(color: str = "red") -> SimpleUploadedFile:
    """A small photo."""
    out = io.BytesIO()
    Image.new("RGB", (40, 30), color).save(out, "PNG")
    return SimpleUploadedFile(f"{color}.png", out.getvalue(), content_type="image/png")
