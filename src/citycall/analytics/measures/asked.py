"""What a door's address asks of the data: read with care, and written back as a link."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from citycall.analytics.measures.asking import Question
from citycall.analytics.measures.measure import Period
from citycall.analytics.measures.names import names_of, titles
from citycall.analytics.measures.series import begin, later, periods_between
from citycall.analytics.queries import within_reach
from citycall.analytics.store import Facts
from citycall.core.actors import Actor

# As many as a chart can show: two years of days.
MOST_PERIODS: Final = 800
_USUAL: Final = {
    Period.DAY: 60, Period.WEEK: 53, Period.MONTH: 25, Period.QUARTER: 13, Period.YEAR: 6,
}  # fmt: skip
# No city counted requests before, and none does yet after.
FIRST_YEAR: Final = 1950
_YEARS: Final = (FIRST_YEAR, 2150)
WITHOUT: Final = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question as a page has it: always with a period and bounds, and at most one dimension.

    ``until`` is the day after the last one. ``faults`` say by field what was not understood; the
    usual was taken instead. ``typed`` is what stood in each field. ``rolls_by`` is the period
    whose usual days these are, and none where somebody chose other days.
    """

    measure: str
    by: str
    period: Period
    since: date
    until: date
    where: Mapping[str, Sequence[Any]]
    faults: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)
    rolls_by: Period | None = None

    @property
    def beyond(self) -> bool:
        """Whether it is about agencies alone whose numbers the actor may not see."""
        return self.where.get("agency") == []

    def question(self, *, by: Sequence[str] = (), period: Period | None = None) -> Question:
        """What to ask of the data."""
        return Question(
            measure=self.measure,
            by=by,
            period=period,
            since=self.since,
            until=self.until,
            where=self.where,
        )

    def query(self, **other: Any) -> str:
        """The address's query that asks this, with some of it otherwise."""
        told = replace(self, **other)
        days = [("since", told.since.isoformat()), ("until", told.until.isoformat())]
        return told._address(days)

    def rolling_query(self) -> str:
        """The address's query that asks this of days that move along, where these are the usual.

        Days that somebody chose stay as they are.
        """
        if self.rolls_by is None:
            return self.query()
        last = [("stretch", "last"), ("last", str(_USUAL[self.rolls_by]))]
        return self._address([*last, ("unit", self.rolls_by.value)])

    def _address(self, days: Sequence[tuple[str, str]]) -> str:
        pairs = [("by", self.by), ("period", self.period.value), *days]
        pairs += [
            (name, WITHOUT if value is None else str(value))
            for name, values in sorted(self.where.items())
            for value in values
        ]
        return urlencode([pair for pair in pairs if pair[1]])


def read(query: QueryDict, *, measure: str, facts: Facts, actor: Actor) -> Asked:
    """The question that an address asks; an actor of one agency asks of that agency's requests.

    Raises NotAllowed to those who may see no numbers.
    """
    faults: dict[str, str] = {}
    today = facts.about.today
    period = _period(query.get("period", ""), faults)
    until = _day(query, "until", begin(today, period), faults)
    since = _day(query, "since", later(begin(until, period), period, -_USUAL[period]), faults)
    if since >= until:
        faults["since"] = _("The first day has to be before the last one.")
        since = later(begin(until, period), period, -_USUAL[period])
    if len(periods_between(since, until, period)) > MOST_PERIODS:
        faults["since"] = _("That is too long for such short periods. Please choose longer ones.")
        since = later(begin(until, period), period, -_USUAL[period])
    known = titles(facts)
    by = query.get("by", "")
    if by and by not in known:
        faults["by"] = _("This is nothing that numbers can be told by.")
        by = ""
    where = _where(query, known, facts, faults)
    return Asked(
        measure=measure,
        by=by,
        period=period,
        since=since,
        until=until,
        where=within_reach(actor, where),
        faults=faults,
        typed={name: query.get(name, "") for name in ("since", "until")},
        rolls_by=_rolls_by(period, since, until, today),
    )


def usual(measure: str, facts: Facts, *, by: str = "") -> Asked:
    """What is asked of a measure where an address says nothing else: a year of weeks."""
    today = facts.about.today
    until = begin(today, Period.WEEK)
    since = later(until, Period.WEEK, -_USUAL[Period.WEEK])
    return Asked(measure=measure, by=by, period=Period.WEEK, since=since, until=until, where={})


def _rolls_by(asked: Period, since: date, until: date, today: date) -> Period | None:
    """The period whose usual days these are: forms send them along when they ask otherwise."""
    periods: list[Period] = [asked, *Period]
    for period in periods:
        last = begin(today, period)
        if (since, until) == (later(last, period, -_USUAL[period]), last):
            return period
    return None


def _period(text: str, faults: dict[str, str]) -> Period:
    try:
        return Period(text or Period.WEEK)
    except ValueError:
        faults["period"] = _("Please choose how long the periods are.")
        return Period.WEEK


def _day(query: QueryDict, name: str, usual: date, faults: dict[str, str]) -> date:
    text = query.get(name, "").strip()
    if not text:
        return usual
    try:
        day = date.fromisoformat(text)
    except ValueError:
        faults[name] = _("Please write the day like 2026-01-31.")
        return usual
    if not _YEARS[0] <= day.year <= _YEARS[1]:
        faults[name] = _("Please write the day like 2026-01-31.")
        return usual
    return day


def _where(
    query: QueryDict, known: Mapping[str, str], facts: Facts, faults: dict[str, str]
) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for name in known:
        told = [text for text in query.getlist(name) if text]
        if not told:
            continue
        values = {str(value): value for value in names_of(facts, name)} | {WITHOUT: None}
        good = [values[text] for text in told if text in values]
        if len(good) < len(told):
            faults[name] = _("One of these is not known here.")
        if good:
            found[name] = good
    return found
