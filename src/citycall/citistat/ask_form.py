"""The fields with which a page is asked otherwise; the address is the question."""

from collections.abc import Sequence
from dataclasses import dataclass

from citycall.analytics.measures.asked import WITHOUT, Asked
from citycall.analytics.measures.measure import PERIOD_NAMES
from citycall.analytics.measures.names import names_of, titles, unnamed
from citycall.analytics.store import Facts


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a list."""

    value: str
    name: str
    chosen: bool


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


def narrowing(asked: Asked, facts: Facts) -> list[Choices]:
    """For each dimension the values that numbers can be narrowed down to."""
    found = []
    for name, title in titles(facts).items():
        chosen = {WITHOUT if value is None else str(value) for value in asked.where.get(name, [])}
        options = [
            Choice(str(value), str(label), str(value) in chosen)
            for value, label in names_of(facts, name).items()
            if value is not None
        ]
        options.append(Choice(WITHOUT, unnamed(), WITHOUT in chosen))
        found.append(Choices(name, title, options, asked.faults.get(name, "")))
    return found


def by(asked: Asked, facts: Facts) -> list[Choice]:
    """What numbers can be told by."""
    return [Choice(name, title, name == asked.by) for name, title in titles(facts).items()]


def periods(asked: Asked) -> list[Choice]:
    """How long the periods can be."""
    return [
        Choice(period.value, str(name), period is asked.period)
        for period, name in PERIOD_NAMES.items()
    ]
