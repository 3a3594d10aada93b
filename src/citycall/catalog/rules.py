"""What follows from a service's definition: its questions' course, and its due dates."""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from citycall.agencies.calendars import WorkingTime
from citycall.agencies.wall_clock import aware, days_later
from citycall.catalog import answers as reading
from citycall.catalog.booking import item_fault
from citycall.catalog.questions import Question, Stop, StopKind
from citycall.catalog.specs import ServiceSpec
from citycall.catalog.targets import MINUTES_OF, Clock, Override, Target, Unit
from citycall.core.errors import Faults

# Field names in a fault stay short, whatever was sent as a question's code.
_LONGEST_CODE = 80


def promise(
    target: Target, *, priority: int | None = None, area_ids: Collection[int] = ()
) -> Target | Override:
    """The target itself, or the most specific override; ``Override.reason`` explains it."""
    return target.chosen(priority=priority, area_ids=area_ids)


def due_at(
    target: Target | None,
    *,
    start: datetime,
    working_time: WorkingTime,
    zone: ZoneInfo,
    priority: int | None = None,
    area_ids: Collection[int] = (),
) -> datetime | None:
    """When a request made at ``start`` is due, in UTC; none where nothing is promised."""
    if target is None:
        return None
    chosen = promise(target, priority=priority, area_ids=area_ids)
    minutes = chosen.amount * MINUTES_OF[chosen.unit]
    if chosen.clock is Clock.CALENDAR:
        if chosen.unit is Unit.DAYS:
            return days_later(start, chosen.amount, zone=zone)
        return aware(start).astimezone(UTC) + timedelta(minutes=minutes)
    if chosen.unit is Unit.DAYS:
        return working_time.add_days(start, chosen.amount)
    return working_time.add(start, minutes)


def due_after_pause(
    target: Target,
    *,
    due_at: datetime,
    paused_at: datetime,
    resumed_at: datetime,
    working_time: WorkingTime,
    zone: ZoneInfo,
    priority: int | None = None,
    area_ids: Collection[int] = (),
) -> datetime:
    """The due date moved on by a pause: by the working time in it, or by its length.

    A pause that began when the request was due already, or that holds no working time, moves
    nothing. ``priority`` and ``area_ids`` are those by which the due date was found.
    """
    if paused_at >= due_at or resumed_at <= paused_at:
        return due_at
    if promise(target, priority=priority, area_ids=area_ids).clock is Clock.CALENDAR:
        return (aware(due_at) + (resumed_at - paused_at)).astimezone(UTC)
    lost = working_time.between(paused_at, resumed_at)
    return working_time.add(due_at, lost) if lost else due_at


def visible_questions(spec: ServiceSpec, answers: Mapping[str, Any]) -> tuple[Question, ...]:
    """The questions (and texts) to show with these answers, be they complete or not."""
    return tuple(question for question, _value, _fault in _course(spec, answers))


def stop_for(spec: ServiceSpec, answers: Mapping[str, Any]) -> Stop | None:
    """The stop that an answer calls for: the first emergency, else the first advice."""
    if not any(question.stops for question in spec.questions):
        return None
    found: list[Stop] = []
    for question, value, _fault in _course(spec, answers):
        keys = value if isinstance(value, list) else [value]
        found += [stop for stop in question.stops if any(key in stop.when for key in keys)]
    emergencies = (stop for stop in found if stop.kind is StopKind.EMERGENCY)
    return next(emergencies, found[0] if found else None)


def check_answers(spec: ServiceSpec, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The clean answers to the visible questions, by code, in their order.

    Answers to questions whose conditions are not met are dropped. Raises ``Faults`` with a
    sentence under ``answers.<code>`` for everything wrong at once: what is required and missing,
    cannot be read, or answers no question.
    """
    if not isinstance(answers, Mapping):
        raise Faults({"answers": _("The answers must be given by the codes of the questions.")})
    cleaned: dict[str, Any] = {}
    faults = _unknown(spec, answers)
    for question, value, fault in _course(spec, answers):
        if fault:
            faults[f"answers.{question.code}"] = fault
        elif value is not None:
            cleaned[question.code] = value
        elif question.required:
            faults[f"answers.{question.code}"] = _("Please answer this question.")
    if spec.booking is not None and (too_many := item_fault(spec.booking, cleaned)):
        faults.setdefault(f"answers.{too_many[0]}", too_many[1])
    if faults:
        raise Faults(faults)
    return cleaned


def _unknown(spec: ServiceSpec, answers: Mapping[str, Any]) -> dict[str, str]:
    unknown = set(answers) - {question.code for question in spec.questions if question.variable}
    return {
        f"answers.{str(code)[:_LONGEST_CODE]}": _("This service does not ask this question.")
        for code in answers
        if code in unknown
    }


def _course(spec: ServiceSpec, answers: Mapping[str, Any]) -> Iterator[tuple[Question, Any, str]]:
    """Each visible question in order, with its clean answer (or none) and its fault (or "").

    A question that depends on an answer which cannot be read is not visible yet.
    """
    cleaned: dict[str, Any] = {}
    for question in spec.questions:
        if not all(reading.holds(condition, cleaned) for condition in question.only_if):
            continue
        given = answers.get(question.code)
        value, fault = None, ""
        if question.variable and not reading.is_empty(given):
            try:
                value = reading.clean(question, given)
            except reading.AnswerError as error:
                fault = str(error)
        if value is not None:
            cleaned[question.code] = value
        yield question, value, fault
