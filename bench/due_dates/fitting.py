"""A working calendar and the services' targets, fitted to the due dates that a city gave."""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import product
from pathlib import Path
from zoneinfo import ZoneInfo

from pyarrow import parquet

from citycall.agencies.calendars import CalendarSpec, WorkingTime
from citycall.catalog.rules import due_at
from citycall.catalog.targets import Clock, Target, Unit

BOSTON = ZoneInfo("America/New_York")
# A target that fewer of a service's rows have is an exception of theirs, not a second target.
LEAST_SHARE, LEAST_ROWS = 0.01, 3
_CLOSINGS = tuple(time(hour, minute) for hour in range(16, 20) for minute in (0, 30))
_HOLIDAYS: tuple[Mapping[str, str], ...] = ({}, {"country": "US", "subdivision": "MA"})


@dataclass(frozen=True, slots=True)
class Row:
    """One request: when it came, and the date that the city promised; local, with the zone."""

    service: str
    opened: datetime
    promised: datetime


@dataclass(frozen=True, slots=True)
class Fitted:
    """The calendar and each service's targets, the most frequent first."""

    calendar: CalendarSpec
    working_time: WorkingTime
    targets: Mapping[str, tuple[Target, ...]]

    def due(self, target: Target, opened: datetime) -> datetime:
        """When a request is due, in the city's local time."""
        found = due_at(target, start=opened, working_time=self.working_time, zone=BOSTON)
        assert found is not None
        return found.astimezone(BOSTON)


def read(path: Path) -> tuple[list[Row], int]:
    """The rows that have a target date, in order of time, and how many rows there are."""
    table = parquet.read_table(path, columns=["type", "open_dt", "target_dt"])
    columns = [table.column(name).to_pylist() for name in table.column_names]
    rows = [
        Row(service, _local(opened), _local(promised))
        for service, opened, promised in zip(*columns, strict=True)
        if promised
    ]
    return sorted(rows, key=lambda row: row.opened), table.num_rows


def _local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BOSTON)


def fit(rows: Sequence[Row]) -> Fitted:
    """The calendar under which most rows have their service's target, and those targets."""
    # Every few rows choose between calendars as well as all of them.
    some = rows[:: max(1, len(rows) // 6000)]
    tried = (_fitted(some, calendar) for calendar in _calendars(_opening(some)))
    best = max(tried, key=lambda fitted: sum(_equal(fitted, row) for row in some))
    return _fitted(rows, best.calendar)


def _equal(fitted: Fitted, row: Row) -> bool:
    targets = fitted.targets.get(row.service)
    if not targets:
        return False
    return fitted.due(targets[0], row.opened).date() == row.promised.date()


def _opening(rows: Sequence[Row]) -> time:
    """The time of day, to the second, at which most is due: what came after closing."""
    times = Counter(row.promised.time() for row in rows)
    return times.most_common(1)[0][0]


def _calendars(opens: time) -> Iterator[CalendarSpec]:
    """Closing hours, holidays, and whether days count from the next opening, as may be."""
    for closes, holidays, from_opening in product(_CLOSINGS, _HOLIDAYS, (False, True)):
        hours = [f"{opens:%H:%M}-{closes:%H:%M}"]
        yield CalendarSpec.model_validate(
            {
                "code": "city-hall",
                "name": "City hall",
                "hours": dict.fromkeys(range(1, 6), hours),
                "holidays": holidays,
                "from_opening": from_opening,
            }
        )


def _fitted(rows: Sequence[Row], calendar: CalendarSpec) -> Fitted:
    working_time = WorkingTime(calendar, BOSTON)
    days = _working_days(rows, calendar)
    found: dict[str, Counter[tuple[Clock, int]]] = defaultdict(Counter)
    for row in rows:
        found[row.service].update(_explaining(row, working_time, days))
    targets = {service: tuple(_targets(counted)) for service, counted in found.items()}
    return Fitted(calendar, working_time, {code: some for code, some in targets.items() if some})


def _working_days(rows: Sequence[Row], calendar: CalendarSpec) -> list[date]:
    first = min(row.opened for row in rows).date()
    return [day for n in range(3 * 366) if calendar.hours_on(day := first + timedelta(days=n))]


def _explaining(
    row: Row, working_time: WorkingTime, days: Sequence[date]
) -> Iterator[tuple[Clock, int]]:
    """The targets in days that would give the row its date: by the calendar, and in work."""
    yield Clock.CALENDAR, (row.promised.date() - row.opened.date()).days
    start = working_time.add(row.opened, 0) if working_time.spec.from_opening else row.opened
    begun = bisect_right(days, start.astimezone(BOSTON).date())
    ends = bisect_left(days, row.promised.date())
    if ends < len(days) and days[ends] == row.promised.date() and ends >= begun:
        yield Clock.BUSINESS, ends - begun + 1


def _targets(counted: Mapping[tuple[Clock, int], int]) -> Iterator[Target]:
    """The targets of a service's rows, the most frequent first."""
    total = sum(counted.values()) / 2
    for (kind, amount), rows in sorted(counted.items(), key=lambda item: -item[1]):
        few = rows < max(LEAST_ROWS, LEAST_SHARE * total)
        if 0 <= amount <= 3650 and not (few or (kind is Clock.BUSINESS and amount == 0)):
            yield Target(amount=amount, unit=Unit.DAYS, clock=kind, overrides=())
