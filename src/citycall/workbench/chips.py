"""What a list is narrowed by, in words, each with the way to be without it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from citycall.accounts.queries import names_of
from citycall.catalog.queries import catalog
from citycall.core.phrases import said
from citycall.places.queries import areas
from citycall.service_requests.models import Status
from citycall.workbench.filters import ME, NOBODY, Asked

DUE_NAMES: Final[Mapping[str, str | Promise]] = {
    "late": gettext_lazy("Late"),
    "today": gettext_lazy("Due today"),
    "soon": gettext_lazy("Due in the next three days"),
    "later": gettext_lazy("Due later"),
    "none": gettext_lazy("Without a date"),
}


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter in words; ``without`` is the address's question without it."""

    words: str
    without: str


def chips(asked: Asked) -> list[Chip]:
    """Every filter that leaves something out, in the order of the address."""
    return [Chip(words, rest.query_string()) for words, rest in _chips(asked)]


def _chips(asked: Asked) -> Iterator[tuple[str, Asked]]:
    book = catalog()
    if asked.agency:
        yield said(book.agency_by_code(asked.agency).name), asked.without("agency")
    if asked.team:
        yield said(book.team_by_code(asked.team).name), asked.without("team")
    if asked.assignee:
        yield _assignee(asked.assignee), asked.without("assignee")
    for code in asked.services:
        rest = tuple(each for each in asked.services if each != code)
        yield said(book.service(code).name), replace(asked, services=rest)
    if asked.area:
        layer, _colon, code = asked.area.partition(":")
        yield str(areas().find(layer, code)), asked.without("area")
    for state in asked.states:
        rest = tuple(each for each in asked.states if each != state)
        yield str(Status(state).label), replace(asked, states=rest)
    yield from _numbers(asked)
    for tag in asked.tags:
        rest = tuple(each for each in asked.tags if each != tag)
        yield _("Tag: %(tag)s") % {"tag": tag}, replace(asked, tags=rest)
    if asked.words:
        yield _("Words: %(words)s") % {"words": asked.words}, asked.without("words")
    if asked.point is not None:
        yield _around(asked), asked.without("place")


def _numbers(asked: Asked) -> Iterator[tuple[str, Asked]]:
    if asked.priorities:
        told = ", ".join(map(str, asked.priorities))
        yield _("Priority %(priorities)s") % {"priorities": told}, asked.without("priority")
    if asked.due:
        yield str(DUE_NAMES[asked.due]), asked.without("due")
    for name, days, words in _ages(asked):
        yield words % {"days": days}, asked.without(name)
    if asked.reports is not None:
        words = ngettext("At least %(n)d report", "At least %(n)d reports", asked.reports)
        yield words % {"n": asked.reports}, asked.without("reports")


def _ages(asked: Asked) -> Sequence[tuple[str, int, str]]:
    found: list[tuple[str, int, str]] = []
    if asked.min_days is not None:
        days = asked.min_days
        words = ngettext("At least %(days)d day old", "At least %(days)d days old", days)
        found.append(("min_days", days, words))
    if asked.max_days is not None:
        days = asked.max_days
        words = ngettext("At most %(days)d day old", "At most %(days)d days old", days)
        found.append(("max_days", days, words))
    return found


def _assignee(assignee: str) -> str:
    if assignee == ME:
        return _("Given to me")
    if assignee == NOBODY:
        return _("Given to nobody")
    names = names_of([int(assignee)])
    return _("Given to %(person)s") % {"person": names.get(int(assignee), assignee)}


def _around(asked: Asked) -> str:
    values: dict[str, Any] = {"metres": asked.within_m, "place": asked.place}
    if asked.place:
        return _("Within %(metres)d m of %(place)s") % values
    return _("Within %(metres)d m of where you are") % values
