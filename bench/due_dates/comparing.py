"""Every due date computed anew by our own rules, compared with the city's, by service."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from bench.due_dates.fitting import Fitted, Row, fit, read
from citycall.catalog.targets import Target, describe

FITTED_UNTIL = date(2011, 10, 1)
# A date so much later than any promise of the city stands for "no date".
PLACEHOLDER = timedelta(days=5 * 365)


class Reason(StrEnum):
    """Why a recomputed date is another than the city's."""

    WEEKEND_EVENING = "weekend_evening"
    OTHER_TARGET = "other_target"
    PLACEHOLDER = "placeholder"
    MOVED_LATER = "moved_later"
    MOVED_EARLIER = "moved_earlier"
    NOT_FITTED = "not_fitted"


MEANING = {
    Reason.WEEKEND_EVENING: "came on a day off after closing: the city counts that day as late too",
    Reason.OTHER_TARGET: "has another target that other rows of its service have too",
    Reason.PLACEHOLDER: "has a date decades away",
    Reason.MOVED_LATER: "has a later date that no target of its service gives: set by hand",
    Reason.MOVED_EARLIER: "has an earlier date that no target of its service gives: set by hand",
    Reason.NOT_FITTED: "its service is not in the rows that the catalog was fitted to",
}


@dataclass(slots=True)
class Service:
    """How one service came out."""

    target: str = ""
    rows: int = 0
    equal: int = 0
    equal_minute: int = 0
    later_rows: int = 0
    later_equal: int = 0
    reasons: Counter[Reason] = field(default_factory=Counter)


def compare(rows: Iterable[Row], fitted: Fitted, *, fitted_until: date) -> dict[str, Service]:
    """Every row's date computed anew, counted by service."""
    services: dict[str, Service] = defaultdict(Service)
    for row in rows:
        service = services[row.service]
        reason, minute = _look(row, fitted)
        later = row.opened.date() >= fitted_until
        service.rows += 1
        service.later_rows += later
        if reason is None:
            service.equal += 1
            service.equal_minute += minute
            service.later_equal += later
        else:
            service.reasons[reason] += 1
    for code, service in services.items():
        if fitted.targets.get(code):
            service.target = describe(fitted.targets[code][0])
    return services


def _look(row: Row, fitted: Fitted) -> tuple[Reason | None, bool]:
    """Why the computed date is another, or none; and whether even the minute is the same."""
    targets = fitted.targets.get(row.service)
    if not targets:
        return Reason.NOT_FITTED, False
    due = fitted.due(targets[0], row.opened)
    if due.date() == row.promised.date():
        return None, abs(due - row.promised) < timedelta(minutes=1)
    return _why(row, due, targets, fitted), False


def _why(row: Row, due: datetime, targets: Sequence[Target], fitted: Fitted) -> Reason:
    evening = _evening_of_a_day_off(row.opened, fitted)
    if evening and _gives(targets[0], evening, row, fitted):
        return Reason.WEEKEND_EVENING
    starts = [row.opened, evening] if evening else [row.opened]
    if any(_gives(other, start, row, fitted) for other in targets[1:] for start in starts):
        return Reason.OTHER_TARGET
    if row.promised - due > PLACEHOLDER:
        return Reason.PLACEHOLDER
    return Reason.MOVED_LATER if row.promised > due else Reason.MOVED_EARLIER


def _gives(target: Target, start: datetime, row: Row, fitted: Fitted) -> bool:
    return fitted.due(target, start).date() == row.promised.date()


def _evening_of_a_day_off(opened: datetime, fitted: Fitted) -> datetime | None:
    """The same evening on the next working day, for what came on a day off after closing."""
    spec, day = fitted.calendar, opened
    while not spec.hours_on(day.date()):
        day += timedelta(days=1)
    closes = spec.hours_on(day.date())[-1].closes
    late = day.hour * 60 + day.minute >= closes
    return day if late and day != opened else None


def measure(path: Path, *, fitted_until: date = FITTED_UNTIL) -> dict[str, Any]:
    """The whole comparison as one document: the fitted calendar, the city, each service."""
    rows, total = read(path)
    fitted = fit([row for row in rows if row.opened.date() < fitted_until])
    services = compare(rows, fitted, fitted_until=fitted_until)
    every = list(services.values())
    reasons: Counter[Reason] = sum((one.reasons for one in every), Counter())
    count = sum(one.rows for one in every)
    later = sum(one.later_rows for one in every)
    return {
        "rows": total,
        "with_target": count,
        "calendar": fitted.calendar.model_dump(mode="json"),
        "fitted_until": fitted_until.isoformat(),
        "equal_dates": sum(one.equal for one in every) / count,
        "equal_minutes": sum(one.equal_minute for one in every) / count,
        "equal_dates_later": sum(one.later_equal for one in every) / later,
        "reasons": {reason.value: reasons[reason] for reason in Reason},
        "services": {
            code: {
                "target": one.target,
                "rows": one.rows,
                "equal": one.equal / one.rows,
                "reasons": {reason.value: n for reason, n in one.reasons.most_common()},
            }
            for code, one in sorted(services.items(), key=lambda item: -item[1].rows)
        },
    }


def table(found: Mapping[str, Any], *, least: int = 100) -> str:
    """The services with at least so many rows as a Markdown table, the others as one line."""
    lines = ["| service | target | rows | same date | of the rest |", "|---|---|--:|--:|---|"]
    few = [one for one in found["services"].values() if one["rows"] < least]
    for code, one in found["services"].items():
        if one["rows"] >= least:
            lines.append(_line(code, one["target"], one["rows"], one["equal"], one["reasons"]))
    rows = sum(one["rows"] for one in few)
    if rows:
        reasons: Counter[str] = sum((Counter(one["reasons"]) for one in few), Counter())
        equal = sum(one["rows"] * one["equal"] for one in few) / rows
        lines.append(_line(f"{len(few)} others", "each its own", rows, equal, reasons))
    return "\n".join(lines)


def _line(name: str, target: str, rows: int, equal: float, reasons: Mapping[str, int]) -> str:
    told = ", ".join(f"{why.replace('_', ' ')} {n}" for why, n in reasons.items())
    return f"| {name} | {target} | {rows:,} | {equal:.1%} | {told} |"
