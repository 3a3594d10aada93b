"""Storm mode: one switch by which the call centre deals with many calls about one thing.

While it is on, every process sees it within a second: the intake is short, the alert comes first,
call-backs are offered at once, and reports of its service in its area join one request. A drill
is shown to staff alone; residents and the telephone's menu meet nothing of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from citycall.agencies.documents import read
from citycall.calls import news
from citycall.calls.policies import PERMISSIONS
from citycall.calls.storm_models import StormSpell
from citycall.catalog.queries import UnknownService, catalog
from citycall.core import clock, revisions
from citycall.core.actors import Actor
from citycall.core.errors import Conflict, Faults, NotFound
from citycall.core.permissions import require
from citycall.core.snapshots import Snapshot
from citycall.knowledge import actions as knowledge
from citycall.knowledge import alerts
from citycall.knowledge.alerts import UnknownAlert
from citycall.knowledge.specs import AlertSpec, CircleSpec
from citycall.places.coordinates import Point, distance_m
from citycall.places.locations import Location
from citycall.places.queries import areas
from citycall.service_requests import queries as service_requests
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.drafts import Draft
from citycall.service_requests.models import OPEN_STATUSES, ServiceRequest

LONGEST_WORDS: Final = 300
MOST_PAST: Final = 20
SUBJECT: Final = "storm mode"


class AlreadyOn(Conflict):
    """Storm mode, or a drill of it, is on already."""

    code = "storm_already_on"


class NotOn(Conflict):
    """Storm mode is not on."""

    code = "storm_not_on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """Storm mode as everybody sees it. ``alert`` and ``service`` are codes, or empty."""

    id: int
    begun_at: datetime
    begun_by: str
    ends_at: datetime | None
    ended_at: datetime | None
    ended_by: str
    words: str
    alert: str
    service: str
    request_id: int | None
    areas: tuple[str, ...]
    circle: CircleSpec | None
    drill: bool

    def is_on(self, at: datetime) -> bool:
        """Whether it goes on at this moment."""
        ends = self.ended_at or self.ends_at
        return self.begun_at <= at and (ends is None or at < ends)

    def covers(self, point: Point) -> bool:
        """Whether a point (longitude, latitude) lies where it rages; all do without an area."""
        if not self.areas and self.circle is None:
            return True
        if self.circle is not None:
            middle = (self.circle.longitude, self.circle.latitude)
            if distance_m(middle, point) <= self.circle.radius_m:
                return True
        here = {f"{ref.layer}/{ref.code}" for ref in areas().at(*point)}
        return bool(here.intersection(self.areas))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What storm mode is to begin with.

    An alert that is told already (``alert``, its code) or one to be told (``new_alert``), or in a
    drill only ``words``. The incident is a known request (``number``) or one to be made
    (``incident``); its service is ``service`` where none is named. Without areas and circle those
    of the alert count. ``ends_at`` none: until somebody ends it.
    """

    words: str = ""
    alert: str = ""
    new_alert: AlertSpec | None = None
    service: str = ""
    number: int | None = None
    incident: Draft | None = None
    areas: tuple[str, ...] = ()
    circle: CircleSpec | None = None
    ends_at: datetime | None = None
    drill: bool = False


def active(*, at: datetime | None = None) -> Storm | None:
    """The storm that is on, at most a second behind; none in a drill. Every door may ask."""
    present = shown(at=at)
    return None if present is None or present.drill else present


def shown(*, at: datetime | None = None) -> Storm | None:
    """The same for staff's own pages, where a drill is shown too."""
    present = next(iter(STORM.get()), None)
    return present if present is not None and present.is_on(at or clock.now()) else None


def call_backs_offered(*, at: datetime | None = None) -> bool:
    """Whether callers are offered to be called back from the first second of their waiting."""
    return active(at=at) is not None


def incident_for(
    service: str, location: Location | None, *, at: datetime | None = None
) -> int | None:
    """The request that a report of this service at this place joins now; none where it does not.

    Only where the place is known to lie in the storm's area, and while the request is open. One
    that was merged into another leads to that.
    """
    storm = active(at=at)
    if storm is None or storm.request_id is None or storm.service != service:
        return None
    point = location.point if location else None
    placed = bool(storm.areas) or storm.circle is not None
    if placed and (point is None or not storm.covers(point)):
        return None
    request_id = service_requests.root_id(storm.request_id)
    still = ServiceRequest.objects.filter(pk=request_id, status__in=OPEN_STATUSES)
    return request_id if still.exists() else None


def past(*, by: Actor) -> Sequence[Storm]:
    """The latest times in storm mode and drills, the present one too; for supervisors."""
    require(PERMISSIONS, "supervise", by=by)
    return [_seen(row) for row in StormSpell.objects.order_by("-begun_at", "-id")[:MOST_PAST]]


def begin(plan: Plan, *, by: Actor, at: datetime) -> Storm:
    """Turn storm mode on. Alert, incident and switch come about together or not at all.

    Nothing public is written in a drill. Raises ``Faults``, ``AlreadyOn``.
    """
    require(PERMISSIONS, "supervise", by=by)
    with transaction.atomic():
        _end_overdue(at)
        row = _made(plan, by=by, at=at)
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError:
            raise AlreadyOn(_("Storm mode is on already. End it before another begins.")) from None
        _record(None, row, by=by, at=at)
        STORM.bump()
        news.tell(news.STORM)
    return _seen(row)


@transaction.atomic
def end(*, by: Actor, at: datetime, with_alert: bool = False) -> Storm:
    """Turn it off, and with it perhaps the alert that it began with. Raises ``NotOn``."""
    require(PERMISSIONS, "supervise", by=by)
    row = StormSpell.objects.select_for_update().filter(ended_at=None).first()
    if row is None:
        raise NotOn(_("Storm mode is not on."))
    before = _document(row)
    # What had ended by itself did so then.
    row.ended_at = min(filter(None, (row.ends_at, max(at, row.begun_at))))
    row.ended_by_name = by.name[:200]
    row.save()
    _record(before, row, by=by, at=at)
    STORM.bump()
    news.tell(news.STORM)
    if with_alert and row.alert and not row.drill:
        knowledge.end_alert(code=row.alert, by=by, at=at)
    return _seen(row)


def _made(plan: Plan, *, by: Actor, at: datetime) -> StormSpell:
    alert = _alert(plan)
    request_id, service = _incident(plan, by=by, at=at)
    _check(plan, alert, service, at=at)
    if plan.new_alert is not None and not plan.drill:
        spec = plan.new_alert.model_copy(update={"request": request_id})
        knowledge.save_alert(spec=spec, by=by, at=at)
    areas_named, circle = plan.areas, plan.circle
    if alert is not None and not areas_named and circle is None:
        areas_named, circle = alert.areas, alert.circle
    return StormSpell(
        drill=plan.drill,
        words=(plan.words.strip() or (alert.title if alert else ""))[:LONGEST_WORDS],
        # A drill's new alert is told to nobody, so it has no code to be found by.
        alert=plan.alert or (plan.new_alert.code if plan.new_alert and not plan.drill else ""),
        service=service,
        request_id=request_id,
        areas=list(areas_named),
        circle=circle.model_dump() if circle else None,
        begun_at=at,
        begun_by_id=by.id,
        begun_by_name=by.name[:200],
        ends_at=plan.ends_at,
    )


def _alert(plan: Plan) -> AlertSpec | None:
    if plan.new_alert is not None:
        return plan.new_alert
    if not plan.alert:
        return None
    try:
        return alerts.alert(plan.alert)
    except UnknownAlert as error:
        raise Faults({"alert": error.message}) from None


def _incident(plan: Plan, *, by: Actor, at: datetime) -> tuple[int | None, str]:
    """The request that reports join, and the service that it is about."""
    if plan.number is not None:
        return _known_incident(plan, plan.number, by=by)
    if plan.incident is None or plan.drill:
        return None, plan.service or (plan.incident.service if plan.incident else "")
    return submit(plan.incident, by=by, at=at).request_id, plan.incident.service


def _known_incident(plan: Plan, number: int, *, by: Actor) -> tuple[int, str]:
    try:
        found = service_requests.get_for(by, number)
    except NotFound as error:
        raise Faults({"number": error.message}) from None
    if found.status not in OPEN_STATUSES:
        raise Faults({"number": _("This request is not open, so no report can join it.")})
    service = catalog().service_by_id(found.service_id).spec.code
    if plan.service and plan.service != service:
        raise Faults({"number": _("This request is about another service than the storm.")})
    return found.pk, service


def _check(plan: Plan, alert: AlertSpec | None, service: str, *, at: datetime) -> None:
    faults: dict[str, str] = {}
    if alert is None and not plan.drill:
        faults["alert"] = _("Choose an alert, or write a new one: callers hear it first.")
    if alert is None and not plan.words.strip():
        faults["words"] = _("Say in a few words what is going on.")
    if service:
        try:
            catalog().service(service)
        except UnknownService as error:
            faults["service"] = error.message
    if plan.ends_at is not None and plan.ends_at <= at:
        faults["ends_at"] = _("The end must be in the future.")
    if faults:
        raise Faults(faults)


def _end_overdue(at: datetime) -> None:
    """Close the books on one that has ended by itself."""
    over = StormSpell.objects.select_for_update().filter(ended_at=None, ends_at__lte=at).first()
    if over is not None:
        over.ended_at = over.ends_at
        over.save(update_fields=["ended_at"])


def _record(before: dict[str, object] | None, row: StormSpell, *, by: Actor, at: datetime) -> None:
    revisions.record(
        subject_kind=SUBJECT,
        subject_code=str(row.pk),
        before=before,
        after=_document(row),
        by=by,
        at=at,
    )


def _document(row: StormSpell) -> dict[str, object]:
    return {
        "words": row.words,
        "drill": row.drill,
        "alert": row.alert,
        "service": row.service,
        "request": row.request_id,
        "areas": list(row.areas),
        "circle": row.circle,
        "ends_at": row.ends_at.isoformat() if row.ends_at else None,
        "ended_at": row.ended_at.isoformat() if row.ended_at else None,
    }


def _seen(row: StormSpell) -> Storm:
    return Storm(
        id=row.pk,
        begun_at=row.begun_at,
        begun_by=row.begun_by_name,
        ends_at=row.ends_at,
        ended_at=row.ended_at,
        ended_by=row.ended_by_name,
        words=row.words,
        alert=row.alert,
        service=row.service,
        request_id=row.request_id,
        areas=tuple(row.areas),
        circle=read(CircleSpec, row.circle) if row.circle else None,
        drill=row.drill,
    )


def _load() -> tuple[Storm, ...]:
    return tuple(_seen(row) for row in StormSpell.objects.filter(ended_at=None))


STORM: Final[Snapshot[tuple[Storm, ...]]] = Snapshot("storm", _load)
