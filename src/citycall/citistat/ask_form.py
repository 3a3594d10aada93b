"""The fields with which a page is asked otherwise; the address is the question."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from citycall.analytics.measures.asked import WITHOUT, Asked
from citycall.analytics.measures.measure import PERIOD_NAMES
from citycall.analytics.measures.names import names_of, titles, unnamed
from citycall.analytics.queries import agencies_of, sees_all
from citycall.analytics.store import Facts
from citycall.core.actors import Actor

_TITLES: Final[Mapping[str, Promise]] = {
    "measure": _("What"),
    "by": _("By"),
    "period": _("Periods"),
    "stretch": _("When"),
    "last": _("So many"),
    "unit": _("Counted in"),
    "since": _("From this day on"),
    "until": _("Before this day"),
}
# What is not one field is at its first one.
_ANCHORS: Final = {"stretch": "ask-last-ones"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a list."""

    value: str
    name: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Fault:
    """What was wrong with one field, which has this ``title`` and is at ``anchor``."""

    anchor: str
    title: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Choices:
    """One list of the form; ``fault`` is what was wrong with what was asked."""

    name: str
    title: str
    options: Sequence[Choice]
    fault: str = ""

    @property
    def chosen(self) -> int:
        """How many of them are chosen; none means all."""
        return sum(option.chosen for option in self.options)

    @property
    def several(self) -> bool:
        """Whether a list must let more than one be chosen."""
        return self.chosen > 1


def narrowing(asked: Asked, facts: Facts, actor: Actor) -> list[Choices]:
    """For each dimension the values that numbers can be narrowed down to.

    Of agencies, those whose numbers the actor may see.
    """
    mine = None if sees_all(actor) else {str(each.pk) for each in agencies_of(actor)}
    found = []
    for name, title in titles(facts).items():
        chosen = {WITHOUT if value is None else str(value) for value in asked.where.get(name, [])}
        options = [
            Choice(str(value), str(label), str(value) in chosen)
            for value, label in names_of(facts, name).items()
            if value is not None
        ]
        options.append(Choice(WITHOUT, unnamed(), WITHOUT in chosen))
        if name == "agency" and mine is not None:
            options = [option for option in options if option.value in mine]
        found.append(Choices(name, title, options, asked.faults.get(name, "")))
    return found


def faults(found: Mapping[str, str], narrowing: Sequence[Choices]) -> list[Fault]:
    """What was not understood, in the order of the fields of the form."""
    titles = {name: str(title) for name, title in _TITLES.items()}
    titles |= {each.name: each.title for each in narrowing}
    return [
        Fault(_ANCHORS.get(name, f"ask-{name}"), title, found[name])
        for name, title in titles.items()
        if name in found
    ]


def by(asked: Asked, facts: Facts) -> list[Choice]:
    """What numbers can be told by."""
    return [Choice(name, title, name == asked.by) for name, title in titles(facts).items()]


def periods(asked: Asked) -> list[Choice]:
    """How long the periods can be."""
    return [
        Choice(period.value, str(name), period is asked.period)
        for period, name in PERIOD_NAMES.items()
    ]
