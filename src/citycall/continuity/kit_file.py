"""One HTML file for one laptop: opened from the disk, it works without any network."""

import base64
import gzip
import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import mark_safe

from citycall.continuity.actions.make import MadeKit
from citycall.continuity.content import content, languages
from citycall.core import numbers

_STYLE: Final = "continuity/kit.css"
# The residents' page hears danger without a connection too: it is the same script here.
_SCRIPTS: Final = (
    "web/offline/emergencies.js",
    "continuity/places.js",
    "continuity/store.js",
    "continuity/combo.js",
    "continuity/questions.js",
    "continuity/form.js",
    "continuity/lists.js",
    "continuity/kit.js",
)


def kit_files(kits: Iterable[MadeKit], *, at: datetime) -> Iterator[tuple[str, bytes]]:
    """The name and content of each kit's file. The catalog and gazetteer are read once."""
    known = content(at=at)
    for made in kits:
        yield f"citycall-{made.kit.code}.html", kit_html(made, known).encode()


def kit_html(made: MadeKit, known: dict[str, Any]) -> str:
    """The page of one kit, with all that it needs inside."""
    kit = made.kit
    own = {
        "code": kit.code,
        "made": kit.made_at.isoformat(),
        "ends": kit.ends_at.isoformat(),
        "numbers": [numbers.show(number) for number in made.numbers],
    }
    style, script = _asset(_STYLE), "\n".join(map(_asset, _SCRIPTS))
    # Both stand in the page as they are, since the policy names their digests: they are ours.
    context = {
        "kit": kit,
        "city_name": settings.CITYCALL_CITY_NAME,
        "first": languages()[0],
        "policy": mark_safe(_policy(style, script)),  # noqa: S308
        "style": mark_safe(style),  # noqa: S308
        "script": mark_safe(script),  # noqa: S308
        "data": _packed({**known, **own}),
    }
    with translation.override(settings.LANGUAGE_CODE):
        return render_to_string("continuity/kit.html", context)


def _packed(data: dict[str, Any]) -> str:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()


def _policy(style: str, script: str) -> str:
    """Nothing may be loaded or sent, and nothing runs but what was put in."""
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src '{_digest(script)}'",
            f"style-src '{_digest(style)}'",
            "img-src data:",
            "connect-src 'none'",
            "form-action 'none'",
            "base-uri 'none'",
        ]
    )


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


@cache
def _asset(name: str) -> str:
    found = finders.find(name)
    if not isinstance(found, str):
        raise FileNotFoundError(name)
    text = Path(found).read_text("utf-8")
    if "</script" in text or "</style" in text:
        raise ValueError(f"{name} cannot stand in a page.")
    return text
