"""All measurements in one run, each on a database of its own."""

import json
import os
import platform
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bench import stage


@dataclass(frozen=True)
class Sizes:
    """How much to measure."""

    rounds: int
    seconds: int
    chaos: int
    imported: int
    small: int
    large: int
    entries: int
    exported: int
    forwarded: int
    offline: int
    learned: int
    opened: int
    lookups: int
    storm: tuple[int, float, int, float]
    # People who want the same date, which has a place for every tenth.
    bookings: int
    batch: tuple[int, int]
    closures: int
    # Requests of two years that are forecast from, each with three seeds.
    forecast: tuple[int, ...]
    fairness: tuple[int, ...]
    # Requests of a history with planted trouble, histories, and looks where nothing goes on.
    planted: tuple[int, int, int]
    # Requests behind the managers' pages.
    counted: int


FULL = Sizes(
    rounds=5,
    seconds=8,
    chaos=10_000,
    imported=100_000,
    small=100_000,
    large=5_000_000,
    entries=250_000,
    exported=1_000_000,
    forwarded=1_000,
    offline=1_000,
    learned=20_000,
    opened=100_000,
    lookups=2_500,
    # Calls, in so many minutes, for so many call-takers, and how many times faster it goes.
    storm=(2_200, 30.0, 25, 3.0),
    bookings=500,
    # Requests of the past, and requests in one batch.
    batch=(100_000, 5_000),
    closures=60_000,
    forecast=(20_000, 60_000, 200_000),
    fairness=(5_000, 20_000, 60_000, 200_000),
    planted=(20_000, 4, 200),
    counted=10_000_000,
)
SMOKE = Sizes(
    rounds=2,
    seconds=2,
    chaos=500,
    imported=5_000,
    small=2_000,
    large=10_000,
    entries=20_000,
    exported=10_000,
    forwarded=20,
    offline=20,
    learned=2_000,
    opened=2_000,
    lookups=100,
    storm=(150, 2.5, 25, 6.0),
    bookings=60,
    batch=(2_000, 200),
    closures=3_000,
    forecast=(20_000,),
    fairness=(5_000,),
    planted=(20_000, 1, 10),
    counted=10_000,
)


def _use(where: stage.Stage) -> None:
    """Let this process work on a database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citycall.settings")
    import django
    from django.db import connections

    django.setup()
    connections.close_all()
    from django.conf import settings

    from citycall.settings import database_of

    settings.DATABASES["default"].update(database_of(where.url))
    connections["default"].settings_dict.update(database_of(where.url))


def _load_city(where: stage.Stage) -> str:
    """The demo city and an API key in a new database; the key's secret."""
    _use(where)
    from django.db import connections

    from citycall.accounts.actions import issue_key
    from citycall.core.actors import SYSTEM
    from citycall.demo import loading
    from citycall.operations import migrations
    from citycall.service_requests.policies import READ_SCOPE, SUBMIT_SCOPE

    at = datetime.now(UTC)
    migrations.run(lock_timeout="5s", say=lambda line: None)
    loading.load_city(at=at)
    _key, secret = issue_key(name="Bench", scopes=[SUBMIT_SCOPE, READ_SCOPE], by=SYSTEM, at=at)
    connections.close_all()
    return secret


def run(*, smoke: bool, only: Collection[str], say: Callable[[str], None]) -> dict[str, Any]:
    """Measure what is asked for (everything, where nothing is named); the results by name."""
    sizes = SMOKE if smoke else FULL
    results: dict[str, Any] = {"machine": _machine(), "smoke": smoke}
    cluster = stage.cluster_url()
    with stage.prepared(cluster=cluster) as loaded:
        secret = _load_city(loaded)
        for name, measure in _MEASUREMENTS.items():
            if only and name not in only:
                continue
            say(f"{name} …")
            start = time.monotonic()
            with stage.prepared(cluster=cluster, like=loaded) as where:
                _use(where)
                results[name] = measure(where, secret, sizes)
            say(f"{name}: {time.monotonic() - start:.0f} s: {json.dumps(results[name])}")
    return results


def _machine() -> dict[str, Any]:
    return {"cores": os.cpu_count(), "python": platform.python_version()}


def _intake(where: stage.Stage, secret: str, sizes: Sizes) -> dict[str, Any]:
    from bench import intake

    return intake.measure(where, secret=secret, rounds=sizes.rounds, seconds=sizes.seconds)


def _chaos(where: stage.Stage, secret: str, sizes: Sizes) -> dict[str, Any]:
    from bench import chaos

    return chaos.measure(where, secret=secret, count=sizes.chaos)


def _imports(where: stage.Stage, secret: str, sizes: Sizes) -> dict[str, Any]:
    from bench import imports

    found: dict[str, Any] = imports.measure(where, rows=sizes.imported, rounds=sizes.rounds)
    return found


def _reads(where: stage.Stage, secret: str, sizes: Sizes) -> dict[str, Any]:
    from bench import reads

    return reads.measure(where, small=sizes.small, large=sizes.large)


def _pages(where: stage.Stage, secret: str, sizes: Sizes) -> dict[str, Any]:
    from bench import pages

    return pages.measure(where, small=sizes.small, large=sizes.large, seconds=sizes.seconds)


def _machines(where: stage.Stage, secret: str, sizes: Sizes) -> dict[str, Any]:
    from bench import machines

    return machines.measure(
        where,
        secret=secret,
        requests=sizes.large,
        rounds=min(sizes.rounds, 3),
        seconds=sizes.seconds,
    )


def _exports(where: stage.Stage, secret: str, sizes: Sizes) -> dict[str, Any]:
    from bench import exports

    return exports.measure(where, rows=sizes.exported, rounds=sizes.rounds)


def _forwarding(where: stage.Stage, secret: str, sizes: Sizes) -> dict[str, Any]:
    from bench import forwarding

    return forwarding.measure(where, count=sizes.forwarded)


def _search(where: stage.Stage, secret: str, sizes: Sizes) -> dict[str, Any]:
    from bench import searching

    return searching.measure(where, entries=sizes.entries)


def _offline(where: stage.Stage, secret: str, sizes: Sizes) -> dict[str, Any]:
    from bench import offline

    return offline.measure(where, count=sizes.offline)


def _first_load(where: stage.Stage, secret: str, sizes: Sizes) -> dict[str, Any]:
    from bench import first_load

    return first_load.measure(where, rounds=sizes.rounds)


def _console(where: stage.Stage, secret: str, sizes: Sizes) -> dict[str, Any]:
    from bench import console

    return console.measure(where, requests=sizes.large, sentences=sizes.rounds)


def _suggestions(where: stage.Stage, secret: str, sizes: Sizes) -> dict[str, Any]:
    from bench import suggesting

    return suggesting.measure(where, requests=sizes.learned)


def _workqueue(where: stage.Stage, secret: str, sizes: Sizes) -> dict[str, Any]:
    from bench import workqueue

    return workqueue.measure(where, opened=sizes.opened, calls=4 * sizes.rounds * sizes.rounds)


def _duplicates(where: stage.Stage, secret: str, sizes: Sizes) -> dict[str, Any]:
    from bench import duplicates

    return duplicates.measure(where, most=sizes.lookups)


def _storm(where: stage.Stage, secret: str, sizes: Sizes) -> dict[str, Any]:
    from bench import storm

    calls, minutes, takers, factor = sizes.storm
    story = storm.Storm(calls=calls, minutes=minutes, takers=takers, factor=factor)
    return storm.measure(where, storm=story)


def _bookings(where: stage.Stage, secret: str, sizes: Sizes) -> dict[str, Any]:
    from bench import bookings

    people = sizes.bookings
    return bookings.measure(where, secret=secret, people=people, places=people // 10)


def _batches(where: stage.Stage, secret: str, sizes: Sizes) -> dict[str, Any]:
    from bench import batches

    history, picked = sizes.batch
    return batches.measure(where, history=history, picked=picked, rounds=min(sizes.rounds, 3))


def _closures(where: stage.Stage, secret: str, sizes: Sizes) -> dict[str, Any]:
    from bench import closures

    return closures.measure(where, requests=sizes.closures)


def _forecasts(where: stage.Stage, secret: str, sizes: Sizes) -> dict[str, Any]:
    from bench import forecasting

    return forecasting.measure(sizes=sizes.forecast)


def _fairness(where: stage.Stage, secret: str, sizes: Sizes) -> dict[str, Any]:
    from bench import fairness

    return fairness.measure(sizes=sizes.fairness)


def _places(where: stage.Stage, secret: str, sizes: Sizes) -> dict[str, Any]:
    from bench import places

    requests, seeds, looks = sizes.planted
    found = places.measure(requests=requests, seeds=places.SEEDS[:seeds])
    return {**found, "nothing": places.false_alarms(looks=looks)}


def _citistat(where: stage.Stage, secret: str, sizes: Sizes) -> dict[str, Any]:
    from bench import citistat

    return citistat.measure(where, requests=sizes.counted)


_MEASUREMENTS: dict[str, Callable[[stage.Stage, str, Sizes], dict[str, Any]]] = {
    "intake": _intake,
    "chaos": _chaos,
    "imports": _imports,
    "search": _search,
    "reads": _reads,
    "pages": _pages,
    "machines": _machines,
    "exports": _exports,
    "forwarding": _forwarding,
    "offline": _offline,
    "first_load": _first_load,
    "suggestions": _suggestions,
    "console": _console,
    "workqueue": _workqueue,
    "duplicates": _duplicates,
    "storm": _storm,
    "bookings": _bookings,
    "batches": _batches,
    "closures": _closures,
    "forecasts": _forecasts,
    "fairness": _fairness,
    "places": _places,
    "citistat": _citistat,
}
