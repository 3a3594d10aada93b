"""What the console's templates say in one word."""

from typing import Any

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from citycall.accounts.queries import actor_of
from citycall.calls import storm
from citycall.calls.policies import PERMISSIONS
from citycall.calls.storm import Storm
from citycall.core import phrases
from citycall.knowledge import alerts

register = template.Library()

# The supervisors' pages about what the city tells, in the order of their tabs.
_TABS = (
    ("console:knowledge", _("Search")),
    ("console:articles", _("Articles and scripts")),
    ("console:gaps", _("What was not found")),
    ("console:alerts", _("Service alerts")),
    ("console:storm", _("Storm mode")),
)


@register.inclusion_tag("console/knowledge/tabs.html", takes_context=True)
def knowledge_tabs(context: Context) -> dict[str, Any]:
    """The tabs above a supervisor's pages; nothing for a call-taker."""
    path = context["request"].path
    addresses = [(reverse(name), text) for name, text in _TABS]
    here = max((each for each, _text in addresses if path.startswith(each)), key=len, default="")
    tabs = [{"href": href, "name": text, "current": href == here} for href, text in addresses]
    return {"writes": context.get("writes"), "tabs": tabs}


@register.simple_tag(takes_context=True)
def noted(context: Context, kind: str, code: str) -> bool:
    """Whether this was noted on the present call already."""
    return f"{kind} {code}" in (context.get("touched") or ())


@register.inclusion_tag("console/storm_banner.html", takes_context=True)
def storm_banner(context: Context) -> dict[str, Any]:
    """That storm mode or a drill of it is on, on every page of the console."""
    present = storm.shown()
    words, supervises = "", False
    if present is not None:
        words = _words(present)
    if present is not None and context["request"].user.is_authenticated:
        actor = actor_of(context["request"].user)
        supervises = PERMISSIONS["supervise"].allows(actor, agency_id=None)
    told = {"storm": present, "words": words, "supervises": supervises}
    return {**told, "now": context.get("now")}


def _words(present: Storm) -> str:
    """What is going on, in the reader's language where its alert is told in it."""
    if present.alert:
        alert = alerts.alert(present.alert)
        if alert.title == present.words:
            return alert.said(phrases.spoken())[0]
    return present.words
