"""Parts, times and names as the supervisors' pages show them."""

from django import template
from django.conf import settings
from django.utils.translation import gettext as _

from citycall.calls.models import Disposition, Medium
from citycall.core.phrases import said
from citycall.pages.numbers import rounded

register = template.Library()

NONE = "–"


@register.filter
def part(value: float | None) -> str:
    """A part as whole percent; a dash where there is none."""
    if value is None:
        return NONE
    return _("%(number)s%%") % {"number": rounded(value * 100)}


@register.filter
def clock(seconds: float | None) -> str:
    """Seconds as minutes and seconds, or hours; a dash where there are none."""
    if seconds is None:
        return NONE
    whole = round(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


@register.filter
def one_digit(value: float | None) -> str:
    """A number with one digit after the point."""
    return NONE if value is None else rounded(value, 1)


@register.filter
def language_name(code: str) -> str:
    """A language by its own name."""
    return dict(settings.LANGUAGES).get(code, code) or _("Not known")


@register.filter
def medium_name(code: str) -> str:
    """A medium in words."""
    return str(Medium(code).label) if code in Medium.values else code


@register.filter
def disposition_name(code: str) -> str:
    """A disposition in words."""
    return str(Disposition(code).label) if code in Disposition.values else NONE


@register.filter
def why_away(code: str) -> str:
    """Why somebody is away from the desk: the usual reasons in words, the city's own as said."""
    usual = {
        "": _("Away"),
        "break": _("Break"),
        "meeting": _("Meeting"),
        "training": _("Training"),
        "pause": _("Short pause"),
    }
    return usual.get(code) or said(code)


@register.filter
def unlocalized(value: float) -> str:
    """A number as programs read it, whatever the reader's language."""
    return f"{value:g}"
