"""While something is being reported: which of the known problems near it is most likely meant.

``service_requests.known`` says what may be shown to everyone. Here it is put in the order of the
learned probability, with the reasons in words. For residents and programs nothing takes part but
what everyone may know, so that neither order nor reasons tell of anything private; for staff who
may read every request, all words, answers and photos do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from citycall.catalog.queries import ServiceEntry
from citycall.core.actors import Actor
from citycall.duplicates import looking_up, photos, rules
from citycall.duplicates.features import Case, compare
from citycall.duplicates.looking_up import RARITY
from citycall.duplicates.score import shipped
from citycall.places.locations import Location
from citycall.service_requests import known
from citycall.service_requests.known import MOST, KnownProblem
from citycall.service_requests.models import Attachment
from citycall.service_requests.photo_looks import NOTHING
from citycall.service_requests.policies import PERMISSIONS

# So many of the nearest are compared, however many are near.
LOOKED_AT: Final = 20
# How far, how long ago and of which service stands beside each problem anyway.
_SHOWN_ANYWAY: Final = frozenset({"metres", "minutes", "other_service", "over"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What a person has told so far; ``looks`` are the bits of the photos."""

    words: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)
    looks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Likely:
    """A known problem, how likely it is the one that is being reported, and why."""

    problem: KnownProblem
    probability: float
    reasons: tuple[str, ...]


def known_near(
    entry: ServiceEntry,
    location: Location | None,
    *,
    told: Telling,
    by: Actor,
    at: datetime,
    limit: int = MOST,
) -> Sequence[Likely]:
    """The open problems that a report of this service at this place may be about, likeliest first.

    The same ones as ``service_requests.known.known_near`` finds, and no others.
    """
    found = known.known_near(entry, location, limit=LOOKED_AT)
    if not found or location is None or location.point is None:
        return ()
    longitude, latitude = location.point
    new = Case(
        id=0,
        service_id=entry.id,
        longitude=longitude,
        latitude=latitude,
        at=at,
        open=True,
        place=location.place,
        words=told.words,
        answers=told.answers,
        looks=told.looks,
    )
    return _ranked(new, found, by=by)[:limit]


def _ranked(new: Case, found: Sequence[KnownProblem], *, by: Actor) -> list[Likely]:
    reads_all = PERMISSIONS["read"].allows(by, agency_id=None)
    cases = [_case(each) for each in found]
    if reads_all:
        others = looking_up.with_all(cases, looks=bool(new.looks))
    else:
        others = _with_public_photos(cases) if new.looks else cases
    rarity = RARITY.get()
    compared = compare(new, others, rarity=rarity)
    shares = photos.weighed(shipped().probabilities(compared.table), compared.like_photos)
    # Of equals, the one that is nearer comes first, as it was found.
    return [
        Likely(
            problem=found[n],
            probability=float(shares[n]),
            reasons=tuple(
                rules.sentence(reason)
                for reason in rules.reasons(compared, n, new=new, other=others[n], rarity=rarity)
                if reason["code"] not in _SHOWN_ANYWAY
            ),
        )
        for n in sorted(range(len(found)), key=lambda n: -shares[n])
    ]


def _case(problem: KnownProblem) -> Case:
    longitude, latitude = problem.point
    return Case(
        id=problem.request_id,
        service_id=problem.entry.id,
        longitude=longitude,
        latitude=latitude,
        at=problem.requested_at,
        open=True,
        place=problem.place,
        words=problem.words,
        reports=problem.report_count,
    )


def _with_public_photos(cases: Sequence[Case]) -> list[Case]:
    shown = Attachment.objects.filter(
        service_request_id__in=[case.id for case in cases], public=True, looks__isnull=False
    ).exclude(looks=NOTHING)
    looks: dict[int, tuple[int, ...]] = {}
    for request_id, bits in shown.order_by("id").values_list("service_request_id", "looks"):
        looks[request_id] = (*looks.get(request_id, ()), bits or NOTHING)[: photos.MOST]
    return [replace(case, looks=looks.get(case.id, ())) for case in cases]
