"""Template tags for icons, times, form fields and navigation."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.forms.boundfield import BoundField, BoundWidget
from django.template import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from citycall.core import phrases as city_phrases
from citycall.pages import forms, lists, moments
from citycall.pages.language import same_page

register = template.Library()

USWDS = "citycall/vendor/uswds-3.14.0"
SPRITE = f"{USWDS}/icons.svg"
# They point along the line, and so the other way where lines run from the right.
DIRECTED = frozenset({"arrow_back", "navigate_before", "navigate_next"})


@cache
def icon_names() -> frozenset[str]:
    """Every icon in the sprite."""
    sprite = Path(__file__).parent.parent / "static" / SPRITE
    return frozenset(re.findall(r'<symbol id="([^"]+)"', sprite.read_text()))


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draw an icon: decoration that screen readers skip, unless ``label`` gives it a meaning.

    Raises ``TemplateSyntaxError`` for a name that the sprite does not have.
    """
    if name not in icon_names():
        raise template.TemplateSyntaxError(f"No icon {name!r}; there are {sorted(icon_names())}")
    drawn = f"usa-icon{' cc-directed' if name in DIRECTED else ''}", f"{static(SPRITE)}#{name}"
    if label:
        return format_html(
            '<svg class="{}" role="img" focusable="false" aria-label="{}">'
            '<use href="{}"></use></svg>',
            drawn[0],
            label,
            drawn[1],
        )
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}"></use></svg>', *drawn
    )


@register.simple_tag(takes_context=True)
def when(context: Context, moment: date | None, style: str = "words") -> str:
    """A ``<time>`` in the city's zone and in words; empty for None. See ``moments.in_words``.

    "today" is judged at the context's ``now``, or at the present where the view gave none.
    """
    if moment is None:
        return ""
    at = context.get("now") or timezone.now()
    words = moments.in_words(moment, at=at, style=style)
    return format_html('<time datetime="{}">{}</time>', moments.machine_form(moment), words)


@register.inclusion_tag("pages/navigation.html", takes_context=True)
def navigation(context: Context, links: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The primary navigation; the link nearest above this page is marked as current."""
    path = context["request"].path if "request" in context else ""
    above = [href for href, _text in links if path == href or path.startswith(f"{href}/")]
    return {"links": links, "current": max(above, key=len, default=None)}


@register.inclusion_tag("pages/languages.html", takes_context=True)
def languages(context: Context) -> dict[str, Any]:
    """The same page in each language that is offered; nothing where there is only one."""
    request = context.get("request")
    if request is None or len(settings.LANGUAGES) == 1:
        return {}
    there = [(code, name, same_page(request, code)) for code, name in settings.LANGUAGES]
    return {"languages": there, "spoken": get_language()}


@register.filter
def said(text: str) -> str:
    """A text that the city wrote, in the reader's language. See ``core.phrases``."""
    return city_phrases.said(text)


@register.filter
def listed(names: Iterable[object]) -> str:
    """Names as the reader's language separates them. See ``pages.lists``."""
    return lists.listed(names)


@register.simple_tag
def phrases() -> SafeString:
    """The words that the design system's scripts say, in the reader's language."""
    words = {
        "characters_left": _("Characters left: %s"),
        "characters_over": _("Characters over the limit: %s"),
        "too_long": _("The text is too long."),
        "clear": _("Clear the selection"),
        "toggle": _("Show or hide the list"),
        "results": _("Results: %s"),
        "no_results": _("No results found"),
        "sending": _("Sending…"),
        "failed": _("That did not work. Please reload the page and try again."),
        "offline": _("There is no connection. What you typed is kept; please try again."),
    }
    return json_script(words, "citycall-phrases")


@register.filter
def kind(field: BoundField) -> str:
    """How a field is laid out. See ``forms.kind``."""
    return forms.kind(field)


@register.filter
def control(field: BoundField) -> SafeString:
    """A field's input element. See ``forms.control``."""
    return forms.control(field)


@register.simple_tag
def choice(field: BoundField, option: BoundWidget) -> SafeString:
    """One choice's input element. See ``forms.choice``."""
    return forms.choice(field, option)


@register.filter
def anchor(field: BoundField) -> str:
    """The id that a link to a field goes to. See ``forms.anchor``."""
    return forms.anchor(field)


@register.filter
def count_limit(field: BoundField) -> int | None:
    """How many characters a text area takes. See ``forms.count_limit``."""
    return forms.count_limit(field)
