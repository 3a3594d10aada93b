"""The style sheet and the scripts of the residents' pages."""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def web_style() -> SafeString:
    """The style sheet that the residents' pages share."""
    return format_html('<link rel="stylesheet" href="{}">', static("web/web.css"))


@register.simple_tag
def know_style() -> SafeString:
    """The style sheet of the pages that answer: articles, alerts, days, directory."""
    return format_html('<link rel="stylesheet" href="{}">', static("web/know.css"))


@register.simple_tag
def web_module(name: str) -> SafeString:
    """One script of the residents' pages, each a module that the page works without."""
    return format_html('<script type="module" src="{}"></script>', static(f"web/{name}.js"))


@register.simple_tag
def web_script(name: str) -> SafeString:
    """One plain script of the residents' pages: those that the service worker uses, too."""
    return format_html('<script src="{}" defer></script>', static(f"web/{name}.js"))
