"""What managers wait for, with millions of requests: the facts gathered, the pages, the pack.

Every page is set against a raw scan: DuckDB reading, once and whole, the very columns that the page
asked about. What a page takes at first is told too, before its answers are kept.
"""

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from unittest.mock import patch

from bench import stage
from bench.exports import peak_mb
from bench.reads import settle
from citycall.analytics.measures import kept

# As many days as New York takes for ten million: what happens in one is a thousandth.
DAYS: Final = 1_000
FACTS: Final = ("requests", "reports", "steps")


def measure(where: stage.Stage, *, requests: int) -> dict[str, Any]:
    """Seconds of a whole refresh and of one day's, and of each page and a pack; memory of each."""
    from citycall.demo import loading

    at = datetime.now(UTC)
    stage.gather_static_files(where)
    loading.generate(requests=requests, seed=311, at=at)
    settle(where)
    with TemporaryDirectory() as folder:
        whole = _child(where, "refresh", folder)
        day = _a_day(max(1, requests // DAYS), at=at)
        return {
            "requests": requests,
            "whole_refresh": whole,
            "day": {**day, **_child(where, "refresh", folder)},
            "nothing_new": _child(where, "refresh", folder),
            "facts_mb": sum(f.stat().st_size for f in Path(folder).glob("v*.duckdb")) // 2**21,
            "views": _against_scans(_child(where, "views", folder), _child(where, "anew", folder)),
        }


def _a_day(count: int, *, at: datetime) -> dict[str, int]:
    """One day: so many new requests with all that happened to them, and as many are completed."""
    from citycall.catalog.queries import catalog
    from citycall.core.actors import SYSTEM
    from citycall.demo import loading
    from citycall.demo.history import truth
    from citycall.service_requests.actions.close import complete
    from citycall.service_requests.models import ServiceRequest

    # Of two days before ``at`` one is whole.
    with patch.object(truth, "YEARS", 2 / 365.25):
        loading.generate(requests=count, seed=312, at=at)
    outcomes = {
        each.id: each.spec.outcomes[0]
        for each in catalog().services
        if each.spec.outcomes and not each.spec.photo_on_completion
    }
    opened = ServiceRequest.objects.filter(status="assigned", service__in=outcomes).order_by("-id")
    done = list(opened.values_list("id", "service_id")[:count])
    for request_id, service in done:
        complete(
            request_id,
            outcome_code=outcomes[service],
            explanation="Done.",
            by=SYSTEM,
            at=at,
        )
    return {"written": count, "completed": len(done)}


def _against_scans(kept: dict[str, Any], anew: dict[str, Any]) -> dict[str, Any]:
    return {
        name: {
            **told,
            **anew[name],
            "ratio": round(told["seconds"] / anew[name]["raw"], 2),
            "ratio_anew": round(anew[name]["asked_anew"] / anew[name]["raw"], 2),
        }
        for name, told in kept.items()
        if name != "peak_mb"
    } | {"peak_mb": {"kept": kept["peak_mb"], "anew": anew["peak_mb"]}}


def _child(where: stage.Stage, what: str, folder: str) -> dict[str, Any]:
    """One of the steps below, in a process of its own, so that its memory is its own."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.citistat", what, folder],
        env=where.environment,
        cwd=Path(__file__).parents[1],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _refresh() -> dict[str, Any]:
    from citycall.analytics.refresh import refresh
    from citycall.analytics.standing import keep_answers
    from citycall.core import clock

    begun = time.perf_counter()
    done = refresh(at=clock.now(), first=keep_answers)
    if done is None:
        raise RuntimeError("Another process is refreshing these facts.")
    return {
        "seconds": round(done.seconds, 2),
        "requests": done.requests,
        "whole": done.whole,
        "keeping_answers": round(time.perf_counter() - begun - done.seconds, 2),
    }


def _views(show: Callable[[Callable[[], None]], dict[str, Any]]) -> dict[str, Any]:
    """What each page and the pack take, each shown for the first time in this process."""
    from django.test import Client

    from citycall.accounts.models import User
    from citycall.agencies.models import Agency

    client = Client()
    client.force_login(User.objects.get(username="analyst"))
    agency = Agency.objects.order_by("code").first()
    if agency is None:
        raise RuntimeError("There is no agency.")
    pages = {
        "city": "/citistat",
        "agency": f"/citistat/{agency.code}",
        "measure_on_time": "/citistat/measures/on-time?by=service",
        "measure_days": "/citistat/measures/days?by=service",
        "measure_with_open": "/citistat/measures/days-with-open?by=service",
        "measure_open": "/citistat/measures/open?by=agency",
        "measure_reports": "/citistat/measures/reports?by=channel",
        "public": "/performance",
    }
    # The first of all pages waits for what is loaded once in the life of a process.
    client.get("/citistat/measures/received?by=team")
    shows: dict[str, Callable[[], None]] = {
        name: partial(_get, client, path) for name, path in pages.items()
    }
    shows["pack"] = _pack(agency.pk)
    return {name: show(each) for name, each in shows.items()}


def _get(client: Any, path: str) -> None:
    response = client.get(path)
    if response.status_code != 200:
        raise RuntimeError(f"{path} was answered by {response.status_code}.")


def _pack(agency_id: int) -> Callable[[], None]:
    from citycall.analytics.packs.compose import compose
    from citycall.analytics.store import store
    from citycall.core import clock
    from citycall.core.actors import SYSTEM
    from citycall.meetings.actions import meet

    at = clock.now()
    meeting = meet.call(agency_id, store().facts().about.today, by=SYSTEM, at=at)

    def made() -> None:
        compose(meeting, store().facts(), at=at)

    return made


def _as_kept(show: Callable[[], None]) -> dict[str, Any]:
    return {"seconds": round(_timed(show), 3)}


def _asked_anew(show: Callable[[], None]) -> dict[str, Any]:
    """What a page takes that nobody has asked for, and a raw scan of what it asks about."""
    from citycall.analytics.store import Facts

    asked: list[str] = []
    really = Facts.sql

    def noted(facts: Facts, statement: str, values: Any = None) -> Any:
        asked.append(statement)
        return really(facts, statement, values)

    with patch.object(Facts, "sql", noted):
        anew = _timed(show)
    return {"asked_anew": round(anew, 3), "raw": _scanned(asked), "questions": len(asked)}


def _timed(show: Callable[[], object]) -> float:
    begun = time.perf_counter()
    show()
    return time.perf_counter() - begun


def _scanned(asked: Sequence[str]) -> float:
    """Seconds of reading, whole and once, all columns of the facts that were asked about."""
    from citycall.analytics.store import store

    facts = store().facts()
    words = {(table, word) for each in asked for table in FACTS if _about(each, table)
             for word in re.findall(r"\w+", each)}  # fmt: skip
    best = []
    for table in FACTS:
        columns = [row["name"] for row in facts.sql(
            "SELECT column_name AS name FROM duckdb_columns() WHERE table_name = $table",
            {"table": table},
        ).to_pylist() if (table, row["name"]) in words]  # fmt: skip
        if columns:
            largest = ", ".join(f"max({column})" for column in columns)
            scan = f"SELECT {largest} FROM {table}"
            best.append(min(_timed(partial(facts.sql, scan)) for _round in range(3)))
    return round(sum(best), 4)


def _about(statement: str, table: str) -> bool:
    return re.search(rf'(FROM|JOIN)\s+"?{table}\b', statement) is not None


def main() -> None:
    """Do one step and print what it took."""
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citycall.settings")
    import django

    django.setup()
    from django.conf import settings

    what, folder = sys.argv[1:]
    settings.ANALYTICS = Path(folder)
    settings.ALLOWED_HOSTS = ["*"]
    told = _STEPS[what]()
    print(json.dumps({**told, "peak_mb": peak_mb()}))


def _shown_anew() -> dict[str, Any]:
    with patch.object(kept, "recall", lambda _question, _facts: None):
        return _views(_asked_anew)


_STEPS: Final[dict[str, Callable[[], dict[str, Any]]]] = {
    "refresh": _refresh,
    "views": lambda: _views(_as_kept),
    "anew": _shown_anew,
}

if __name__ == "__main__":
    main()
