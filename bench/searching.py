"""What searching for a place and fetching a map tile cost over HTTP, one client at a time."""

import itertools
import math
import random
import socket
import statistics
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

import psycopg

from bench import stage
from bench.client import Connection

SEED = 311
TYPED_NAMES = 120
FEWEST_LETTERS = 3
TILES = 2_000
# One address may ask so often in a minute; a crowd has many addresses.
ASKED_FROM_ONE_ADDRESS = 300
SYLLABLES = ("ba", "lo", "mer", "tin", "gor", "ash", "vel", "dun", "ric", "hol", "wes", "tan")
SORTS = ("Park", "School", "Library", "Field", "Church", "Market", "Hall", "Garden", "Plaza")
_TRIGRAM = """
SELECT id, name FROM places_place WHERE search %%> %(words)s
 ORDER BY word_similarity(%(words)s, search) DESC LIMIT 8
"""


def measure(where: stage.Stage, *, entries: int) -> dict[str, Any]:
    """Milliseconds of search-as-you-type and of tiles, and the search's ratio to a bare lookup."""
    from citycall.places.queries import GAZETTEER

    _fill(where, entries - len(GAZETTEER.get()))
    GAZETTEER.bump()
    words = list(_typed(where))
    port = stage.free_port()
    site = stage.web(where, port=port)
    try:
        crowd = _Crowd(port)
        # Every process loads the gazetteer at its first question.
        for word in itertools.islice(itertools.cycle(words), 200):
            crowd.get(f"/places/search?q={quote(word)}")
        searches = [crowd.milliseconds(f"/places/search?q={quote(word)}") for word in words]
        tiles = _tiles(crowd)
        memory = site.memory_mb()
    finally:
        site.stop()
    lookups = _lookups(where, words)
    return {
        "entries": len(GAZETTEER.get()),
        "search_ms": _spread(searches),
        "trigram_lookup_ms": _spread(lookups),
        "ratio_to_trigram_lookup": round(
            statistics.median(searches) / statistics.median(lookups), 3
        ),
        "tile_ms": _spread(tiles),
        "web_memory_mb": memory,
    }


def _fill(where: stage.Stage, missing: int) -> None:
    """Places with made-up names, until there are as many entries as asked for."""
    from citycall.places.words import search_text

    chance = random.Random(SEED)
    columns = "kind, code, layer, name, parent, aliases, names, address, search, longitude"
    with psycopg.connect(where.url) as connection, connection.cursor() as cursor:
        (west, south, east, north) = cursor.execute(
            "SELECT min(longitude), min(latitude), max(longitude), max(latitude) FROM places_place"
        ).fetchone() or (0, 0, 0, 0)
        with cursor.copy(f"COPY places_place ({columns}, latitude, accuracy_m) FROM STDIN") as copy:
            for number in range(max(missing, 0)):
                name = _name(chance)
                x, y = chance.uniform(west, east), chance.uniform(south, north)
                copy.write_row(
                    (
                        *("landmark", f"bench-{number}", "bench", name, "", "[]", "{}", ""),
                        *(search_text([name]), x, y, 0.0),
                    )
                )
    where.psql("VACUUM ANALYZE places_place")


def _name(chance: random.Random) -> str:
    own = "".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))).title()
    first = "".join(chance.choices(SYLLABLES, k=2)).title() + " " if chance.random() < 0.5 else ""
    return f"{first}{own} {chance.choice(SORTS)}"


def _typed(where: stage.Stage) -> Iterator[str]:
    """What the page asks while names, addresses and corners are typed, a slip here and there."""
    chance = random.Random(SEED)
    names = [str(row[0]) for row in where.psql("SELECT name FROM places_place ORDER BY id")]
    streets = [str(row[0]) for row in where.psql("SELECT DISTINCT name FROM places_block")]
    whole = chance.sample(names, TYPED_NAMES)
    whole += [f"{chance.randint(1, 40)}00 {street}" for street in _some(chance, streets)]
    pairs = zip(_some(chance, streets), _some(chance, streets), strict=True)
    whole += [f"{one} and {other}" for one, other in pairs]
    for words in whole:
        typed = words.lower()
        if chance.random() < 0.25:
            at = chance.randrange(1, len(typed) - 1)
            typed = typed[:at] + typed[at + 1 :]
        yield from (typed[:end] for end in range(FEWEST_LETTERS, len(typed) + 1))


def _some(chance: random.Random, values: Sequence[str]) -> list[str]:
    return chance.choices(sorted(values), k=TYPED_NAMES // 3)


def _lookups(where: stage.Stage, words: Iterable[str]) -> list[float]:
    """The same words looked up in the trigram index and nothing else, prepared."""
    times = []
    with psycopg.connect(where.url, autocommit=True, prepare_threshold=1) as connection:
        connection.execute("SET enable_seqscan = off")
        for word in words:
            start = time.perf_counter()
            connection.execute(_TRIGRAM, {"words": word}).fetchall()
            times.append((time.perf_counter() - start) * 1000)
    return times


def _tiles(crowd: "_Crowd") -> list[float]:
    """Tiles of all zooms in and around the city, each fetched before it is timed."""
    from citycall.places import tile_store

    tiles = tile_store.current()
    if tiles is None:
        raise FileNotFoundError("no map was built")
    chance = random.Random(SEED)
    paths = [
        f"/tiles/{tiles.version}/{zoom}/{column}/{row}.pbf"
        for zoom, column, row in chance.choices(
            [cell for cell in _cells(tiles.bounds, 10, 14) if tiles.holds(*cell)], k=TILES
        )
    ]
    for path in paths:
        crowd.get(path)
    return [crowd.milliseconds(path) for path in paths]


def _cells(
    bounds: tuple[float, float, float, float], least: int, most: int
) -> Iterator[tuple[int, int, int]]:
    """The tiles (Web Mercator, XYZ) that cover a box of degrees, by zoom."""
    west, south, east, north = bounds
    for zoom in range(least, most + 1):
        columns = [int((x + 180) / 360 * 2**zoom) for x in (west, east)]
        rows = [
            int((1 - math.asinh(math.tan(math.radians(y))) / math.pi) / 2 * 2**zoom)
            for y in (north, south)
        ]
        for column in range(columns[0], columns[1] + 1):
            for row in range(rows[0], rows[1] + 1):
                yield zoom, column, row


class _Crowd:
    """Clients at many addresses, one asking at a time."""

    def __init__(self, port: int) -> None:
        self.port, self.asked, self.address = port, 0, 1

    def get(self, path: str) -> None:
        """Ask once; anything but an answer raises."""
        if self.asked % ASKED_FROM_ONE_ADDRESS == 0:
            self.address += 1
            self.connection = Connection(self.port)
            self.connection.socket = socket.create_connection(
                ("127.0.0.1", self.port), source_address=(f"127.0.1.{self.address}", 0)
            )
            self.connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.asked += 1
        head = (
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nAccept-Encoding: gzip\r\n\r\n"
        )
        status, _body = self.connection.exchange(head.encode())
        if status not in {200, 204}:
            raise ConnectionError(f"{path}: {status}")

    def milliseconds(self, path: str) -> float:
        """How long one answer took."""
        start = time.perf_counter()
        self.get(path)
        return (time.perf_counter() - start) * 1000


def _spread(times: Sequence[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {
        "p50": round(statistics.median(ordered), 3),
        "p99": round(ordered[int(len(ordered) * 0.99)], 3),
        "n": len(ordered),
    }
