"""Reading what may be one problem, guarded by what the reader may see."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from citycall.core import numbers
from citycall.core.actors import Actor
from citycall.core.errors import NotAllowed, NotFound
from citycall.core.paging import Page, decode, encode
from citycall.duplicates import photos, rules
from citycall.duplicates.features import Case
from citycall.duplicates.looking_up import Lookalike, lookalikes
from citycall.duplicates.models import Pair, PairState
from citycall.duplicates.policies import DECIDE
from citycall.service_requests import queries
from citycall.service_requests.models import OPEN_STATUSES, Attachment, Report, ServiceRequest
from citycall.service_requests.photo_looks import NOTHING

MOST_SHOWN: Final = 3
MOST_PHOTOS: Final = 3
SIZE: Final = 10
# Less likely than this, one would look through too many that are not.
WORTH_SHOWING: Final = 0.05
_LOOKS: Final = ArraySubquery(
    Attachment.objects.filter(
        service_request_id=OuterRef("service_request_id"),
        stage=Attachment.Stage.REPORT,
        looks__isnull=False,
    )
    .exclude(looks=NOTHING)
    .order_by("id")
    .values("looks")[: photos.MOST]
)
_OPEN: Final = [status.value for status in OPEN_STATUSES]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A request that may be the same problem as another, as staff may see it.

    ``open`` is whether it is now: only then the other can be merged into it. ``photos`` are the ids
    of the first that its reporters sent.
    """

    request: ServiceRequest
    number: str
    words: str
    language: str
    probability: float
    metres: float
    reasons: tuple[str, ...]
    open: bool
    photos: tuple[int, ...]


def case_of(request: ServiceRequest) -> Case | None:
    """A request as it is compared; none where it has no point."""
    if request.longitude is None or request.latitude is None:
        return None
    first = Report.objects.filter(number=request.number).annotate(looks=_LOOKS).first()
    return Case(
        id=request.pk,
        service_id=request.service_id,
        longitude=request.longitude,
        latitude=request.latitude,
        at=request.requested_at,
        open=True,
        place=request.place,
        words=first.words if first else "",
        answers=first.answers if first and first.answers else None,
        reports=request.report_count,
        looks=tuple(first.looks) if first else (),
    )


def candidates_for(
    actor: Actor, request: ServiceRequest, *, limit: int = MOST_SHOWN
) -> list[Candidate]:
    """Older requests that this one may repeat and that the actor may read, likeliest first."""
    case = case_of(request)
    if case is None:
        return []
    found = [
        each for each in lookalikes(case, limit=2 * limit) if each.probability >= WORTH_SHOWING
    ]
    not_it = dismissed_with(request)
    return _shown(actor, [each for each in found if each.request_id not in not_it])[:limit]


def _shown(actor: Actor, found: Sequence[Lookalike]) -> list[Candidate]:
    if not found:
        return []
    ids = [each.request_id for each in found]
    rows = queries.readable(actor).select_related("service", "agency").in_bulk(ids)
    told, seen = _first_reports(list(rows.values())), _photos_of(rows)
    return [
        _candidate(
            rows[each.request_id],
            each,
            told.get(each.request_id),
            seen.get(each.request_id, ()),
        )
        for each in found
        if each.request_id in rows
    ]


def _candidate(
    row: ServiceRequest, each: Lookalike, first: Report | None, seen: tuple[int, ...]
) -> Candidate:
    return Candidate(
        request=row,
        number=numbers.show(row.number),
        words=first.words if first else "",
        language=first.language if first else "",
        probability=each.probability,
        metres=each.metres,
        reasons=tuple(rules.sentence(reason) for reason in each.reasons),
        open=row.status in _OPEN,
        photos=seen,
    )


def _first_reports(rows: Sequence[ServiceRequest]) -> dict[int, Report]:
    found = Report.objects.filter(number__in=[row.number for row in rows])
    return {report.service_request_id: report for report in found}


def _photos_of(request_ids: Collection[int]) -> dict[int, tuple[int, ...]]:
    """The ids of the first photos that reporters of these requests sent."""
    rows = Attachment.objects.filter(
        service_request_id__in=request_ids, stage=Attachment.Stage.REPORT
    )
    found: dict[int, tuple[int, ...]] = {}
    for request_id, photo_id in rows.order_by("id").values_list("service_request_id", "pk"):
        found[request_id] = (*found.get(request_id, ()), photo_id)[:MOST_PHOTOS]
    return found


def repeated_by(actor: Actor, request: ServiceRequest, *, limit: int = MOST_SHOWN) -> list[Pair]:
    """Waiting pairs of newer open requests that may repeat this one and that the actor may read."""
    rows = Pair.objects.filter(
        older=request,
        state=PairState.OPEN,
        newer__status__in=_OPEN,
        newer__in=queries.readable(actor),
    )
    return list(rows.select_related("newer").order_by("-probability", "-id")[:limit])


# Pairs that wait for a decision.


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two requests of a pair, beside the other; ``photos`` are ids of its first ones."""

    request: ServiceRequest
    number: str
    words: str
    language: str
    photos: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ShownPair:
    """A pair with both sides and its reasons as sentences."""

    pair: Pair
    older: Side
    newer: Side
    reasons: tuple[str, ...]


def decidable(actor: Actor) -> QuerySet[Pair]:
    """The pairs of which both requests are the actor's to merge; raises ``NotAllowed``."""
    rows = Pair.objects.all()
    if _decides_everywhere(actor):
        return rows
    agencies = actor.agencies_as(DECIDE.own_agency)
    if agencies is None:
        return rows
    if not agencies:
        raise NotAllowed(_("You do not have permission to merge requests."))
    return rows.filter(newer__agency_id__in=agencies, older__agency_id__in=agencies)


def _decides_everywhere(actor: Actor) -> bool:
    return DECIDE.allows(actor, agency_id=None)


def may_decide(actor: Actor) -> bool:
    """Whether the actor may decide about any pairs at all."""
    return _decides_everywhere(actor) or bool(actor.agencies_as(DECIDE.own_agency))


def pair_for(actor: Actor, pair_id: int) -> Pair:
    """One pair, for who may decide about it; raises ``NotFound``, ``NotAllowed``."""
    found = decidable(actor).filter(pk=pair_id).select_related("newer", "older").first()
    if found is not None:
        return found
    if Pair.objects.filter(pk=pair_id).exists():
        raise NotAllowed(_("You do not have permission to decide about this pair."))
    raise NotFound(_("There is no such pair."))


def waiting(actor: Actor, *, after: str = "", size: int = SIZE) -> Page[Pair]:
    """One page of the pairs that wait, likeliest first; both requests are still open."""
    rows = decidable(actor).filter(
        state=PairState.OPEN, newer__status__in=_OPEN, older__status__in=_OPEN
    )
    if after:
        likely, row_id = decode(after, kinds=(float, int))
        rows = rows.filter(
            Q(probability__lte=likely) & (Q(probability__lt=likely) | Q(id__lt=row_id))
        )
    found = list(
        rows.select_related("newer__service", "older__service").order_by("-probability", "-id")[
            : size + 1
        ]
    )
    shown = found[:size]
    last = shown[-1] if len(found) > size else None
    return Page(
        rows=shown, newer="", older=encode((last.probability, last.pk)) if last is not None else ""
    )


def shown(pairs: Sequence[Pair]) -> list[ShownPair]:
    """Pairs with what was said and shown on both sides, in two further queries."""
    sides = [side for pair in pairs for side in (pair.newer, pair.older)]
    told, seen = _first_reports(sides), _photos_of([side.pk for side in sides])
    return [
        ShownPair(
            pair=pair,
            older=_side(pair.older, told, seen),
            newer=_side(pair.newer, told, seen),
            reasons=tuple(rules.sentence(reason) for reason in pair.reasons),
        )
        for pair in pairs
    ]


def _side(
    request: ServiceRequest, told: dict[int, Report], seen: dict[int, tuple[int, ...]]
) -> Side:
    first = told.get(request.pk)
    return Side(
        request=request,
        number=numbers.show(request.number),
        words=first.words if first else "",
        language=first.language if first else "",
        photos=seen.get(request.pk, ()),
    )


def dismissed_with(request: ServiceRequest) -> set[int]:
    """The older requests that somebody has said this one is not the same as."""
    rows = Pair.objects.filter(newer=request, state=PairState.DISMISSED)
    return set(rows.values_list("older_id", flat=True))


def changed_since(
    since: datetime | None, request_id: int = 0, *, until: datetime
) -> QuerySet[ServiceRequest]:
    """Open requests with a point that were changed after ``since``, oldest change first.

    Of those changed at that very time, the ones with a higher id than ``request_id``.
    """
    rows = ServiceRequest.objects.filter(
        status__in=_OPEN, longitude__isnull=False, updated_at__lte=until
    )
    if since is not None:
        later = Q(updated_at__gt=since) | Q(updated_at=since, id__gt=request_id)
        rows = rows.filter(later, updated_at__gte=since)
    return rows.order_by("updated_at", "id")
