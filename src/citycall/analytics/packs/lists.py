"""The lists of a pack: what is late, where trouble returns, what was not really done, promises."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from django.db.models import Sum

from citycall.analytics.facts import area_column
from citycall.analytics.packs.content import (
    AreaCount,
    FalseClosures,
    LateLine,
    LateList,
    Map,
    Mark,
    PromiseLine,
    RepeatLine,
    RepeatList,
    days_of,
)
from citycall.analytics.store import Facts
from citycall.catalog.queries import catalog
from citycall.catalog.specs import Privacy
from citycall.closures import queries as closures
from citycall.closures.models import ClosureDay, ClosureFlag
from citycall.contacts.in_words import hide_in_place
from citycall.core import clock, numbers
from citycall.core.actors import SYSTEM
from citycall.duplicates import repeats
from citycall.duplicates import rules as duplicates
from citycall.duplicates.models import RepeatPlace, RepeatRequest
from citycall.meetings import queries as meetings
from citycall.meetings.models import Commitment, Evidence, Meeting
from citycall.meetings.rules import Period, is_late
from citycall.places.models import LocationKind
from citycall.service_requests.models import ServiceRequest
from citycall.service_requests.public import place_for_all

LATE_SHOWN: Final = 30
REPEATS_SHOWN: Final = 20
MARKS_SHOWN: Final = 400
CLOSURE_WEEKS: Final = 12

# The name of a measure to its present value, its unit and its title.
Measured = Callable[[str], tuple[float | None, str, str]]
AreaOf = Callable[[float, float], str]

_LATE: Final = """
FROM requests r WHERE r.agency = $agency AND r.is_open AND NOT r.is_merged
AND r.due_at < coalesce(r.paused_at, $at)
"""


def late_list(facts: Facts, agency_id: int, *, layer: str) -> LateList:
    """The requests whose date has gone by and that are open, the longest late first."""
    asked = {"agency": agency_id, "at": facts.as_of}
    total = facts.sql(f"SELECT count(*) AS n {_LATE}", asked).to_pylist()[0]["n"]
    area = f"r.{area_column(layer)}" if layer else "NULL"
    rows = facts.sql(
        f"""
        SELECT r.id, s.name AS service, s.id AS service_id, t.name AS team, a.name AS area,
            r.due_at, r.status
        FROM (SELECT id AS keep, due_at AS due {_LATE} ORDER BY due_at, id LIMIT {LATE_SHOWN}) k
        JOIN requests r ON r.id = k.keep
        LEFT JOIN services s ON s.id = r.service LEFT JOIN teams t ON t.id = r.team
        LEFT JOIN areas a ON a.id = {area}
        ORDER BY k.due, r.id
        """,
        asked,
    ).to_pylist()
    told = _told([row["id"] for row in rows])
    zone = clock.city_zone()
    today = facts.as_of.replace(tzinfo=UTC).astimezone(zone).date()
    lines = []
    for row in rows:
        request = told.get(row["id"])
        if request is None:
            continue
        due = row["due_at"].replace(tzinfo=UTC).astimezone(zone).date()
        lines.append(
            LateLine(
                number=numbers.show(request.number),
                service=row["service"] or "",
                team=row["team"] or "",
                area=row["area"] or "",
                place=_place(request),
                due_on=due,
                days_late=(today - due).days,
                status=row["status"],
            )
        )
    return LateList(total=total, lines=tuple(lines))


def _told(ids: list[int]) -> Mapping[int, ServiceRequest]:
    rows = ServiceRequest.objects.only("number", "place", "location_kind", "service_id", "status")
    return rows.in_bulk(ids)


def _place(request: ServiceRequest) -> str:
    """Where it is, unless that is private or in the reporter's own words: papers are passed on."""
    return "" if _is_hidden(request.service_id) else place_for_all(request)


def _is_hidden(service_id: int) -> bool:
    return catalog().service_by_id(service_id).spec.privacy is not Privacy.PUBLIC


def _hidden(rows: Iterable[RepeatPlace]) -> set[int]:
    """Those of which a service hides where it is, or whose place a reporter named. One query."""
    listed = list(rows)
    described = RepeatRequest.objects.filter(
        place__in=[row.pk for row in listed], request__location_kind=LocationKind.WORDS
    )
    return set(described.values_list("place_id", flat=True)) | {
        row.pk
        for row in listed
        if any(_is_hidden(service) for service in {row.service_id, *row.services})
    }


def late_map(facts: Facts, agency_id: int, *, layer: str) -> Map:
    """Where the longest late are; those of services with hidden places are counted by area only."""
    asked = {"agency": agency_id, "at": facts.as_of}
    area = f"r.{area_column(layer)}" if layer else "NULL"
    counted = facts.sql(
        f"""
        SELECT coalesce(a.name, '') AS area, k.count
        FROM (SELECT {area} AS area, count(*) AS count {_LATE} GROUP BY 1) k
        LEFT JOIN areas a ON a.id = k.area ORDER BY 2 DESC, 1
        """,
        asked,
    ).to_pylist()
    hidden = [e.id for e in catalog().all_services if e.spec.privacy is not Privacy.PUBLIC]
    rows = facts.sql(
        f"""
        SELECT longitude, latitude {_LATE} AND longitude IS NOT NULL
        AND NOT list_contains($hidden::INTEGER[], service)
        ORDER BY due_at, id LIMIT {MARKS_SHOWN}
        """,
        {**asked, "hidden": hidden},
    ).to_pylist()
    return Map(
        marks=tuple(Mark(**row, weight=1) for row in rows),
        total=sum(row["count"] for row in counted),
        by_area=tuple(AreaCount(**row) for row in counted),
    )


def _by_area(names: Iterable[str]) -> tuple[AreaCount, ...]:
    counted = sorted(Counter(names).items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(AreaCount(area=name, count=count) for name, count in counted)


def repeat_list(agency_id: int) -> tuple[RepeatList, list[RepeatPlace]]:
    """The places where the same trouble returned, the most frequent first; and the rows."""
    rows = repeats.readable(SYSTEM).filter(agency_id=agency_id, times__gte=duplicates.OFTEN)
    found = list(rows.order_by("-times", "-id")[:MARKS_SHOWN])
    zone = clock.city_zone()
    hidden = _hidden(found)
    lines = tuple(
        RepeatLine(
            id=row.pk,
            place="" if row.pk in hidden else hide_in_place(row.place),
            service=row.service.name,
            times=row.times,
            last_on=row.last_at.astimezone(zone).date(),
            state=row.state,
            cause="" if row.pk in hidden else row.cause,
        )
        for row in found[:REPEATS_SHOWN]
    )
    return RepeatList(total=rows.count(), lines=lines), found


def repeat_map(found: list[RepeatPlace], *, total: int, area_of: AreaOf) -> Map:
    """Where trouble returns; a square grows with how often."""
    hidden = _hidden(found)
    shown = [row for row in found if row.pk not in hidden]
    return Map(
        marks=tuple(
            Mark(longitude=row.longitude, latitude=row.latitude, weight=row.times) for row in shown
        ),
        total=total,
        by_area=_by_area(area_of(row.longitude, row.latitude) for row in found),
    )


def false_closures(agency_id: int, *, until: date) -> FalseClosures:
    """How often completions of the last twelve weeks were not done, by the random checks."""
    days = Period(until - timedelta(days=7 * CLOSURE_WEEKS - 1), until)
    found = closures.rate(SYSTEM, since=days.since, until=days.until, agency_id=agency_id)
    rows = ClosureDay.objects.filter(agency_id=agency_id, day__range=(days.since, days.until))
    sums: dict[str, Any] = rows.aggregate(
        completed=Sum("completed"), disputed=Sum("disputed"), confirmed=Sum("confirmed")
    )
    return FalseClosures(
        days=days_of(days),
        rate=found.rate if found else None,
        low=found.low if found else None,
        high=found.high if found else None,
        checked=found.checked if found else 0,
        tried=found.tried if found else 0,
        to_look_at=ClosureFlag.objects.filter(
            agency_id=agency_id, state=ClosureFlag.State.OPEN
        ).count(),
        **{name: value or 0 for name, value in sums.items()},
    )


def promises(meeting: Meeting, *, at: datetime, measured: Measured) -> tuple[PromiseLine, ...]:
    """What earlier meetings left, with what each promised measure has come to."""
    today = at.astimezone(clock.city_zone()).date()
    return tuple(
        _promise(row, today=today, measured=measured) for row in meetings.coming_up_at(meeting)
    )


def _promise(row: Commitment, *, today: date, measured: Measured) -> PromiseLine:
    is_measure = row.evidence_kind == Evidence.MEASURE
    value, unit, shown = measured(row.evidence) if is_measure else (None, "", row.evidence)
    return PromiseLine(
        id=row.pk,
        what=row.what,
        owner=row.owner_name,
        due_on=row.due_on,
        first_due_on=row.first_due_on,
        carried=row.carried,
        state=row.state,
        late=is_late(row.due_on, alive=row.is_alive, today=today),
        evidence_kind=row.evidence_kind,
        evidence=shown,
        goal=row.goal,
        at_most=row.at_most,
        unit=unit,
        measured=value,
        outcome=row.outcome,
        promised_on=row.meeting.on,
    )
