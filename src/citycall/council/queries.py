"""Reading for offices: public facts of their own district, and nothing that is not theirs."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.utils.translation import gettext as _

from citycall.catalog.queries import UnknownService, catalog
from citycall.core import clock, numbers
from citycall.core.actors import Actor
from citycall.core.errors import NotAllowed, NotFound
from citycall.core.permissions import require
from citycall.council.models import DistrictMonth, Inquiry
from citycall.council.policies import PERMISSIONS
from citycall.places.index import AreaRef
from citycall.places.queries import areas
from citycall.service_requests import published, queries
from citycall.service_requests.published import Asked, Published
from citycall.service_requests.published_notes import Note, notes_of

MONTHS: Final = 12
SIZE: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLine:
    """A service's last twelve months in a district; no median where nothing was completed."""

    service: str
    received: int
    open: int
    late: int
    completed: int
    median_days: float | None
    by_month: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A request as an office may know it, with what it asked about it."""

    request: Published
    number: str
    service: str
    agency: str
    notes: Sequence[Note]
    inquiries: Sequence[Inquiry]


def districts_of(actor: Actor) -> list[AreaRef]:
    """The districts for which the actor asks; raises ``NotAllowed`` where there is none."""
    require(PERMISSIONS, "ask", by=actor)
    known = (areas().find(*code.split("/", 1)) for code in sorted(actor.districts))
    found = [area for area in known if area is not None]
    if not found:
        raise NotAllowed(_("Your district is not known here. Please ask an administrator."))
    return found


def district(actor: Actor, code: str) -> AreaRef:
    """The actor's district of this code, or their first; raises ``NotAllowed``."""
    own = districts_of(actor)
    return next((area for area in own if f"{area.layer}/{area.code}" == code), own[0])


def months(at: datetime) -> list[date]:
    """The firsts of the last twelve months by the city's calendar, oldest first."""
    today = at.astimezone(clock.city_zone()).date()
    count = today.year * 12 + today.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(count - MONTHS + 1, count + 1)]


def trend(area: AreaRef, *, at: datetime) -> list[ServiceLine]:
    """Each service's last twelve months in a district, most received first."""
    asked = months(at)
    rows = DistrictMonth.objects.filter(area_id=area.id, month__gte=asked[0])
    by_service: dict[int, list[DistrictMonth]] = defaultdict(list)
    for row in rows:
        by_service[row.service_id].append(row)
    lines = [_line(service_id, found, asked) for service_id, found in by_service.items()]
    return sorted(lines, key=lambda line: (-line.received, line.service))


def counted_at(area: AreaRef) -> datetime | None:
    """When the district was counted last."""
    newest = DistrictMonth.objects.filter(area_id=area.id).order_by("-month").first()
    return newest.counted_at if newest is not None else None


def latest(
    area: AreaRef, *, older_than: str = "", only_open: bool = False
) -> tuple[list[tuple[Published, str]], str]:
    """The district's public requests with the names of their services, and the older page."""
    asked = Asked(
        area=area.id,
        is_open=True if only_open else None,
        older_than=older_than,
        limit=SIZE + 1,
    )
    rows = list(published.listed(asked))
    older = published.cursor_of(rows[SIZE - 1], asked) if len(rows) > SIZE else ""
    return [(row, _name(row.service_id)) for row in rows[:SIZE]], older


def get_for(actor: Actor, public_id: int) -> Seen:
    """A public request of the actor's districts; raises ``NotFound`` for every other."""
    own = {area.id for area in districts_of(actor)}
    row = published.one(public_id)
    if row is None or own.isdisjoint(row.areas):
        raise NotFound(_("There is no such request in your district."))
    codes = {f"{area.layer}/{area.code}" for area in districts_of(actor)}
    asked = Inquiry.objects.filter(service_request_id=row.id, district__in=codes)
    return Seen(
        request=row,
        number=str(row.id),
        service=_name(row.service_id),
        agency=catalog().agency(row.agency_id).name,
        notes=notes_of([row.id]).get(row.id, ()),
        inquiries=list(asked.order_by("-id")[:SIZE]),
    )


def by_number(actor: Actor, typed: str) -> int:
    """The public id that a resident's confirmation number leads to, in the actor's district.

    The number proves nothing here: the office sees what it would have seen on its list.
    """
    report = queries.report_by_number(numbers.read(typed))
    return get_for(actor, queries.root_id(report.service_request_id)).request.id


def inquiries_of(actor: Actor, area: AreaRef) -> list[Inquiry]:
    """What was asked for a district of the actor's, unanswered and latest first."""
    district(actor, f"{area.layer}/{area.code}")
    rows = Inquiry.objects.filter(district=f"{area.layer}/{area.code}")
    found = list(
        rows.select_related("service_request__service").order_by("-asked_at", "-id")[:SIZE]
    )
    return sorted(found, key=lambda each: each.answered_at is not None)


def to_answer(actor: Actor) -> list[Inquiry]:
    """What offices wait for, of the agencies for which the actor answers, by date.

    Raises ``NotAllowed`` for those who answer for none.
    """
    grant = PERMISSIONS["answer"]
    rows = Inquiry.objects.filter(answered_at__isnull=True)
    if not actor.holds_anywhere(grant.everywhere):
        agencies = actor.agencies_as(grant.own_agency)
        if agencies is not None and not agencies:
            raise NotAllowed(_("You do not have permission to do this."))
        rows = rows if agencies is None else rows.filter(agency_id__in=agencies)
    rows = rows.select_related("service_request__service")
    return list(rows.order_by("due_at", "id")[: SIZE * 2])


def may_answer(actor: Actor) -> bool:
    """Whether the actor answers for any agency."""
    grant = PERMISSIONS["answer"]
    return actor.holds_anywhere(grant.everywhere | grant.own_agency)


def district_name(code: str) -> str:
    """A district's name for people."""
    layer, _slash, area_code = code.partition("/")
    area = areas().find(layer, area_code)
    return area.name if area is not None else code


def _line(service_id: int, rows: Sequence[DistrictMonth], asked: Sequence[date]) -> ServiceLine:
    received = {row.month: row.received for row in rows}
    medians = [(row.median_days, row.completed) for row in rows if row.median_days is not None]
    weight = sum(count for _median, count in medians)
    median = sum(days * count for days, count in medians) / weight if weight else None
    return ServiceLine(
        service=_name(service_id),
        received=sum(received.values()),
        open=sum(row.open for row in rows),
        late=sum(row.late for row in rows),
        completed=sum(row.completed for row in rows),
        median_days=median,
        by_month=[received.get(month, 0) for month in asked],
    )


def _name(service_id: int) -> str:
    try:
        return catalog().service_by_id(service_id).name
    except UnknownService:
        return _("another service")
