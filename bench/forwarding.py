"""Two cities that pass requests on to each other, through a network that does everything wrong:
at the end both have the same, nothing is lost and nothing is there twice.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from bench import faulty_proxy, stage
from bench.forwarding_side import Plan

# The first city passes on requests of the first service, the second those of the second.
LABELS = ("north", "south")
SERVICES = ("street-markings", "alley-repair")
SKEWS = (timedelta(minutes=7), timedelta(minutes=-11))
SETTLED_SECONDS = 180.0


@dataclass(frozen=True)
class City:
    """One of the two: its database, its port, and the environment of its processes."""

    label: str
    where: stage.Stage
    port: int
    environment: dict[str, str]

    def run(self, doing: str, plan: Plan) -> subprocess.Popen[bytes]:
        """Begin a program that does something in this city."""
        told = json.dumps(plan.__dict__)
        command = [sys.executable, "-m", "bench.forwarding_side", doing, told]
        return subprocess.Popen(command, env=self.environment)


def measure(where: stage.Stage, *, count: int, seed: int = 311) -> dict[str, Any]:
    """Pass ``count`` requests on, half of them from each city, and compare row by row."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="citycall-two-")))
        other = stack.enter_context(_copied(where))
        ports = (stage.free_port(), stage.free_port())
        cities = [
            _city(label, at, port, folder)
            for label, at, port in zip(LABELS, (where, other), ports, strict=True)
        ]
        faults = [faulty_proxy.Faults(seed=seed + n, skew=SKEWS[n]) for n in (0, 1)]
        doors = [
            stack.enter_context(faulty_proxy.running(before=city.port, faults=faults[n]))
            for n, city in enumerate(cities)
        ]
        plans = _plans(doors, count=count)
        _wait([city.run("set-up", plan) for city, plan in zip(cities, plans, strict=True)])
        for child in [*map(_web, cities), *map(_worker, cities)]:
            stack.callback(child.stop)
        for city in cities:
            stage.wait_for(city.port)
        start = time.monotonic()
        _wait([city.run("live", plan) for city, plan in zip(cities, plans, strict=True)])
        settled = _settled(cities)
        seconds = time.monotonic() - start
        return {
            "requests": count,
            "seconds": round(seconds, 1),
            "calls": sum(sum(each.counted.values()) for each in faults),
            "faults": dict(sum((each.counted for each in faults), Counter[str]())),
            "updates_received": sum(_number(c, _RECEIVED) for c in cities),
            **_compared(cities, settled=settled),
        }


def _plans(doors: Sequence[int], *, count: int) -> list[Plan]:
    return [
        Plan(
            own=LABELS[n],
            other=LABELS[1 - n],
            count=count // 2,
            service=SERVICES[n],
            url=f"http://127.0.0.1:{doors[1 - n]}/open311/v2",
            service_of_other=SERVICES[1 - n],
            secret_of_other=_secret(LABELS[1 - n]),
            seconds=180 + count * 1.2,
        )
        for n in (0, 1)
    ]


def _secret(label: str) -> str:
    """The key that the city of this label has at the other."""
    return f"cck_bench_key_of_{label}"


def _city(label: str, where: stage.Stage, port: int, folder: Path) -> City:
    other = LABELS[1 - LABELS.index(label)]
    home = folder / label
    (home / "static").mkdir(parents=True)
    environment = {
        **os.environ,
        "DATABASE_URL": where.url,
        "CITYCALL_HOME": str(home),
        "CITYCALL_PORT": str(port),
        "CITYCALL_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "CITYCALL_ALLOWED_NETWORKS": "127.0.0.0/8",
        "CITYCALL_CALLS_PER_MINUTE": "1000000",
        f"CITYCALL_PARTNER_{other.upper()}_KEY": _secret(label),
    }
    return City(label, where, port, environment)


@contextmanager
def _copied(where: stage.Stage) -> Iterator[stage.Stage]:
    """A second database with the same city in it."""
    from django.db import connections

    connections.close_all()
    parts = conninfo_to_dict(where.url)
    name = f"{parts['dbname']}_other"
    url = make_conninfo("", **{**parts, "dbname": name})
    cluster = make_conninfo("", **{**parts, "dbname": "postgres"})
    with psycopg.connect(cluster, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{parts["dbname"]}"')
    try:
        yield stage.Stage(url=url)
    finally:
        with psycopg.connect(cluster, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _web(city: City) -> stage.Child:
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(city.port)),
        *("--workers", "1", "--blocking-threads", "4", "--no-ws", "--log-level", "error"),
        "citycall.wsgi:application",
    ]
    return stage.Child(command, city.environment)


def _worker(city: City) -> stage.Child:
    return stage.Child([sys.executable, "-m", "citycall.command_line", "worker"], city.environment)


def _wait(children: Sequence[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.wait() != 0:
            for each in children:
                each.kill()
            raise RuntimeError("A city's people could not do what they wanted; see above.")


_RECEIVED = "SELECT count(*) FROM exchange_receivedupdate"
_UNSETTLED = """
SELECT (SELECT count(*) FROM exchange_forward WHERE state <> 'sent')
     + (SELECT count(*) FROM exchange_forwardedevent WHERE state <> 'sent')
     + (SELECT count(*) FROM procrastinate_jobs
        WHERE task_name = 'citycall.react' AND status IN ('todo', 'doing'))
"""
_FAILED = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'"


def _number(city: City, statement: str) -> int:
    return int(str(city.where.psql(statement)[0][0]))


def _settled(cities: Sequence[City]) -> bool:
    """Whether nothing is owed any more, and what was told has been read since."""
    until = time.monotonic() + SETTLED_SECONDS
    while any(_number(city, _UNSETTLED) for city in cities):
        if time.monotonic() > until:
            return False
        time.sleep(0.5)
    # Each asks the other every two seconds; then nothing new may come.
    for _again in range(20):
        before = [_number(city, _RECEIVED) for city in cities]
        time.sleep(6)
        if before == [_number(city, _RECEIVED) for city in cities]:
            return True
    return False


# One row for each request of a label: its state, and every text about it that is not for staff.
_KEPT = """
SELECT substring(report.words from '^\\[[a-z]+-[0-9]+\\]'), request.status,
       request.reopened_count, outcome.code, request.explanation, request.report_count,
       (SELECT json_agg(json_build_array(event.kind, event.words) ORDER BY event.kind, event.words)
        FROM core_event event
        WHERE event.subject_kind = 'service_request' AND event.subject_id = request.id
          AND event.visibility <> 'internal'
          AND strpos(event.words, substring(report.words from '^\\[[a-z]+-[0-9]+\\]')) = 1)
FROM service_requests_report report
JOIN service_requests_servicerequest request ON request.id = report.service_request_id
LEFT JOIN catalog_outcome outcome ON outcome.id = request.outcome_id
WHERE report.words LIKE '[{label}-%'
"""


def _compared(cities: Sequence[City], *, settled: bool) -> dict[str, Any]:
    faults: Counter[str] = Counter(dict.fromkeys(_FAULTS, 0))
    for own, other in (cities, reversed(cities)):
        here = own.where.psql(_KEPT.format(label=own.label))
        there = other.where.psql(_KEPT.format(label=own.label))
        faults += _differences(here, there)
    faults["not_settled"] += not settled
    faults["jobs_failed"] += sum(_number(city, _FAILED) for city in cities)
    return {**{name: faults[name] for name in _FAULTS}, "sound": not any(faults.values())}


_FAULTS = (
    "lost",
    "there_twice",
    "state_differs",
    "words_differ",
    "words_twice",
    "not_settled",
    "jobs_failed",
)


def _differences(here: Sequence[tuple[Any, ...]], there: Sequence[tuple[Any, ...]]) -> Counter[str]:
    found: Counter[str] = Counter()
    copies = Counter(row[0] for row in there)
    rows = {row[0]: row for row in there}
    found["there_twice"] += sum(count - 1 for count in copies.values())
    for mine in here:
        theirs = rows.get(mine[0])
        if theirs is None:
            found["lost"] += 1
            continue
        found["state_differs"] += mine[1:6] != theirs[1:6]
        found["words_differ"] += mine[6] != theirs[6]
        for row in (mine, theirs):
            texts = Counter(map(tuple, row[6] or ()))
            found["words_twice"] += sum(count - 1 for count in texts.values())
        if mine[1:] != theirs[1:] and found["state_differs"] + found["words_differ"] <= 3:
            print(f"differs: {mine} / {theirs}", file=sys.stderr)
    return found


def main() -> None:
    """Run it alone, on a database of its own: ``python -m bench.forwarding 100``."""
    from bench import run

    with stage.prepared(cluster=stage.cluster_url()) as where:
        run._load_city(where)
        count = int(sys.argv[1]) if len(sys.argv) > 1 else 100
        print(json.dumps(measure(where, count=count), indent=2))


if __name__ == "__main__":
    main()
