"""Submissions while web and worker processes are killed: nothing lost, nothing twice."""

import random
import threading
import time
from collections import Counter
from typing import Any

from bench import client, intake, stage
from citycall.core import numbers

PATIENCE_SECONDS = 60.0
KILL_AFTER_SECONDS = (0.5, 4.0)


def _kill_at_random(
    children: list[stage.Child],
    *,
    port: int,
    stop: threading.Event,
    seed: int,
    log: Counter[str],
) -> None:
    chance = random.Random(seed)
    while not stop.wait(chance.uniform(*KILL_AFTER_SECONDS)):
        child = chance.choice(children)
        child.kill()
        log["web" if child is children[0] else "worker"] += 1
        time.sleep(chance.uniform(0.0, 0.3))
        child.start()
        # The next blow may fall at any moment of work, but not before there is work again.
        stage.wait_for(port)


def measure(where: stage.Stage, *, secret: str, count: int, seed: int = 311) -> dict[str, Any]:
    """Send ``count`` reports, 8 at a time, and compare what was acknowledged with what is kept."""
    known = intake.facts(where)
    port = stage.free_port()
    before = int(str(where.psql("SELECT coalesce(max(id), 0) FROM service_requests_report")[0][0]))
    children = [stage.web(where, port=port), stage.worker(where)]
    kills: Counter[str] = Counter()
    stop = threading.Event()
    killer = threading.Thread(
        target=_kill_at_random,
        args=(children,),
        kwargs={"port": port, "stop": stop, "seed": seed, "log": kills},
    )
    reports = intake.submissions(port=port, secret=secret, facts=known, count=count)
    killer.start()
    try:
        run = client.submit_all(
            reports, port=port, concurrency=intake.CONCURRENCY, patience=PATIENCE_SECONDS
        )
    finally:
        stop.set()
        killer.join()
        for child in children:
            child.stop()
    return {
        "submitted": count,
        "acknowledged": len(run.answers),
        "sent_more_than_once": sum(answer.tries > 1 for answer in run.answers),
        "kills": dict(kills),
        "seconds": round(run.seconds, 1),
        **_compare(where, run, before=before),
    }


# Every report of the run with its events and their jobs, whatever became of the jobs since.
_KEPT = """
SELECT report.number,
       (SELECT count(*) FROM core_event event
        WHERE event.subject_kind = 'service_request' AND event.kind = 'submitted'
          AND event.subject_id = report.service_request_id),
       (SELECT count(*) FROM core_event event
        JOIN procrastinate_jobs job ON (job.args->>'event_id')::bigint = event.id
          AND job.task_name = 'citycall.react'
        WHERE event.subject_kind = 'service_request' AND event.kind = 'submitted'
          AND event.subject_id = report.service_request_id)
FROM service_requests_report report WHERE report.id > {before}
"""


def _compare(where: stage.Stage, run: client.Run, *, before: int) -> dict[str, Any]:
    where.psql(
        "CREATE INDEX IF NOT EXISTS bench_job_event ON procrastinate_jobs "
        "(((args->>'event_id')::bigint))"
    )
    kept = where.psql(_KEPT.format(before=before))
    stored = Counter(numbers.show(int(str(row[0]))) for row in kept)
    told = Counter(answer.number for answer in run.answers)
    faults = {
        "acknowledged_but_missing": len(told - stored),
        "stored_but_not_acknowledged": len(stored - told),
        "number_given_twice": sum(n > 1 for n in told.values()),
        "without_exactly_one_event": sum(row[1] != 1 for row in kept),
        "without_exactly_one_job": sum(row[2] != 1 for row in kept),
    }
    return {**faults, "sound": not any(faults.values())}
