"""Keeping priorities as they should be: after events, each night for age, and by hand."""

import math
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Final

import numpy as np
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from citycall.catalog.queries import catalog
from citycall.core.actors import SYSTEM, Actor
from citycall.core.models import Event
from citycall.core.permissions import require
from citycall.core.snapshots import Snapshot
from citycall.emergencies.rules import heard
from citycall.places.models import Place
from citycall.service_requests import policies, queries
from citycall.service_requests.actions.change import lock, need_words
from citycall.service_requests.actions.prioritise import set_priority
from citycall.service_requests.actions.work import BadChoice
from citycall.service_requests.events import SUBJECT, Kind
from citycall.service_requests.models import OPEN, OPEN_STATUSES, Report, ServiceRequest
from citycall.triage import rules
from citycall.triage.models import Judgement

AT_ONCE: Final = 500
_KINDS: Final = ("school", "hospital")
_METRES: Final = 111_195.0
# How many reports of one request are read at most: more people than enough, and their words.
_MOST_READ: Final = 200


class _Around:
    """The schools and hospitals, to find the nearest of them."""

    def __init__(self, rows: Sequence[tuple[str, float, float]]) -> None:
        self.names = [name for name, _lon, _lat in rows]
        self.points = np.array([[lon, lat] for _name, lon, lat in rows], dtype=float).reshape(-1, 2)

    def nearest(self, longitude: float, latitude: float) -> tuple[str, float]:
        """Its name and how many metres away it is; none is infinitely far."""
        if not self.names:
            return "", math.inf
        apart = self.points - (longitude, latitude)
        apart[:, 0] *= math.cos(math.radians(latitude))
        metres = np.hypot(apart[:, 0], apart[:, 1]) * _METRES
        at = int(metres.argmin())
        return self.names[at], float(metres[at])


def _load() -> _Around:
    rows = Place.objects.filter(kind__in=_KINDS).order_by("id")
    return _Around(list(rows.values_list("name", "longitude", "latitude")))


# Loaded anew whenever the gazetteer's tables are written: it has the same version row.
AROUND: Final[Snapshot[_Around]] = Snapshot("gazetteer", _load)


def judge(request_id: int, *, at: datetime) -> Judgement | None:
    """Judge an open request anew after something happened to it; safe to do twice."""
    with transaction.atomic():
        request = lock(request_id)
        if request.status not in OPEN_STATUSES:
            return None
        return _keep(request, at=at, redate=True)


def judge_again(*, at: datetime, after: int = 0, most: int = AT_ONCE) -> int | None:
    """Judge the next open requests after this id anew, for their age; the last id, or none.

    A promise is not changed by age alone.
    """
    ids = list(
        ServiceRequest.objects.filter(OPEN & Q(pk__gt=after))
        .order_by("id")
        .values_list("pk", flat=True)[:most]
    )
    for request_id in ids:
        with transaction.atomic():
            request = lock(request_id)
            if request.status in OPEN_STATUSES:
                _keep(request, at=at, redate=False)
    return ids[-1] if len(ids) == most else None


def _keep(request: ServiceRequest, *, at: datetime, redate: bool) -> Judgement:
    judged = rules.judge(facts_of(request, at=at))
    row, _made = Judgement.objects.update_or_create(
        pk=request.pk,
        defaults={
            "priority": judged.priority,
            "score": judged.score,
            "reasons": [{**asdict(reason), "why": reason.why.value} for reason in judged.reasons],
            "computed_at": at,
        },
    )
    set_priority(
        request,
        priority=row.by_hand or judged.priority,
        data={"score": judged.score, "reasons": row.reasons} if row.by_hand is None else {},
        redate=redate,
        by=SYSTEM,
        at=at,
    )
    return row


def facts_of(request: ServiceRequest, *, at: datetime) -> rules.Facts:
    """What is known of a request, in a bounded number of queries."""
    family = queries.family_ids(request.pk)
    reports = list(
        Report.objects.filter(service_request_id__in=family)
        .select_related("contact")
        .order_by("id")[:_MOST_READ]
    )
    place, metres = "", math.inf
    if request.longitude is not None and request.latitude is not None:
        place, metres = AROUND.get().nearest(request.longitude, request.latitude)
    dangers = heard(*(report.words for report in reports))
    return rules.Facts(
        risk=catalog().service_by_id(request.service_id).spec.risk,
        danger=dangers[0].value if dangers else "",
        people=_people(reports),
        gone=_gone(request, at=at),
        place=place,
        metres=metres,
        raised=_raised(request),
    )


def _people(reports: Sequence[Report]) -> int:
    """Different people: who tells it again, under the same address or number, counts once."""
    known = set()
    unknown = 0
    for report in reports:
        contact = report.contact
        reach = (contact.email.casefold() or contact.phone) if contact is not None else ""
        if reach:
            known.add(reach)
        else:
            unknown += 1
    return max(1, len(known) + unknown)


def _gone(request: ServiceRequest, *, at: datetime) -> float | None:
    """The share of the promised time that has gone; a stopped clock stays where it stopped."""
    if request.due_at is None or request.due_at <= request.requested_at:
        return None
    now = request.paused_at or at
    return max(0.0, (now - request.requested_at) / (request.due_at - request.requested_at))


def _raised(request: ServiceRequest) -> int:
    """How often the call centre has raised it; steps of late dates are no such thing."""
    events = Event.objects.filter(
        subject_kind=SUBJECT,
        subject_id=request.pk,
        kind=Kind.ESCALATED.value,
        data__has_key="before",
    )
    return min(events.count(), 4)


@transaction.atomic
def set_by_hand(request_id: int, *, priority: int, why: str, by: Actor, at: datetime) -> Judgement:
    """Set the priority by hand, for a reason that staff read; it holds until it is taken back."""
    request = lock(request_id)
    require(policies.PERMISSIONS, "prioritise", by=by, agency_id=request.agency_id)
    if priority not in range(1, 6):
        raise BadChoice(_("Please choose a priority from 1 to 5."), field="priority")
    if request.status not in OPEN_STATUSES:
        raise BadChoice(_("Only open requests have a priority."), field="priority")
    told = need_words(why, field="why", sentence=_("Please say why."))
    row = _keep(request, at=at, redate=False)
    row.by_hand, row.why, row.who, row.set_at = priority, told, by.name, at
    row.save()
    set_priority(
        request, priority=priority, data={"by_hand": True}, words=told, redate=True, by=by, at=at
    )
    return row


@transaction.atomic
def take_back(request_id: int, *, by: Actor, at: datetime) -> Judgement:
    """Let the priority follow its reasons again."""
    request = lock(request_id)
    require(policies.PERMISSIONS, "prioritise", by=by, agency_id=request.agency_id)
    Judgement.objects.filter(pk=request_id).update(by_hand=None, why="", who="", set_at=None)
    return _keep(request, at=at, redate=True)
