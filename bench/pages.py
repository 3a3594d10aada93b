"""What residents wait for: their pages from the real server, eight readers at a time."""

import itertools
import math
import random
import statistics
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import quote, urlsplit

import orjson

from bench import client, stage
from bench.reads import settle

READERS = 8
ADDRESSES = 2_000
# What is asked of the box on the first page: a thing, a day, a place, and what nobody answers.
WORDS = (
    "pothole on my street",
    "when is trash day",
    "street light out",
    "no water",
    "recycling",
    "graffiti on the bridge",
    "holiday schedule",
    "rats in the alley",
    "permit for a block party",
    "zzz",
)


def measure(where: stage.Stage, *, small: int, large: int, seconds: int) -> dict[str, Any]:
    """Milliseconds of each page at both sizes, and the ratio of the 99th percentiles."""
    from citycall.demo import loading

    at = datetime.now(UTC)
    stage.gather_static_files(where)
    loading.generate(requests=small, seed=311, at=at)
    at_small = _served(where, seconds=seconds)
    loading.generate(requests=large - small, seed=312, at=at)
    at_large = _served(where, seconds=seconds)
    return {
        "requests": {"small": small, "large": large},
        "readers": READERS,
        "milliseconds": {
            name: {"small": at_small[name], "large": at_large[name]} for name in at_small
        },
        "ratio_of_p99": {
            name: round(at_large[name]["p99"] / at_small[name]["p99"], 2) for name in at_small
        },
    }


def _served(where: stage.Stage, *, seconds: int) -> dict[str, dict[str, float]]:
    """Each page's 50th and 99th percentile in milliseconds, with what is stored now."""
    from citycall.core import clock
    from citycall.service_requests import cell_counts

    cell_counts.fold(at=datetime.now(UTC), zone=clock.city_zone())
    for table in ("cellcount", "cellchange"):
        where.psql(f"VACUUM ANALYZE service_requests_{table}")
    settle(where)
    port = stage.free_port()
    # Every reader is somebody else, as the doors' limits expect.
    site = stage.web(where, port=port, CITYCALL_PROXIES="1")
    try:
        return {
            name: _read(addresses, port=port, seconds=seconds)
            for name, addresses in _pages(where, port).items()
        }
    finally:
        site.stop()


def _pages(where: stage.Stage, port: int) -> Mapping[str, Sequence[str]]:
    """The addresses of each kind of page, many different ones where there are many."""
    from citycall.catalog.queries import catalog
    from citycall.core import numbers

    chance = random.Random(311)
    points = where.psql(
        "SELECT longitude, latitude, id FROM service_requests_servicerequest "
        "WHERE h3_cell IS NOT NULL ORDER BY requested_at DESC LIMIT 5000"
    )
    most = int(str(where.psql("SELECT max(id) FROM service_requests_report")[0][0]))
    ids = sorted({chance.randint(1, most) for _each in range(ADDRESSES)})
    found = where.psql(
        f"SELECT number FROM service_requests_report WHERE id IN ({','.join(map(str, ids))})"
    )
    near = [(float(str(row[0])), float(str(row[1]))) for row in points]
    return {
        "home": ["/"],
        "report": ["/report"],
        "service": [f"/services/{entry.code}" for entry in catalog().services],
        "nearby": [f"/nearby?lon={x:.5f}&lat={y:.5f}" for x, y in near],
        "nearby_points": [_box(x, y) for x, y in near],
        "feed": [f"/nearby/feed.atom?lon={x:.5f}&lat={y:.5f}" for x, y in near],
        "request": [f"/r/{numbers.show(int(str(row[0])))}" for row in found],
        "answers": [f"/answers?q={quote(words)}" for words in WORDS],
        "tile": _tiles(port, near),
    }


def _box(x: float, y: float) -> str:
    return (
        f"/nearby/points.json?box={x - 0.003:.5f},{y - 0.002:.5f},{x + 0.003:.5f},{y + 0.002:.5f}"
    )


def _tiles(port: int, near: Sequence[tuple[float, float]]) -> Sequence[str]:
    """The tiles that a reader of the map around these points loads."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/map/style-light.json") as answer:
        sources = orjson.loads(answer.read())["sources"]
    source = next(each for each in sources.values() if "tiles" in each)
    path = urlsplit(str(source["tiles"][0])).path
    zoom = int(source["maxzoom"])
    return sorted({_tile(path, zoom, x, y) for x, y in near})


def _tile(path: str, zoom: int, longitude: float, latitude: float) -> str:
    """The address of the tile that holds a point (Web Mercator, rows counted from the north)."""
    side = 2**zoom
    down = (1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2
    named = {"{z}": zoom, "{x}": int((longitude + 180) / 360 * side), "{y}": int(down * side)}
    for name, number in named.items():
        path = path.replace(name, str(number))
    return path


def _read(addresses: Sequence[str], *, port: int, seconds: int) -> dict[str, float]:
    """Percentiles of the milliseconds from asking to the last byte, after a second to warm up."""
    for length in (1, seconds):
        times = _times(addresses, port=port, seconds=length)
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return {
        "p50": round(cuts[49], 2),
        "p99": round(cuts[98], 2),
        "per_second": round(len(times) / seconds, 1),
    }


def _times(addresses: Sequence[str], *, port: int, seconds: int) -> list[float]:
    """Milliseconds of every answer; raises for any that is not well."""
    many = itertools.islice(itertools.cycle(addresses), max(ADDRESSES, len(addresses)))
    ready = [_request(address, port, reader) for reader, address in enumerate(many)]
    times: list[float] = []
    failures: list[Exception] = []
    stop = time.perf_counter() + seconds

    def read(number: int) -> None:
        try:
            connection = client.Connection(port)
            for n in itertools.count(number, READERS):
                begun = time.perf_counter()
                if begun > stop:
                    return
                asked = ready[n % len(ready)]
                status, _body = connection.exchange(asked)
                times.append((time.perf_counter() - begun) * 1000)
                if status not in {200, 204}:
                    raise ConnectionError(f"{status}: {asked!r}")
        except OSError as error:
            failures.append(error)

    _together([partial(read, n) for n in range(READERS)])
    if failures:
        raise failures[0]
    return times


def _together(works: Sequence[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _request(address: str, port: int, reader: int) -> bytes:
    head = (
        f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: gzip\r\n"
        f"X-Forwarded-For: 10.0.{reader // 250}.{reader % 250}\r\n\r\n"
    )
    return head.encode()
