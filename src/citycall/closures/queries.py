"""Reading what looks false, what is to be checked, and how often it was not done."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import F, FloatField, IntegerField, Q, QuerySet, Sum, Value
from django.db.models.functions import Cast

from citycall.accounts.models import User
from citycall.closures import estimate
from citycall.closures.actions.draw import plan
from citycall.closures.estimate import Drawn, Estimate
from citycall.closures.models import Check, Closure, ClosureDay, ClosureFlag, Frame, Plan
from citycall.closures.policies import PERMISSIONS
from citycall.core import paging
from citycall.core.actors import Actor, ActorKind
from citycall.core.errors import NotAllowed
from citycall.core.paging import Page
from citycall.core.permissions import require
from citycall.service_requests.models import ServiceRequest, Status

SIZE: Final = 25
WEEKS: Final = 12
# What is to be expected before anything was checked: Baltimore 2003 found 8 of 50.
_BEFORE_ANY: Final[Mapping[bool, float]] = {True: 0.4, False: 0.02}
_ANSWERED: Final = 0.7
_SHARE_FLAGGED: Final = 0.08


@dataclass(frozen=True, slots=True)
class Planned:
    """What the plan brings: checks a week, and how well the rate is known after so many weeks."""

    plan: Plan
    points: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Line:
    """Twelve weeks of a service or team: counts, and shares with their intervals.

    ``estimate`` is of the random sample only; none where too few were checked.
    """

    id: int
    completed: int
    confirmed: int
    disputed: int
    flagged: int
    checked: int
    false: int
    disputed_low: float
    disputed_high: float
    estimate: Estimate | None

    @property
    def disputed_share(self) -> float:
        """Of what was completed, 0 to 1."""
        return self.disputed / self.completed if self.completed else 0.0


@dataclass(frozen=True, slots=True)
class Week:
    """One week's counts, its Monday first."""

    monday: date
    completed: int
    confirmed: int
    disputed: int
    flagged: int
    false: int


def _mine(actor: Actor, action: str) -> frozenset[int] | None:
    """The agencies whose completions the actor may see or check; none means all of them."""
    grant = PERMISSIONS[action]
    if actor.kind is ActorKind.SYSTEM or actor.holds_anywhere(grant.everywhere):
        return None
    agencies = actor.agencies_as(grant.own_agency)
    if agencies is not None and not agencies:
        require(PERMISSIONS, action, by=actor)
    return agencies


def may(actor: Actor, action: str) -> bool:
    """Whether the actor may do that for any agency."""
    try:
        _mine(actor, action)
    except NotAllowed:
        return False
    return True


def flagged(
    actor: Actor, *, after: str = "", service_id: int | None = None, size: int = SIZE
) -> Page[ClosureFlag]:
    """One page of what looks false and is not decided, the likeliest first.

    What is open again, or was completed anew since, is nothing to decide any more.
    """
    agencies = _mine(actor, "see")
    rows = ClosureFlag.objects.filter(
        state=ClosureFlag.State.OPEN,
        service_request__completed_at=F("completed_at"),
        service_request__status__in=[Status.COMPLETED, Status.CLOSED],
    )
    if agencies is not None:
        rows = rows.filter(agency_id__in=agencies)
    if service_id is not None:
        rows = rows.filter(service_id=service_id)
    if after:
        score, row_id = paging.decode(after, kinds=(float, int))
        bound = Cast(Value(score), FloatField())
        rows = rows.filter(score__lte=bound).filter(
            Q(score__lt=bound) | Q(score=bound, id__lt=row_id)
        )
    rows = rows.select_related("closure", "service_request__service", "service_request__team")
    found = list(rows.order_by("-score", "-id")[: size + 1])
    shown = found[:size]
    older = paging.encode((shown[-1].score, shown[-1].pk)) if len(found) > size else ""
    return Page(rows=shown, newer="", older=older)


def to_check(actor: Actor, *, after: str = "", size: int = SIZE) -> Page[Check]:
    """One page of what waits to be checked by this actor, the oldest first.

    What the actor closed is left out: somebody else checks it.
    """
    agencies = _mine(actor, "check")
    rows = Check.objects.filter(result=Check.Result.WAITING)
    if agencies is not None:
        rows = rows.filter(agency_id__in=agencies)
    rows = rows.exclude(closure__closer_kind=ActorKind.STAFF.value, closure__closer_id=actor.id)
    rows = rows.filter(closure__service_request__completed_at=F("closure__completed_at"))
    if after:
        asked_at, row_id = paging.decode(after, kinds=(paging.moment, int))
        rows = rows.filter(asked_at__gte=asked_at).filter(
            Q(asked_at__gt=asked_at) | Q(id__gt=row_id)
        )
    rows = rows.select_related("closure__service_request__service", "closure__flag")
    found = list(rows.order_by("asked_at", "id")[: size + 1])
    shown = found[:size]
    older = paging.encode((shown[-1].asked_at, shown[-1].pk)) if len(found) > size else ""
    return Page(rows=shown, newer="", older=older)


def names_of(user_ids: Collection[int]) -> dict[int, str]:
    """The names of people who closed or decided, by user id."""
    return {user.pk: str(user) for user in User.objects.filter(pk__in=list(user_ids))}


def places_of(request_ids: Collection[int]) -> dict[int, ServiceRequest]:
    """The requests that told again, by id."""
    return ServiceRequest.objects.in_bulk(list(request_ids))


def rate(
    actor: Actor, *, since: date, until: date, agency_id: int | None = None
) -> Estimate | None:
    """The share of completions that were not done, from the random draws of these days."""
    agencies = _mine(actor, "see")
    frames = Frame.objects.filter(day__gte=since, day__lte=until, size__gt=0)
    if agency_id is not None:
        frames = frames.filter(agency_id=agency_id)
    elif agencies is not None:
        frames = frames.filter(agency_id__in=agencies)
    sizes = dict(frames.values_list("flagged").annotate(Sum("size")).order_by())
    return estimate.false_rate(_drawn(frames), sizes)


def _drawn(frames: QuerySet[Frame]) -> Iterable[Drawn]:
    """The random draws of these frames; what still waits counts as not checked yet."""
    rows = Check.objects.filter(frame__in=frames).values_list(
        "frame__flagged", "agency_id", "probability", "result"
    )
    known = {Check.Result.DONE.value: False, Check.Result.NOT_DONE.value: True}
    return [Drawn(part, agency, p or 1.0, known.get(result)) for part, agency, p, result in rows]


def planned(actor: Actor, *, today: date) -> Planned:
    """The plan, and what it will tell after 1, 4 and 12 weeks, from what is known so far."""
    agencies = _mine(actor, "see")
    frames = Frame.objects.filter(day__gt=today - timedelta(weeks=WEEKS), day__lte=today)
    if agencies is not None:
        frames = frames.filter(agency_id__in=agencies)
    sizes = dict(frames.values_list("flagged").annotate(Sum("size")).order_by())
    total = sum(sizes.values())
    drawn = list(_drawn(frames))
    settled = [row for row in drawn if row.false is not None]
    rates = {part: _expected(settled, part) for part in (True, False)}
    chosen = plan()
    share = sizes.get(True, 0) / total if total else _SHARE_FLAGGED
    answered = len(settled) / len(drawn) if len(drawn) >= 30 else _ANSWERED
    points = {
        weeks: estimate.expected_points(
            max(chosen.a_week, 1) * weeks,
            flagged_share=min(max(chosen.flagged_share, 0.01), 0.99),
            share_of_flagged=share,
            rates=rates,
            answered=max(answered, 0.05),
        )
        for weeks in (1, 4, 12)
    }
    return Planned(chosen, points)


def _expected(settled: Sequence[Drawn], part: bool) -> float:  # noqa: FBT001
    """The rate in a part, drawn towards what is usual as if ten more had been checked."""
    mine = [row for row in settled if row.flagged == part]
    return (sum(bool(row.false) for row in mine) + 10 * _BEFORE_ANY[part]) / (len(mine) + 10)


def weeks(actor: Actor, *, today: date) -> list[Week]:
    """Twelve weeks of what was completed, the latest first."""
    found: dict[date, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    rows = _days(actor, today=today).values("day").annotate(**_SUMS).order_by()
    days: Iterable[Mapping[str, Any]] = rows
    for row in days:
        monday = row["day"] - timedelta(days=row["day"].weekday())
        for name in _COUNTED:
            found[monday][name] += row[f"{name}_sum"]
    kept = ("completed", "confirmed", "disputed", "flagged", "false")
    return [
        Week(monday, **{name: counts[name] for name in kept})
        for monday, counts in sorted(found.items(), reverse=True)
    ]


def lines(actor: Actor, *, by: str, today: date, most: int = 40) -> list[Line]:
    """Twelve weeks by ``service`` or ``team``, those with the most disputed first."""
    column = {"service": "service_id", "team": "team_id"}[by]
    rows = _days(actor, today=today).values(column).annotate(**_SUMS)
    checked = _checked_by(actor, column, today=today)
    found = []
    for row in rows.order_by("-disputed_sum", "-completed_sum")[:most]:
        counts = {name: row[f"{name}_sum"] for name in _COUNTED}
        low, high = estimate.clopper_pearson(counts["disputed"], counts["completed"])
        found.append(
            Line(
                id=row[column],
                **counts,
                disputed_low=low,
                disputed_high=high,
                estimate=_of_line(checked.get(row[column], []), counts),
            )
        )
    return found


_COUNTED: Final = ("completed", "confirmed", "disputed", "flagged", "checked", "false")
_SUMS: Final[Mapping[str, Any]] = {
    f"{name}_sum": Sum(name, output_field=IntegerField()) for name in _COUNTED
}


def _days(actor: Actor, *, today: date) -> QuerySet[ClosureDay]:
    agencies = _mine(actor, "see")
    rows = ClosureDay.objects.filter(day__gt=today - timedelta(weeks=WEEKS), day__lte=today)
    return rows if agencies is None else rows.filter(agency_id__in=agencies)


def _checked_by(actor: Actor, column: str, *, today: date) -> Mapping[int, list[Drawn]]:
    agencies = _mine(actor, "see")
    rows = Check.objects.filter(frame__day__gt=today - timedelta(weeks=WEEKS))
    if agencies is not None:
        rows = rows.filter(agency_id__in=agencies)
    known = {Check.Result.DONE.value: False, Check.Result.NOT_DONE.value: True}
    found: dict[int, list[Drawn]] = defaultdict(list)
    for of, part, agency, probability, result in rows.values_list(
        f"closure__{column}", "frame__flagged", "agency_id", "probability", "result"
    ):
        found[of].append(Drawn(part, agency, probability or 1.0, known.get(result)))
    return found


def _of_line(drawn: Sequence[Drawn], counts: Mapping[str, int]) -> Estimate | None:
    """From ten checks on; the parts' sizes are those of the line itself."""
    if sum(row.false is not None for row in drawn) < 10:
        return None
    flagged_of_it = counts["flagged"]
    sizes = {True: flagged_of_it, False: max(counts["completed"] - flagged_of_it, 0)}
    return estimate.false_rate(drawn, sizes)


def of_request(request_id: int) -> Closure | None:
    """The latest completion of a request, with its flag; none where none is noted."""
    rows = Closure.objects.filter(service_request_id=request_id).select_related("flag")
    return rows.order_by("-completed_at").first()
