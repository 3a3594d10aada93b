"""What the JSON API's reference shows: made from the API's document when the document changes."""

import json
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_suffix(".json")


@cache
def reference() -> dict[str, Any]:
    """``operations`` by tag and ``shapes``, each with rows of name, kind and words."""
    told: dict[str, Any] = json.loads(_FILE.read_text("utf-8"))
    return told
