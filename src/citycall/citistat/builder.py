"""Building a question: measure, by, when and where, with days that roll or stay."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from citycall.analytics.measures.asked import FIRST_YEAR, WITHOUT, Asked
from citycall.analytics.measures.asked import read as read_asked
from citycall.analytics.measures.book import MEASURES
from citycall.analytics.measures.measure import PERIOD_NAMES, Period
from citycall.analytics.store import Facts
from citycall.analytics.watch import rules
from citycall.analytics.watch.drafts import MOST_LAST, Wanted
from citycall.analytics.watch.models import SavedQuestion
from citycall.citistat.ask_form import Choice
from citycall.core.actors import Actor

LAST: Final = "last"
DAYS: Final = "days"
USUAL_LAST: Final = 12
_MEASURE: Final = "received"
_TYPED: Final = ("measure", "by", "period", "stretch", "last", "unit", "running", "since", "until")


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What is asked, and how its fields stood: ``faults`` by field, ``typed`` as it was typed."""

    asked: Asked
    stretch: str
    last: int
    unit: Period
    running: bool
    faults: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)

    def wanted(self, *, title: str, sharing: str, agency_id: int | None) -> Wanted:
        """The question as it is kept."""
        rolls = self.stretch == LAST
        return Wanted(
            title=title,
            measure=self.asked.measure,
            by=self.asked.by,
            period=self.asked.period,
            last=self.last if rolls else None,
            unit=self.unit,
            running=self.running,
            since=None if rolls else self.asked.since,
            until=None if rolls else self.asked.until,
            where=self.asked.where,
            sharing=sharing,
            agency_id=agency_id,
        )

    def fields(self) -> list[tuple[str, str]]:
        """The fields that ask this, names and values."""
        asked = self.asked
        found = [("measure", asked.measure), ("by", asked.by), ("period", asked.period.value)]
        found.append(("stretch", self.stretch))
        if self.stretch == LAST:
            found += [("last", str(self.last)), ("unit", self.unit.value)]
            found += [("running", "1")] if self.running else []
        else:
            found += [("since", asked.since.isoformat()), ("until", asked.until.isoformat())]
        return [*found, *conditions(asked.where)]


def conditions(where: Mapping[str, Sequence[Any]]) -> list[tuple[str, str]]:
    """Conditions as fields have them."""
    return [
        (name, WITHOUT if value is None else str(value))
        for name, values in sorted(where.items())
        for value in values
    ]


def read(query: QueryDict, *, facts: Facts, actor: Actor) -> Built:
    """The question of a form or an address; the usual stands for what was not understood.

    Raises NotAllowed to those who may see no numbers.
    """
    faults: dict[str, str] = {}
    told = query.copy()
    measure = query.get("measure", "") or _MEASURE
    if measure not in MEASURES:
        faults["measure"] = _("Please choose what you want to know.")
        measure = _MEASURE
    stretch = query.get("stretch", "") or (DAYS if query.get("since") else LAST)
    if stretch not in {LAST, DAYS}:
        faults["stretch"] = _("Please choose whether the days roll or stay.")
        stretch = LAST
    last, unit = _last(query, faults), _unit(query, faults)
    running = query.get("running", "") == "1"
    if stretch == LAST:
        since, until = rules.stretch(facts.about.today, last=last, unit=unit, running=running)
        if since.year < FIRST_YEAR:
            faults["last"] = _("Please choose fewer: so long ago nothing was counted.")
            last, unit = USUAL_LAST, Period.WEEK
            since, until = rules.stretch(facts.about.today, last=last, unit=unit, running=running)
        told["since"], told["until"] = since.isoformat(), until.isoformat()
    asked = read_asked(told, measure=measure, facts=facts, actor=actor)
    at = {"since": "last", "until": "last"} if stretch == LAST else {}
    faults |= {at.get(name, name): fault for name, fault in asked.faults.items()}
    return Built(
        asked=asked,
        stretch=stretch,
        last=last,
        unit=unit,
        running=running,
        faults=faults,
        typed={name: query.get(name, "") for name in _TYPED},
    )


def _last(query: QueryDict, faults: dict[str, str]) -> int:
    text = query.get("last", "").strip()
    if not text:
        return USUAL_LAST
    if text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= MOST_LAST:
        return int(text)
    faults["last"] = _("Please give a number from 1 to %(n)s.") % {"n": MOST_LAST}
    return USUAL_LAST


def _unit(query: QueryDict, faults: dict[str, str]) -> Period:
    try:
        return Period(query.get("unit", "") or Period.WEEK)
    except ValueError:
        faults["unit"] = _("Please choose how long the periods are.")
        return Period.WEEK


def query_of(row: SavedQuestion) -> str:
    """The fields of a saved question, as an address has them."""
    pairs = [("measure", row.measure), ("by", row.by), ("period", row.period)]
    if row.last is None:
        assert row.since is not None
        assert row.until is not None
        pairs += [("stretch", DAYS), ("since", row.since.isoformat())]
        pairs += [("until", row.until.isoformat())]
    else:
        pairs += [("stretch", LAST), ("last", str(row.last)), ("unit", row.unit)]
        pairs += [("running", "1")] if row.running else []
    return urlencode([*pairs, *conditions(row.where)])


def days_in_words(row: SavedQuestion) -> str:
    """Over which days a question rolls, such as "the last 12 weeks"; empty for fixed days."""
    if row.last is None:
        return ""
    told = _last_ones(Period(row.unit), row.last)
    return _("%(days)s, the running one among them") % {"days": told} if row.running else told


def _last_ones(unit: Period, n: int) -> str:
    told = {
        Period.DAY: ngettext("the last day", "the last %(n)s days", n),
        Period.WEEK: ngettext("the last week", "the last %(n)s weeks", n),
        Period.MONTH: ngettext("the last month", "the last %(n)s months", n),
        Period.QUARTER: ngettext("the last quarter", "the last %(n)s quarters", n),
        Period.YEAR: ngettext("the last year", "the last %(n)s years", n),
    }
    return told[unit] % {"n": n}


def units(built: Built) -> list[Choice]:
    """In what the stretch of days is counted."""
    return [Choice(unit.value, str(PERIOD_NAMES[unit]), unit is built.unit) for unit in Period]


def measures(built: Built) -> list[Choice]:
    """What can be asked for."""
    chosen = built.asked.measure
    return [Choice(name, str(each.title), name == chosen) for name, each in MEASURES.items()]
