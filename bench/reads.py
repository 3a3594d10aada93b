"""What reads cost with few stored requests and with many: the same, or nearly."""

import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from bench import maps, stage

Floats = npt.NDArray[np.float64]

ROUNDS = 5
CALLS = 60
WARM = 30


def measure(where: stage.Stage, *, small: int, large: int) -> dict[str, Any]:
    """Milliseconds of each read at both sizes, and the ratio of the two."""
    from citycall.demo import loading

    at = datetime.now(UTC)
    loading.generate(requests=small, seed=311, at=at)
    settle(where)
    at_small = _all_reads(where)
    loading.generate(requests=large - small, seed=312, at=at)
    settle(where)
    at_large = _all_reads(where)
    return {
        "requests": {"small": small, "large": large},
        "milliseconds": {
            name: {"small": round(at_small[name], 3), "large": round(at_large[name], 3)}
            for name in at_small
        },
        "ratio": {name: round(at_large[name] / at_small[name], 3) for name in at_small},
    }


def settle(where: stage.Stage) -> None:
    """Bring the tables to rest after a load."""
    where.psql("VACUUM ANALYZE service_requests_servicerequest")
    where.psql("VACUUM ANALYZE service_requests_report")
    where.psql("VACUUM ANALYZE core_event")
    where.psql("CHECKPOINT")


def _all_reads(where: stage.Stage) -> dict[str, float]:
    calls = _reads(where) | maps.reads(where)
    return {name: _cost(call) for name, call in calls.items()}


def _cost(call: Callable[[int], object]) -> float:
    """The best round's median cost of one call, in milliseconds, after warming up."""
    for n in range(WARM):
        call(n)
    return min(statistics.median(_times(call)) for _round in range(ROUNDS))


def _times(call: Callable[[int], object]) -> Sequence[float]:
    times = []
    for n in range(CALLS):
        start = time.perf_counter()
        call(n)
        times.append((time.perf_counter() - start) * 1000)
    return times


def _places(where: stage.Stage) -> tuple[Floats, Floats, list[int]]:
    """Longitudes, latitudes and services of open requests of late."""
    points = where.psql(
        "SELECT longitude, latitude, service_id FROM service_requests_servicerequest "
        "WHERE longitude IS NOT NULL AND status IN ('new', 'assigned', 'in_progress', 'on_hold') "
        "ORDER BY requested_at DESC LIMIT 200"
    )
    longitudes, latitudes = (np.array([float(str(row[k])) for row in points]) for k in (0, 1))
    return longitudes, latitudes, [int(str(row[2])) for row in points]


def _reads(where: stage.Stage) -> dict[str, Callable[[int], object]]:
    from citycall.accounts.models import Role
    from citycall.catalog.queries import catalog
    from citycall.core.actors import SYSTEM, Actor, ActorKind
    from citycall.core.models import Visibility
    from citycall.places.queries import areas
    from citycall.service_requests import queries
    from citycall.workbench import queue
    from citycall.workbench.filters import Asked

    longitudes, latitudes, services = _places(where)
    found = where.psql("SELECT number FROM service_requests_report ORDER BY id DESC LIMIT 5000")[
        ::50
    ]
    agency = catalog().agencies[0].id
    dispatcher = Actor(
        kind=ActorKind.STAFF, id=1, memberships=frozenset({(Role.DISPATCHER.value, agency)})
    )
    now = datetime.now(UTC)
    older = queries.work_list(SYSTEM, size=50).older

    def follow(n: int) -> object:
        report = queries.report_by_number(int(str(found[n % len(found)][0])))
        request = queries.request_of(report)
        return queries.history(request, visible=[Visibility.PUBLIC])

    def nearest(n: int) -> object:
        k = n % len(services)
        return queries.nearest_open(
            service_id=services[k],
            longitude=longitudes[k],
            latitude=latitudes[k],
            within_m=100,
        )

    def in_areas(n: int) -> object:
        k = n % len(services)
        return areas().at(longitudes[k], latitudes[k])

    return {
        "list_first_page": lambda n: queries.work_list(SYSTEM, size=50),
        "list_next_page": lambda n: queries.work_list(SYSTEM, size=50, older_than=older),
        "list_of_agency": lambda n: queries.work_list(dispatcher, status="open", size=50),
        "queue_open": lambda n: queue.page(dispatcher, Asked(), at=now),
        "queue_disputed": lambda n: queue.page(dispatcher, Asked(show="disputed"), at=now),
        "queue_counts": lambda n: queue.counts(dispatcher, Asked(), at=now),
        "follow_by_number": follow,
        "nearest_open_same_service": nearest,
        "point_in_areas": in_areas,
    }
