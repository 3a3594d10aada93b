"""Keeping each completion's facts, and what comes to be known of it: a few indexed statements.

All of them may be run again for the same requests, and for many at once.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction

from citycall.catalog.queries import written
from citycall.closures.rules import REPEAT_WITHIN_M
from citycall.service_requests.models import ServiceRequest

# So much of the mercator plane is one square; a repeat is looked for in the squares around.
SQUARE_M: Final = 100.0
REPEAT_WITHIN: Final = timedelta(days=30)
# Evidence comes by and by: it is looked at first after some hours.
JUDGED_AFTER: Final = timedelta(hours=6)
_AT_ONCE: Final = 5_000

# Only what was noted since the request was last completed counts; a photo that came with a report
# shows no work.
_NOTE: Final = """
INSERT INTO closures_closure (
    service_request_id, completed_at, service_id, "group", agency_id, team_id, closer_kind,
    closer_id, requested_at, visited_at, photos, text_key, x, y, square, told_again,
    repeated_same, checked, judge_at, flagged)
SELECT request.id, done.at, request.service_id, '', request.agency_id, request.team_id,
    done.actor_kind, done.actor_id, request.requested_at, seen.visited_at, seen.photos,
    hashtextextended(
        regexp_replace(lower(coalesce(done.words, request.explanation)),
                       '[0-9[:space:][:punct:]]+', ' ', 'g'), 0),
    (request.mercator)[0], (request.mercator)[1],
    floor((request.mercator)[0] / %(square)s)::bigint * 4294967296
        + floor((request.mercator)[1] / %(square)s)::bigint,
    0, false, '', done.at + %(after)s, false
FROM service_requests_servicerequest request
JOIN core_event done ON done.subject_kind = 'service_request' AND done.subject_id = request.id
    AND done.kind = 'completed'
CROSS JOIN LATERAL (
    SELECT max(coalesce((event.data ->> 'there_at')::timestamptz, event.at))
               FILTER (WHERE event.kind IN ('started', 'visited')) AS visited_at,
           count(*) FILTER (WHERE event.kind = 'photo_added') AS photos
    FROM core_event event
    WHERE event.subject_kind = 'service_request' AND event.subject_id = request.id
      AND event.kind IN ('started', 'visited', 'photo_added')
      AND event.id < done.id AND event.at <= done.at
      AND coalesce(event.data ->> 'stage', '') <> 'report'
      AND event.id > coalesce((
          SELECT max(earlier.id) FROM core_event earlier
          WHERE earlier.subject_kind = 'service_request' AND earlier.subject_id = request.id
            AND earlier.kind = 'completed' AND earlier.id < done.id), 0)
) seen
WHERE request.id = ANY(%(ids)s)
ON CONFLICT (service_request_id, completed_at) DO NOTHING
"""

# What reporters said of it: the latest completion before they did is meant.
_ANSWERS: Final = """
UPDATE closures_closure closure SET
    disputed_at = said.disputed_at, confirmed_at = said.confirmed_at,
    told_again = least(said.told_again, 1000),
    judge_at = coalesce(closure.judge_at, %(at)s)
FROM (
    SELECT mine.id,
        min(event.at) FILTER (WHERE event.kind = 'disputed') AS disputed_at,
        min(event.at) FILTER (WHERE event.kind = 'confirmed') AS confirmed_at,
        count(*) FILTER (WHERE event.kind IN ('report_added', 'information_added')
            AND event.at < mine.completed_at + %(within)s) AS told_again
    FROM closures_closure mine
    JOIN core_event event ON event.subject_kind = 'service_request'
        AND event.subject_id = mine.service_request_id
        AND event.kind IN ('disputed', 'confirmed', 'report_added', 'information_added')
        AND event.at > mine.completed_at
    WHERE mine.service_request_id = ANY(%(ids)s) AND event.at <= coalesce((
        SELECT min(next.completed_at) FROM closures_closure next
        WHERE next.service_request_id = mine.service_request_id
          AND next.completed_at > mine.completed_at), 'infinity')
    GROUP BY mine.id
) said
WHERE closure.id = said.id AND (
    closure.disputed_at, closure.confirmed_at, closure.told_again)
    IS DISTINCT FROM (said.disputed_at, said.confirmed_at, said.told_again)
"""

# New requests near what was completed before them; the same service counts before a related one.
_REPEATS: Final = """
UPDATE closures_closure closure SET
    repeated_at = found.at, repeated_by = found.by, repeated_m = found.metres,
    repeated_same = found.same, judge_at = coalesce(closure.judge_at, %(at)s)
FROM (
    SELECT DISTINCT ON (near.id) near.id, told.requested_at AS at, told.id AS by,
        near.service_id = told.service_id AS same,
        sqrt((near.x - (told.mercator)[0]) ^ 2 + (near.y - (told.mercator)[1]) ^ 2)
            * cos(radians(told.latitude)) AS metres
    FROM service_requests_servicerequest told
    JOIN unnest(%(services)s::bigint[], %(groups)s::text[]) AS of(service_id, "group")
        ON of.service_id = told.service_id
    CROSS JOIN LATERAL (
        SELECT x::bigint * 4294967296 + y::bigint AS square
        FROM generate_series(
            floor(((told.mercator)[0] - %(reach)s / cos(radians(told.latitude))) / %(square)s)::int,
            floor(((told.mercator)[0] + %(reach)s / cos(radians(told.latitude))) / %(square)s)::int
        ) AS x,
        generate_series(
            floor(((told.mercator)[1] - %(reach)s / cos(radians(told.latitude))) / %(square)s)::int,
            floor(((told.mercator)[1] + %(reach)s / cos(radians(told.latitude))) / %(square)s)::int
        ) AS y
    ) around
    JOIN closures_closure near ON near.square = around.square
        AND near.completed_at < told.requested_at
        AND near.completed_at > told.requested_at - %(within)s
        AND near."group" = of."group" AND near.service_request_id <> told.id
    WHERE told.id = ANY(%(ids)s) AND told.mercator IS NOT NULL
      AND sqrt((near.x - (told.mercator)[0]) ^ 2 + (near.y - (told.mercator)[1]) ^ 2)
          * cos(radians(told.latitude)) <= %(reach)s
    ORDER BY near.id, near.service_id = told.service_id DESC, told.requested_at
) found
WHERE closure.id = found.id AND (
    closure.repeated_at IS NULL OR (found.same AND NOT closure.repeated_same)
    OR (found.same = closure.repeated_same AND found.at < closure.repeated_at))
"""


@transaction.atomic
def note_completions(request_ids: Collection[int], *, at: datetime) -> int:
    """Keep the completions of these requests that are not kept yet; returns how many those are."""
    made = _run(_NOTE, {"ids": list(request_ids), "square": SQUARE_M, "after": JUDGED_AFTER})
    if made:
        _name_groups(request_ids)
    return made


def note_answers(request_ids: Collection[int], *, at: datetime) -> int:
    """Keep whether reporters confirmed, disputed or told again; returns how many closures."""
    return _run(_ANSWERS, {"ids": list(request_ids), "at": at, "within": REPEAT_WITHIN})


def note_repeats(request_ids: Collection[int], *, at: datetime) -> int:
    """Keep that these new requests tell of what was completed nearby; returns how many closures."""
    groups = _groups()
    told = {
        "ids": list(request_ids),
        "at": at,
        "square": SQUARE_M,
        "reach": REPEAT_WITHIN_M,
        "within": REPEAT_WITHIN,
        "services": list(groups),
        "groups": list(groups.values()),
    }
    return _run(_REPEATS, told)


def note_history(*, since: datetime, at: datetime) -> int:
    """Note all that was completed since, as after an import; returns how many closures there are.

    Bounded reads: some thousand requests at a time, by their time.
    """
    made = 0
    for ids in _requests_since(since):
        made += note_completions(ids, at=at)
        note_answers(ids, at=at)
    for ids in _requests_since(since):
        note_repeats(ids, at=at)
    return made


def _requests_since(since: datetime) -> Iterator[Sequence[int]]:
    rows = ServiceRequest.objects.filter(updated_at__gte=since).order_by("updated_at", "id")
    ids = list(rows.values_list("id", flat=True))
    for first in range(0, len(ids), _AT_ONCE):
        yield ids[first : first + _AT_ONCE]


def _groups() -> dict[int, str]:
    """The group of every service by its id; services of one group are related."""
    return {entry.id: entry.spec.group for entry in written().all_services}


def _name_groups(request_ids: Collection[int]) -> None:
    groups = _groups()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE closures_closure closure SET "group" = of."group"
            FROM unnest(%s::bigint[], %s::text[]) AS of(service_id, "group")
            WHERE closure.service_request_id = ANY(%s) AND closure."group" = ''
              AND of.service_id = closure.service_id
            """,
            [list(groups), list(groups.values()), list(request_ids)],
        )


def _run(statement: str, values: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)
