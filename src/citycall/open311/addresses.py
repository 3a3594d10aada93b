"""Whole addresses of this door, as other systems reach it."""

from collections.abc import Mapping
from urllib.parse import urlencode

from django.conf import settings

from citycall.open311.calls import Call


def with_changes(call: Call, changes: Mapping[str, object]) -> str:
    """The address of a call with some parameters changed; its key is not repeated in it."""
    left_out = {*changes, "api_key"}
    kept = [pair for pair in call.parameters.pairs if pair[0].lower() not in left_out]
    query = urlencode([*kept, *changes.items()])
    return f"{settings.PUBLIC_URL}{call.request.path}?{query}"
