"""Reading for offices: public facts of their own district, and nothing that is not theirs."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from django.db.models import F
from django.utils.translation import gettext as _

from citycall.catalog.queries import UnknownService, catalog
from citycall.catalog.specs import Privacy
from citycall.core import clock, numbers, paging
from citycall.core.actors import Actor
from citycall.core.errors import NotAllowed, NotFound
from citycall.core.permissions import require
from citycall.council.models import Case, DistrictMonth, Inquiry
from citycall.council.policies import PERMISSIONS
from citycall.places.index import AreaRef
from citycall.places.queries import areas
from citycall.service_requests import published, queries
from citycall.service_requests.models import OPEN_STATUSES, ServiceRequest, Status
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
    state: str
    service: str
    agency: str
    notes: Sequence[Note]
    inquiries: Sequence[Inquiry]
    cases: Sequence[Case]


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """A report that an office follows, and the request that it leads to as an office may know it.

    Of a private service, no more is told than its state.
    """

    case: Case
    request: Published
    status: str
    is_open: bool
    service: str
    agency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """What an office reported for residents in the last twelve months; how much of it is done."""

    received: int
    open: int
    completed: int


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
    return next((area for area in own if code_of(area) == code), own[0])


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
    """A public request of the actor's districts, or one that they follow for a resident.

    Raises ``NotFound`` for every other.
    """
    own = districts_of(actor)
    codes = {code_of(area) for area in own}
    row = published.one(public_id)
    cases = _cases(public_id, codes)
    if row is None and any(case.filed for case in cases):
        row = _barely(ServiceRequest.objects.get(pk=public_id))
    elsewhere = row is not None and {area.id for area in own}.isdisjoint(row.areas)
    if row is None or (elsewhere and not cases):
        raise NotFound(_("There is no such request in your district."))
    asked = Inquiry.objects.filter(service_request_id=row.id, district__in=codes)
    return Seen(
        request=row,
        number=str(row.id),
        state=str(Status(row.status).label),
        service=_name(row.service_id) if not _is_private(row) else _("another service"),
        agency=catalog().agency(row.agency_id).name,
        notes=notes_of([row.id]).get(row.id, ()) if not _is_private(row) else (),
        inquiries=list(asked.order_by("-id")[:SIZE]),
        cases=cases,
    )


def _cases(request_id: int, codes: Collection[str]) -> list[Case]:
    """What these districts follow of a request, merged ones included."""
    rows = Case.objects.filter(district__in=codes)
    if not rows.exists():
        return []
    family = queries.family_ids(request_id)
    return list(rows.filter(report__service_request_id__in=family).order_by("id"))


def cases_of(actor: Actor, area: AreaRef, *, older_than: str = "") -> tuple[list[Followed], str]:
    """The reports that a district of the actor's follows, latest first, and the older page."""
    district(actor, code_of(area))
    rows = Case.objects.filter(district=code_of(area)).select_related("report")
    page = paging.page_by_time(rows, column="at", older_than=older_than, size=SIZE)
    return _followed(page.rows), page.older


def followed(case: Case) -> Followed | None:
    """One report that an office follows, as it stands now; none where nothing of it is told."""
    return next(iter(_followed([case])), None)


def _followed(cases: Sequence[Case]) -> list[Followed]:
    roots = queries.roots([case.report.service_request_id for case in cases])
    known = {row.id: row for row in published.some([root.pk for root in roots.values()])}
    found = []
    for case in cases:
        root = roots[case.report.service_request_id]
        public = known.get(root.pk)
        # What has become private since is the office's own only where it reported it.
        if public is None and not case.filed:
            continue
        found.append(
            Followed(
                case=case,
                request=public or _barely(root),
                status=str(Status(root.status).label),
                is_open=root.status in OPEN_STATUSES,
                service=_name(root.service_id) if public else _("another service"),
                agency=catalog().agency(root.agency_id).name,
            )
        )
    return found


def filed_of(area: AreaRef, *, at: datetime) -> Filed:
    """How many reports a district's office filed in the last twelve months, and their state.

    Of one that was merged, the state of what it is part of counts.
    """
    since = datetime.combine(months(at)[0], time.min, clock.city_zone())
    rows = Case.objects.filter(district=code_of(area), filed=True, at__gte=since)
    ids = list(rows.values_list("report__service_request_id", flat=True))
    roots = queries.roots(ids)
    now = [roots[request_id] for request_id in ids]
    return Filed(
        received=len(now),
        open=sum(root.status in OPEN_STATUSES for root in now),
        completed=sum(root.completed_at is not None for root in now),
    )


def code_of(area: AreaRef) -> str:
    """A district as it is written everywhere: "layer/code"."""
    return f"{area.layer}/{area.code}"


def _barely(request: ServiceRequest) -> Published:
    """What the office knows of what it filed where nothing is public: its state and dates."""
    return Published(
        id=request.pk,
        service_id=request.service_id,
        agency_id=request.agency_id,
        status=request.status,
        requested_at=request.requested_at,
        updated_at=request.updated_at,
        due_at=request.due_at,
        completed_at=request.completed_at,
        closed_at=request.closed_at,
        outcome_id=None,
        verification="",
        explanation="",
        referred_to="",
        place="",
        longitude=None,
        latitude=None,
        areas=[],
        report_count=request.report_count,
        merged_into_id=request.merged_into_id,
        words="",
        photo_id=None,
    )


def _is_private(row: Published) -> bool:
    return catalog().service_by_id(row.service_id).spec.privacy is Privacy.PRIVATE


def by_number(actor: Actor, typed: str) -> int:
    """The public id that a resident's confirmation number leads to, in the actor's district.

    The number proves nothing here: the office sees what it would have seen on its list.
    """
    report = queries.report_by_number(numbers.read(typed))
    return get_for(actor, queries.root_id(report.service_request_id)).request.id


def inquiries_of(actor: Actor, area: AreaRef) -> list[Inquiry]:
    """What was asked for a district of the actor's, unanswered first, then the latest answered."""
    district(actor, code_of(area))
    rows = Inquiry.objects.filter(district=code_of(area))
    unanswered_first = F("answered_at").desc(nulls_first=True)
    rows = rows.select_related("service_request__service")
    return list(rows.order_by(unanswered_first, "-asked_at", "-id")[:SIZE])


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
