"""What the pages of numbers need of templates."""

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def at(values: Mapping[Any, Any] | None, key: Any) -> Any:
    """What a mapping has for a key; nothing where it has none."""
    return (values or {}).get(key)
