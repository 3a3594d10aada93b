"""Waits as people say them."""

from datetime import datetime

from django import template
from django.conf import settings
from django.utils.translation import gettext as _

from citycall.calls.waiting import Expected

register = template.Library()


@register.filter
def clock_since(since: datetime | None, at: datetime) -> str:
    """How long it is since, as a clock shows it: 4:05, or 1:02:09."""
    if since is None:
        return ""
    seconds = max(int((at - since).total_seconds()), 0)
    hours, rest = divmod(seconds, 3_600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


@register.filter
def language_name(code: str) -> str:
    """A language by its own name, or the code of one that the city does not write."""
    names: dict[str, str] = dict(settings.LANGUAGES)
    return names.get(code, code)


@register.filter
def about(expected: Expected | None) -> str:
    """A wait that is expected, in minutes and no more exactly than it is known."""
    if expected is None:
        return _("nobody is there")
    if expected.high < 60:
        return _("under a minute")
    low, high = round(expected.low / 60), max(round(expected.high / 60), 1)
    if low == high:
        return _("about %(minutes)d min") % {"minutes": low}
    return _("%(low)d to %(high)d min") % {"low": low, "high": high}
