"""Small words of the pages about kits."""

from django import template

from citycall.core import numbers

register = template.Library()


@register.filter
def number(value: int) -> str:
    """A confirmation number as it is written."""
    return numbers.show(value)
