"""Writing the call centre's weeks into the database, by COPY, up to the present moment."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings
from django.db import connection, transaction

from citycall.accounts.models import User
from citycall.agencies.calendars import HolidaySpec
from citycall.calls.measures.actions import recount
from citycall.calls.measures.queries import midnight
from citycall.calls.models import Call
from citycall.calls.shifts.models import PlannedShift
from citycall.core import clock
from citycall.demo import people
from citycall.demo.call_centre import copying, line, matters, scores, shifts, spells
from citycall.demo.call_centre.line import Caller
from citycall.demo.call_centre.shifts import Shift

WEEKS: Final = 12
AHEAD_DAYS: Final = 14
# Days before the present one when a storm came, and how many times as many people called.
_STORMS: Final = {19: 2.6, 52: 3.4}
_HOLIDAY: Final = 0.45
# The present people are with callers, and some wait.
_WAITING_NOW: Final = 3
_CALL_COLUMNS: Final = (
    "id", "medium", "outgoing", "switch", "switch_id", "phone", "dialled", "name", "language",
    "topic", "priority", "taker_id", "arrived_at", "queued_at", "told_seconds", "offered_at",
    "answered_at", "held_at", "held_seconds", "ended_at", "wrapped_at", "parked_at",
    "disposition", "ending", "resolved", "transferred_to", "notes", "erased_at",
)  # fmt: skip


@dataclass(slots=True)
class _Day:
    start: datetime
    callers: list[Caller]
    shifts: list[Shift]


def write(*, seed: int, at: datetime, daily: int = line.DAILY) -> int:
    """Write twelve weeks up to ``at`` and plan the next two; returns how many calls came.

    The same seed, the same weeks. ``daily`` calls come on a usual day.
    """
    rng = np.random.default_rng([seed, 11])
    zone = clock.city_zone()
    takers = _takers()
    today = at.astimezone(zone).date()
    days = _days(today, takers, zone, at=at, rng=rng, daily=daily)
    with transaction.atomic():
        _plan(days, today, takers, zone, rng)
        count = _calls(days, at=at, rng=rng)
        spells.write([(day.start, day.callers, day.shifts) for day in days], takers, at=at)
    _look_at_sizes()
    scores.write(weeks=WEEKS, seed=seed, at=at)
    recount(at=at)
    return count


def _look_at_sizes() -> None:
    """The database plans for what is there now, before it comes to know by itself."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE calls_call, calls_touch, calls_deskspell, calls_halfhour")


def _takers() -> list[int]:
    """The call-takers by whose desks the calls are; who signs in to try the console is not."""
    names = [person.username for person in people.TAKERS]
    return list(User.objects.filter(username__in=names).order_by("id").values_list("id", flat=True))


def _days(
    today: date,
    takers: Sequence[int],
    zone: ZoneInfo,
    *,
    at: datetime,
    rng: np.random.Generator,
    daily: int,
) -> list[_Day]:
    first = today - timedelta(days=7 * WEEKS)
    told = matters.phone_reports(midnight(first, zone), at)
    off = HolidaySpec(country=settings.CITYCALL_COUNTRY)
    found: list[_Day] = []
    before: list[Shift] = []
    for n in range(7 * WEEKS + 1):
        day = first + timedelta(days=n)
        start = midnight(day, zone)
        times = _STORMS.get((today - day).days, 1.0) * (_HOLIDAY if off.holds(day) else 1.0)
        own = shifts.of_day(day, takers, rng)
        come = line.callers(day.weekday(), times * float(rng.lognormal(0, 0.05)), rng, daily=daily)
        come += [
            line.caller((reported - start).total_seconds() - 170, 2, rng,
                        request=request, medium="phone", patience=1e9)
            for request, reported in told.get(day, ())
        ]  # fmt: skip
        desks = _desks(own, before)
        if day == today:
            now = (at - start).total_seconds()
            come = [each for each in come if each.came <= now]
            come += _just_now(now, desks, rng)
        line.run(come, desks, rng)
        found.append(_Day(start, come, own))
        before = own
    return found


def _desks(own: Sequence[Shift], before: Sequence[Shift]) -> list[line.Desk]:
    """The day's desks, with what is left of the night before."""
    desks: dict[int, line.Desk] = {}
    for back, some in ((86_400.0, before), (0.0, own)):
        for shift in some:
            there = [(since - back, until - back) for since, until in shift.there]
            desk = desks.setdefault(shift.taker, line.Desk(shift.taker))
            desk.there += [(max(since, 0.0), until) for since, until in there if until > 0]
    return [desk for desk in desks.values() if desk.there]


def _just_now(now: float, desks: Sequence[line.Desk], rng: np.random.Generator) -> Iterable[Caller]:
    """More callers in these minutes than there are people."""
    present = sum(any(since <= now < until for since, until in desk.there) for desk in desks)
    for n in range(present + _WAITING_NOW):
        came = now - 230 + n * (200 / (present + _WAITING_NOW))
        yield line.caller(came, n % 3, rng, talk=600.0 + 30 * n, patience=1e9, medium="phone")


def _calls(days: Sequence[_Day], *, at: datetime, rng: np.random.Generator) -> int:
    come = sorted(
        ((day.start + timedelta(seconds=each.came), day.start, each)
         for day in days for each in day.callers),
        key=lambda row: row[0],
    )  # fmt: skip
    come = [row for row in come if row[0] <= at]
    ids = _ids(Call._meta.db_table, len(come))
    about = matters.Matters(at=at, rng=rng)
    rows, touches = [], []
    for call_id, (arrived, start, each) in zip(ids, come, strict=True):
        told = about.of(each, arrived)
        rows.append(_row(call_id, arrived, start, each, told, at=at))
        if told.kind:
            touches.append((call_id, told.kind, told.request, told.code, arrived))
    copying.copy(Call._meta.db_table, _CALL_COLUMNS, rows)
    copying.copy("calls_touch", ("call_id", "kind", "request_id", "code", "at"), touches)
    return len(rows)


def _row(
    call_id: int,
    arrived: datetime,
    start: datetime,
    each: Caller,
    told: matters.Told,
    *,
    at: datetime,
) -> tuple[Any, ...]:
    """The call's row as it stands at ``at``: what comes later has not happened."""

    def moment(seconds: float | None) -> datetime | None:
        happened = None if seconds is None else start + timedelta(seconds=seconds)
        return happened if happened is not None and happened <= at else None

    answered, ended, wrapped = moment(each.answered), moment(each.ended), moment(each.wrapped)
    offered = answered and max(answered - timedelta(seconds=4), arrived)
    over = wrapped is not None
    return (
        call_id, each.medium, each.outgoing, "demo", str(call_id), told.phone, "", told.name,
        each.language, "general", 3, each.taker if answered else None, arrived, moment(each.queued),
        None, offered, answered, None, each.held if ended else 0.0, ended, wrapped, None,
        each.kind if over else "", each.ending if ended and not answered else "",
        told.resolved if over else None, told.transferred_to if over else "",
        told.notes if over else "", None,
    )  # fmt: skip


def _plan(
    days: Sequence[_Day],
    today: date,
    takers: Sequence[int],
    zone: ZoneInfo,
    rng: np.random.Generator,
) -> None:
    planned = [(day.start.date(), day.shifts) for day in days]
    for n in range(1, AHEAD_DAYS + 1):
        day = today + timedelta(days=n)
        planned.append((day, shifts.of_day(day, takers, rng)))
    rows = sorted(row for day, some in planned for row in shifts.planned(some, day, zone))
    # Nobody begins a shift before their last one has ended.
    kept = []
    for _taker, own in groupby(rows, key=lambda row: row[0]):
        last = None
        for row in own:
            if last is None or row[1] >= last:
                kept.append(row)
                last = row[2]
    PlannedShift.objects.bulk_create(
        PlannedShift(taker_id=taker, begins=begins, ends=ends, break_at=break_at)
        for taker, begins, ends, break_at in kept
    )


def _ids(table: str, count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [table, count],
        )
        return [number for (number,) in cursor.fetchall()]
