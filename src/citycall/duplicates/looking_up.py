"""From the database: what lies around a request, and how likely each is the same problem."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.db import connection

from citycall.catalog.queries import catalog
from citycall.core.snapshots import Snapshot
from citycall.duplicates import gathering, photos, rules
from citycall.duplicates.features import Case, compare
from citycall.duplicates.models import Vocabulary
from citycall.duplicates.rarity import Rarity
from citycall.duplicates.score import shipped
from citycall.service_requests import cells
from citycall.service_requests.cells import Box
from citycall.service_requests.models import ServiceRequest
from citycall.service_requests.photo_looks import NOTHING

# Each cell is a stretch of an index by time: what lies elsewhere or long ago is not read.
_AROUND: Final = """
SELECT id, number, service_id, longitude, latitude, requested_at,
       coalesce(completed_at, closed_at), place, report_count
FROM service_requests_servicerequest
WHERE h3_cell = ANY(%(cells)s::bigint[]) AND requested_at > %(since)s AND requested_at <= %(at)s
  AND service_id = ANY(%(services)s::bigint[])
  AND status NOT IN ('merged', 'cancelled', 'referred')
  AND (requested_at > %(lately)s OR coalesce(completed_at, closed_at) IS NULL
       OR coalesce(completed_at, closed_at) > %(at)s)
"""
_WORDS: Final = """
SELECT service_request_id, words, answers FROM service_requests_report
WHERE number = ANY(%(numbers)s::bigint[])
"""
# What was merged into a request brought its photos along.
_LOOKS: Final = """
SELECT kept.id, photo.looks
FROM (
    SELECT asked.id, asked.id AS of_request FROM unnest(%(ids)s::bigint[]) AS asked (id)
    UNION ALL
    SELECT merged_into_id, id FROM service_requests_servicerequest
    WHERE merged_into_id = ANY(%(ids)s::bigint[]) AND status = 'merged'
) AS kept
CROSS JOIN LATERAL (
    SELECT looks FROM service_requests_attachment
    WHERE service_request_id = kept.of_request AND stage = 'report' AND looks <> %(nothing)s
    ORDER BY id LIMIT %(most)s
) AS photo
"""


class _Row(NamedTuple):
    id: int
    number: int
    service_id: int
    longitude: float
    latitude: float
    at: datetime
    ended: datetime | None
    place: str
    reports: int


@dataclass(frozen=True, slots=True)
class Lookalike:
    """Another request that may be the same problem: how likely, and why."""

    request_id: int
    probability: float
    metres: float
    reasons: tuple[rules.Reason, ...]


def _load() -> Rarity:
    row = Vocabulary.objects.order_by("-id").first()
    if row is None:
        return Rarity.unknown()
    return Rarity.from_bytes(row.texts, bytes(row.counts))


# Which words are rare in this city, in the memory of each process.
RARITY: Final[Snapshot[Rarity]] = Snapshot("duplicates", _load)


def lookalikes(new: Case, *, limit: int) -> list[Lookalike]:
    """Older requests that may be the same problem as ``new``, likeliest first.

    Judged as things stood when it came. A ``Case`` with id 0 is one that is only being told.
    """
    others = around(new)
    if not others:
        return []
    rarity = RARITY.get()
    compared = compare(new, others, rarity=rarity)
    shares = photos.weighed(shipped().probabilities(compared.table), compared.like_photos)
    best = sorted(range(len(others)), key=lambda n: (-shares[n], others[n].id))[:limit]
    return [
        Lookalike(
            request_id=others[n].id,
            probability=float(shares[n]),
            metres=float(compared.metres[n]),
            reasons=tuple(rules.reasons(compared, n, new=new, other=others[n], rarity=rarity)),
        )
        for n in best
    ]


def around(new: Case) -> list[Case]:
    """The older requests that are compared with this one, as they stood when it came."""
    box = Box.around(new.longitude, new.latitude, metres=gathering.REACH_M)
    asked: dict[str, Any] = {
        "cells": cells.covering(box, cells.RESOLUTION),
        "services": _services(new.service_id),
        "since": new.at - gathering.OPEN_SINCE,
        "lately": new.at - gathering.CLOSED_SINCE,
        "at": new.at,
    }
    with connection.cursor() as cursor:
        cursor.execute(_AROUND, asked)
        rows = {row.id: row for row in map(_Row._make, cursor.fetchall()) if _is_older(row, new)}
    near = [
        case
        for case in (_case(row, at=new.at) for row in rows.values())
        if gathering.is_near(new, case)
    ]
    chosen = gathering.nearest(new, sorted(near, key=lambda case: case.id))
    told = _with_words(chosen, [rows[case.id].number for case in chosen])
    return _with_looks(told) if new.looks else told


def _is_older(row: _Row, new: Case) -> bool:
    return row.id != new.id and (row.at < new.at or not new.id or row.id < new.id)


def _services(service_id: int) -> list[int]:
    """The service, those that may be reported for the same, and the one for all else."""
    book = catalog()
    entry = book.service_by_id(service_id)
    found = {entry.id, *(each.id for each in book.related(entry, retired=True))}
    if book.something_else is not None:
        found.add(book.something_else.id)
    return sorted(found)


def _case(row: _Row, *, at: datetime) -> Case:
    return Case(
        id=row.id,
        service_id=row.service_id,
        longitude=row.longitude,
        latitude=row.latitude,
        at=row.at,
        open=row.ended is None or row.ended > at,
        place=row.place,
        words="",
        reports=row.reports,
    )


def _with_words(cases: Sequence[Case], numbers: Collection[int]) -> list[Case]:
    """The same cases with the words and answers of the reports that made them."""
    if not cases:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_WORDS, {"numbers": list(numbers)})
        said = {row[0]: (row[1], row[2]) for row in cursor.fetchall()}
    return [
        replace(case, words=said.get(case.id, ("", None))[0], answers=_answers(said.get(case.id)))
        for case in cases
    ]


def with_all(cases: Sequence[Case], *, looks: bool) -> list[Case]:
    """The same cases with all that was told, public or not; with the photos' bits if asked."""
    rows = ServiceRequest.objects.filter(pk__in=[case.id for case in cases])
    told = _with_words(cases, list(rows.values_list("number", flat=True)))
    return _with_looks(told) if looks else told


def looks_of(request_ids: Collection[int]) -> dict[int, tuple[int, ...]]:
    """The bits of the photos that reporters of these requests sent, as far as they say anything."""
    asked: dict[str, Any] = {"ids": list(request_ids), "nothing": NOTHING, "most": photos.MOST}
    found: dict[int, tuple[int, ...]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_LOOKS, asked)
        for request_id, looks in cursor.fetchall():
            found[request_id] = (*found.get(request_id, ()), looks)
    return found


def _with_looks(cases: Sequence[Case]) -> list[Case]:
    found = looks_of([case.id for case in cases])
    return [replace(case, looks=found.get(case.id, ())) for case in cases]


def _answers(told: tuple[str, Any] | None) -> dict[str, Any] | None:
    answers = told[1] if told else None
    if isinstance(answers, str):
        answers = json.loads(answers)
    return answers or None
