"""One step done to many requests and taken back, against the bare statements that it stands for."""

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from bench import stage
from bench.reads import settle

# Open requests as they come in, each with a report; the serial makes their numbers.
_OPEN = """
WITH request AS (
    INSERT INTO service_requests_servicerequest (
        number, service_id, agency_id, team_id, status, status_before_merge, priority,
        report_count, requested_at, updated_at, due_at, promised_at, hold_reason, explanation,
        referred_to, verification, reopened_count, location_kind, longitude, latitude, place,
        directions, areas, source, source_id)
    SELECT 990000000000 + serial, service.id, service.agency_id, service.team_id, 'new', '', 3, 1,
           now() - serial * interval '1 second', now() - serial * interval '1 second',
           now() + interval '5 days', now() + interval '5 days', '', '', '', '', 0, 'point',
           -76.6 + random() / 10, 39.3 + random() / 10, 'Harbor Street', '', '{{}}', '', ''
    FROM generate_series({first}, {last}) AS serial, catalog_service AS service
    WHERE service.code = '{service}'
    RETURNING id, number, requested_at
)
INSERT INTO service_requests_report (
    service_request_id, number, channel, words, wanted, answers, language, reported_at)
SELECT id, number, 'web', 'A hole in the street.', '', '{{}}', 'en', requested_at FROM request
"""
# What completing one batch stands for: the same columns, the same events, their jobs, its items.
_BARE = """
WITH picked AS (
    SELECT id FROM service_requests_servicerequest
    WHERE number BETWEEN 990000000000 + {first} AND 990000000000 + {last}
), item AS (
    UPDATE batches_batchitem SET state = 'changed', before = '{{"status": "new"}}'
    WHERE batch_id = {batch}
), changed AS (
    UPDATE service_requests_servicerequest AS request
    SET status = 'completed', updated_at = now(), completed_at = now(), outcome_id = {outcome},
        verify_until = now() + interval '7 days', explanation = '{words}', verification = 'asked'
    FROM picked WHERE request.id = picked.id RETURNING request.id
), event AS (
    INSERT INTO core_event (kind, at, actor_kind, actor_id, actor_name, subject_kind, subject_id,
                            visibility, data, words)
    SELECT 'completed', now(), 'staff', 1, 'Bench', 'service_request', id, 'public',
           '{{"status": "completed", "outcome": "x", "fixed": true, "batch": 1}}', '{words}'
    FROM changed RETURNING id
)
INSERT INTO procrastinate_jobs (queue_name, task_name, args, scheduled_at)
SELECT 'reactions', 'citycall.react', jsonb_build_object('event_id', id), now() FROM event
"""
WORDS = "The crew has filled the hole and rolled it even."


def measure(where: stage.Stage, *, history: int, picked: int, rounds: int) -> dict[str, Any]:
    """Seconds for a batch of so many requests beside others, and their ratio to bare statements.

    ``longest_chunk_ms`` is how long at most its requests were held.
    """
    from django.conf import settings

    from citycall.batches.models import BatchStep
    from citycall.demo import loading

    settings.CITYCALL_BATCH_ALONE = 10**9
    loading.generate(requests=history, seed=311, at=datetime.now(UTC))
    bench = _Bench(where, picked)
    seconds: dict[str, list[float]] = {}
    chunks: list[float] = []
    for _round in range(rounds):
        bare = bench.bare()
        seconds.setdefault("bare", []).append(bare)
        for step, values in bench.steps().items():
            for name, took in bench.batch(BatchStep(step), values, chunks).items():
                seconds.setdefault(name, []).append(took)
    middle = {name: round(statistics.median(took), 3) for name, took in seconds.items()}
    return {
        "history": history,
        "requests": picked,
        "seconds": middle,
        "ratio": round(middle["bare"] / middle["complete"], 3),
        "longest_chunk_ms": round(max(chunks) * 1000),
    }


class _Bench:
    """Fresh open requests for every batch, and the person who directs their work."""

    def __init__(self, where: stage.Stage, picked: int) -> None:
        from citycall.accounts.actions import give_role
        from citycall.accounts.models import Role, User
        from citycall.accounts.queries import actor_of
        from citycall.catalog.queries import catalog
        from citycall.core.actors import SYSTEM

        self.where, self.picked, self.first = where, picked, 1
        self.service = next(
            entry
            for entry in catalog().services
            if entry.spec.outcomes
            and not entry.spec.photo_on_completion
            and entry.spec.hold_reasons
        )
        user = User.objects.create_user(username="bench-dispatcher", password=None)
        give_role(
            user,
            role=Role.DISPATCHER,
            agency_id=self.service.agency_id,
            by=SYSTEM,
            at=datetime.now(UTC),
        )
        self.actor = actor_of(user)

    def steps(self) -> dict[str, dict[str, Any]]:
        """The steps that are measured, with what each needs."""
        spec = self.service.spec
        return {
            "assign": {"assignee": str(self.actor.id)},
            "hold": {"reason": spec.hold_reasons[0].code, "words": "It has to wait."},
            "message": {"words": WORDS},
            "complete": {"outcome": spec.outcomes[0], "explanation": WORDS},
        }

    def fresh(self) -> list[int]:
        """The ids of requests that have just come in."""
        first, last = self.first, self.first + self.picked - 1
        self.first = last + 1
        self.where.psql("TRUNCATE procrastinate_jobs, procrastinate_periodic_defers CASCADE")
        self.where.psql(_OPEN.format(first=first, last=last, service=self.service.spec.code))
        settle(self.where)
        numbers = f"BETWEEN {990000000000 + first} AND {990000000000 + last}"
        rows = self.where.psql(
            f"SELECT id FROM service_requests_servicerequest WHERE number {numbers}"
        )
        return [int(str(row[0])) for row in rows]

    def bare(self) -> float:
        """Seconds of the statements alone."""
        from citycall.batches.actions import preparing
        from citycall.batches.models import BatchStep
        from citycall.catalog.queries import catalog

        first, last = self.first, self.first + self.picked - 1
        at = datetime.now(UTC)
        batch = preparing.prepare(self.fresh(), step=BatchStep.START, by=self.actor, at=at)
        outcome = catalog().outcome(self.service.spec.outcomes[0]).id
        statement = _BARE.format(
            first=first, last=last, batch=batch.pk, outcome=outcome, words=WORDS
        )
        return _seconds(lambda: self.where.psql(statement))

    def batch(self, step: Any, values: dict[str, Any], chunks: list[float]) -> dict[str, float]:
        """Seconds for preparing, showing, doing and taking back one batch."""
        from citycall.batches import queries
        from citycall.batches.actions import deciding, preparing, running

        by, at, ids = self.actor, datetime.now(UTC), self.fresh()
        took: dict[str, float] = {}
        start = time.perf_counter()
        batch = preparing.prepare(ids, step=step, by=by, at=at)
        batch = preparing.say(batch.pk, values=values, by=by, at=at)
        took["prepare"] = time.perf_counter() - start
        took["preview"] = _seconds(lambda: queries.preview(batch, maker=by, at=at))
        deciding.confirm(batch.pk, by=by, at=at)
        took[step.value] = self._all(batch.pk, at + timedelta(seconds=1), chunks)
        batch.refresh_from_db()
        if batch.changed != self.picked:
            raise RuntimeError(f"Only {batch.changed} of {self.picked} were changed.")
        if step.value != "message":
            running.undo(batch.pk, by=by, at=at)
            took[f"undo_{step.value}"] = self._all(batch.pk, at + timedelta(seconds=2), chunks)
        return took

    def _all(self, batch_id: int, at: datetime, chunks: list[float]) -> float:
        from citycall.batches.actions import running

        start = time.perf_counter()
        more = True
        while more:
            begun = time.perf_counter()
            more = running.go_on(batch_id, at=at)
            chunks.append(time.perf_counter() - begun)
        return time.perf_counter() - start


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
