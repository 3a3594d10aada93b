"""What the bar of steps for many requests needs."""

from typing import Any

from django import template

from citycall.batches.actions.preparing import MOST
from citycall.batches.models import BatchStep

register = template.Library()


@register.simple_tag
def batch_steps() -> list[tuple[str, Any]]:
    """The steps that can be done to many requests, with their names."""
    return list(BatchStep.choices)


@register.simple_tag
def batch_most() -> int:
    """How many requests can be picked at once."""
    return MOST
