"""What stands around every page of the door: navigation, whose numbers, and as of when."""

from dataclasses import dataclass
from typing import Any, Final

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from citycall.analytics.analysts.asking import may_ask
from citycall.analytics.queries import agencies_of, sees_all
from citycall.analytics.store import About, store
from citycall.core.actors import Actor
from citycall.pages.staff import links_for

# The pages for the whole city, in the order in which a meeting asks for them.
_PAGES: Final[tuple[tuple[str, Promise], ...]] = (
    ("citistat:city", _("Needs attention")),
    ("citistat:measures", _("Measures")),
    ("citistat:places", _("Places")),
    ("citistat:fairness", _("Fairness")),
    ("citistat:forecast", _("Forecast")),
    ("citistat:meetings", _("Meetings")),
    ("citistat:ask", _("Ask the data")),
)
_ANALYSTS: Final = ("citistat:sql", _("SQL and tables"))


@dataclass(frozen=True, slots=True)
class Tab:
    """One page of the door."""

    name: str
    title: Promise
    address: str


def tabs(actor: Actor) -> list[Tab]:
    """The pages that there are for the actor."""
    found = []
    for name, title in (*_PAGES, *([_ANALYSTS] if may_ask(actor) else [])):
        try:
            found.append(Tab(name.partition(":")[2], title, reverse(name)))
        except NoReverseMatch:
            continue
    return found


def around(actor: Actor, here: str) -> dict[str, Any]:
    """The context of every page; ``here`` is the name of its tab.

    Raises NotAllowed to those who may see no agency's numbers.
    """
    agencies = agencies_of(actor)
    return {
        "staff_links": links_for(actor),
        "tabs": tabs(actor),
        "here": here,
        "about": _about(),
        "agencies": agencies,
        "own_only": [] if sees_all(actor) else agencies,
    }


def _about() -> About | None:
    kept = store()
    return kept.facts().about if kept.version() else None
