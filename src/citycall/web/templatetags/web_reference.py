"""Texts of the API's document, in which names stand between backticks."""

import re

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
_NAMED = re.compile(r"`([^`]+)`")


@register.filter
def marked(text: str) -> SafeString:
    """The text with what stands between backticks as code."""
    return mark_safe(_NAMED.sub(r"<code>\1</code>", escape(text)))  # noqa: S308  (it is escaped)
