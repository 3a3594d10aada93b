"""The facts in fortnights: a pack is about two weeks, and judged by the two weeks before them.

Measures are asked for by day, week, month, quarter or year. Here the months of the facts are
fortnights that end where the pack's two weeks end, so that every measure, worked out where all
others are, is told by them in one question.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from citycall.analytics.measures.asking import Question, answer, answers
from citycall.analytics.measures.book import MEASURES
from citycall.analytics.measures.measure import Period as Stretch
from citycall.analytics.measures.measure import Shape, Unit
from citycall.analytics.store import Facts
from citycall.meetings.rules import PERIOD_DAYS, Period

# The two weeks, as many before them as limits need, and back to the same two weeks a year ago.
BACK: Final = 26
_WHENS: Final = ("received", "completed", "ended", "reported", "rated", "happened", "arrived")


@dataclass(frozen=True, slots=True)
class Value:
    """What was measured, and on how many."""

    value: float | None
    size: int


Series = Mapping[date, Value]
NOTHING: Final = Value(None, 0)


class Fortnights(Facts):
    """Facts whose months are the fortnights that follow each other up to the end of one."""

    def __init__(self, facts: Facts, last: Period) -> None:
        self._facts = facts
        self._last = last
        self.version, self.about = facts.version, facts.about
        # What was kept was asked of real months.
        self.answers = None

    def table(self, name: str) -> Any:
        """One of the tables, with the first day of its fortnight where the month was."""
        table = self._facts.table(name)
        whens = [when for when in _WHENS if f"{when}_month" in table.columns]
        return table.mutate(**{f"{when}_month": self._begun(table[f"{when}_on"]) for when in whens})

    def sql(self, statement: str, values: Sequence[Any] | dict[str, Any] | None = None) -> Any:
        """What a statement answers, as an Arrow table; the months of its tables are months."""
        return self._facts.sql(statement, values)

    def _begun(self, day: Any) -> Any:
        import ibis

        anchor = ibis.literal(self._last.since)
        gone = (day.delta(anchor, unit="day") / PERIOD_DAYS).floor() * PERIOD_DAYS
        return anchor + gone.cast("int64").as_interval("D")

    def starts(self) -> list[date]:
        """The first days of the fortnights that are looked at, the oldest first."""
        step = timedelta(days=PERIOD_DAYS)
        return [self._last.since - n * step for n in range(BACK, -1, -1)]

    def series(
        self,
        measures: Sequence[str],
        where: Mapping[str, Sequence[Any]],
        *,
        by: Sequence[str] = (),
    ) -> dict[str, dict[Any, Series]]:
        """Each measure's fortnights by the one dimension of ``by``, or of all under none.

        Where nothing was counted, a count is nought and every other measure is not known.
        """
        questions = [
            Question(
                measure=measure,
                by=by,
                period=Stretch.MONTH,
                since=self.starts()[0],
                until=self._last.until + timedelta(days=1),
                where=where,
            )
            for measure in measures
        ]
        told = answers(questions, self)
        return {
            measure: self._read(measure, table.to_pylist(), by)
            for measure, table in zip(measures, told, strict=True)
        }

    def _read(
        self, measure: str, rows: Sequence[Mapping[str, Any]], by: Sequence[str]
    ) -> dict[Any, Series]:
        found: dict[Any, dict[date, Value]] = defaultdict(dict)
        for row in rows:
            key = row[by[0]] if by else None
            # DuckDB makes a moment of a day and an interval.
            start = date(row["period"].year, row["period"].month, row["period"].day)
            found[key][start] = Value(row["value"], row["size"])
        if not by:
            return {None: self._filled(measure, found[None])}
        return {key: self._filled(measure, told) for key, told in found.items()}

    def _filled(self, measure: str, told: Mapping[date, Value]) -> Series:
        shape, unit = MEASURES[measure].shape, MEASURES[measure].unit
        filled: dict[date, Value] = {}
        standing = Value(0, 0)
        for start in self.starts():
            over = start + timedelta(days=PERIOD_DAYS)
            if self.begins is None or over <= self.begins:
                filled[start] = NOTHING
                standing = told.get(start, standing)
                continue
            standing = told.get(start, standing)
            if shape is Shape.STOCK:
                filled[start] = standing
            else:
                missing = Value(0, 0) if unit is Unit.COUNT else NOTHING
                filled[start] = told.get(start, missing)
        return filled


def at_once(
    facts: Facts,
    measure: str,
    where: Mapping[str, Sequence[Any]],
    *,
    by: Sequence[str] = (),
    days: Period | None = None,
) -> dict[Any, Value]:
    """What the measure is, of some days or of all time, by one dimension or of all under none."""
    asked = Question(
        measure=measure,
        by=by,
        since=days.since if days else None,
        until=days.until + timedelta(days=1) if days else None,
        where=where,
    )
    rows = answer(asked, facts).to_pylist()
    return {row[by[0]] if by else None: Value(row["value"], row["size"]) for row in rows}
