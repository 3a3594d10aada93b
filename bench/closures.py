"""How many planted false closures are flagged, and how many true completions falsely so.

The weights were fitted on the demo city of one seed (``fit``); what is measured here are other
seeds. What is planted stands in ``citycall.demo.history.closing``; the flags never read it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from bench import stage

FITTED_ON = 4
FALSE_ALARMS = 0.045
SEEDS = (11, 12, 13)
_EMPTY = """
ALTER TABLE core_event DISABLE TRIGGER event_no_truncate;
TRUNCATE core_event, service_requests_servicerequest, closures_closure, closures_usual,
    contacts_contact CASCADE;
ALTER TABLE core_event ENABLE TRIGGER event_no_truncate
"""


def measure(where: stage.Stage, *, requests: int, seeds: Sequence[int] = SEEDS) -> dict[str, Any]:
    """For each seed: flagged planted ones, false alarms, by kind, and what the judging took."""
    by_seed = {}
    for seed in seeds:
        where.psql(_EMPTY)
        by_seed[str(seed)] = of_seed(seed=seed, requests=requests)
    return {
        "requests": requests,
        "worst_flagged": min(each["flagged_of_false"] for each in by_seed.values()),
        "worst_false_alarms": max(each["false_alarms"] for each in by_seed.values()),
        "seeds": by_seed,
        "sampling": sampling(),
    }


def sampling(*, seeds: int = 100) -> dict[str, Any]:
    """In how many seeds the interval holds the true rate, and how wide it is, by kind of town."""
    from tests.closures.populations import TOWNS, covered

    found = {name: covered(town, seeds=seeds) for name, town in TOWNS.items()}
    return {
        name: {"covered": count, "of": seeds, "points": round(points, 2)}
        for name, (count, points) in found.items()
    }


def of_seed(*, seed: int, requests: int) -> dict[str, Any]:
    """What is flagged of a seed's history in an empty demo city."""
    from citycall.closures import rules
    from citycall.closures.models import Closure

    truth, seconds = prepare(seed=seed, requests=requests)
    rows = Closure.objects.order_by("service_request_id", "completed_at").values_list(
        "service_request__source_id", "flagged", "disputed_at", "score"
    )
    no_trace = rules.chance_without_signs()
    false: list[bool] = []
    true: list[bool] = []
    traced: list[bool] = []
    by_kind: dict[str, list[bool]] = {}
    alarms: dict[str, list[bool]] = {}
    for source_id, flagged, disputed_at, score in rows:
        kind, planted = truth[source_id]
        if disputed_at is not None:
            continue  # Its reporter has said so: there is nothing left to find out.
        if planted:
            false.append(flagged)
            traced.append((score or 0.0) > no_trace + 1e-9)
            by_kind.setdefault(kind, []).append(flagged)
        else:
            true.append(flagged)
            alarms.setdefault(kind, []).append(flagged)
    return {
        "completions": len(false) + len(true),
        "false": len(false),
        "flagged_of_false": round(float(np.mean(false)), 4),
        "false_with_any_sign": round(float(np.mean(traced)), 4),
        "false_alarms": round(float(np.mean(true)), 4),
        "precision": round(sum(false) / max(sum(false) + sum(true), 1), 3),
        "flagged_by_kind": _shares(by_kind),
        "false_alarms_by_kind": _shares(alarms),
        **seconds,
    }


def _shares(found: dict[str, list[bool]]) -> dict[str, list[float]]:
    """The share flagged and the number, by kind."""
    return {kind: [round(float(np.mean(v)), 3), len(v)] for kind, v in sorted(found.items())}


def prepare(*, seed: int, requests: int) -> tuple[dict[str, tuple[str, bool]], dict[str, float]]:
    """Write a seed's history and judge it; the truth by source id, and what it took."""
    from citycall.closures.actions import judge, note, usual
    from citycall.demo import loading
    from citycall.durations import actions as durations

    at = datetime(2026, 11, 20, 12, tzinfo=UTC)
    with TemporaryDirectory() as folder:
        loading.generate(requests=requests, seed=seed, at=at, truth=Path(folder))
        tables = [pq.read_table(path) for path in sorted(Path(folder).glob("requests-*.parquet"))]
    truth = {
        row["source_id"]: (row["closing"], row["false_closure"])
        for table in tables
        for row in table.select(["source_id", "closing", "false_closure"]).to_pylist()
    }
    _analyze()
    durations.compute(at=at)
    begun = datetime.now(UTC)
    noted = note.note_history(since=at - timedelta(days=1000), at=at)
    _analyze()
    usual.compute(at=at)
    middle = datetime.now(UTC)
    judged = judge.judge_due(at=at + timedelta(days=1), most=10**9)
    took = datetime.now(UTC)
    return truth, {
        "noting_ms_each": round((middle - begun).total_seconds() * 1000 / max(noted, 1), 2),
        "judging_ms_each": round((took - middle).total_seconds() * 1000 / max(judged, 1), 2),
    }


def _analyze() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE core_event, service_requests_servicerequest, closures_closure")


def fit(where: stage.Stage, *, requests: int, seed: int = FITTED_ON) -> dict[str, Any]:
    """Weights, constant and threshold from one seed, by logistic regression; to be published."""
    from citycall.closures import evidence, rules
    from citycall.closures.models import Closure

    where.psql(_EMPTY)
    truth, _seconds = prepare(seed=seed, requests=requests)
    known = dict(
        Closure.objects.filter(disputed_at__isnull=True).values_list(
            "id", "service_request__source_id"
        )
    )
    ids, usuals = list(known), evidence.usuals(range(10_000))
    rows, false, confirmed = [], [], []
    for first in range(0, len(ids), 500):
        for seen in evidence.read(ids[first : first + 500], zone="America/New_York"):
            _kind, planted = truth[known[seen.id]]
            found = rules.signs(seen, usuals.get(seen.service_id))
            rows.append([value for code, value in found.items() if code != "confirmed"])
            false.append(planted and not seen.confirmed_at)
            confirmed.append(seen.confirmed_at is not None)
    names = [code for code in found if code != "confirmed"]
    signs, y = np.array(rows), np.array(false)
    constant, weights = _regression(signs, y)
    scores = 1 / (1 + np.exp(-(constant + signs @ weights)))
    # What was confirmed is never flagged, and counts among what is judged rightly.
    free = np.sort(scores[~y & ~np.array(confirmed)])
    threshold = float(free[-int(FALSE_ALARMS * (~y).sum())])
    return {
        "constant": round(constant, 2),
        "weights": dict(zip(names, np.round(weights, 2).tolist(), strict=True)),
        "threshold": round(threshold, 4),
        "flagged": round(float((scores[y] >= threshold).mean()), 4),
    }


def _regression(signs: Any, y: Any) -> tuple[float, Any]:
    """Constant and weights of a logistic regression with a ridge; no weight is below zero."""
    from scipy.optimize import minimize

    def loss(w: Any) -> tuple[float, Any]:
        z = w[0] + signs @ w[1:]
        gap = 1 / (1 + np.exp(-z)) - y
        value = np.sum(np.logaddexp(0, z) - y * z) + np.sum(w[1:] ** 2) / 2
        return value, np.r_[gap.sum(), signs.T @ gap + w[1:]]

    many = signs.shape[1]
    found = minimize(
        loss,
        np.r_[-5.0, np.ones(many)],
        jac=True,
        bounds=[(None, None)] + [(0.0, None)] * many,
        method="L-BFGS-B",
    )
    return float(found.x[0]), found.x[1:]
