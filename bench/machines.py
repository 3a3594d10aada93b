"""Open311 over HTTP against pgbench running bare SQL that makes the same JSON in PostgreSQL."""

import json
import random
import re
import statistics
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import client, intake, stage
from bench.reads import settle

HERE = Path(__file__).parent
CONCURRENCY = 8
ROOT = "/open311/v2"
STAMP = 'YYYY-MM-DD"T"HH24:MI:SS"Z"'
# About 1.7 by 1.7 kilometres.
WIDE, HIGH = 0.02, 0.015
STEPS = 1000
BATCH = 20_000


@dataclass(frozen=True)
class Facts:
    """What both sides are asked about: ids, the extent of the city, and what is not public."""

    most_id: int
    west: float
    south: float
    east: float
    north: float
    words: dict[str, str]


@dataclass(frozen=True)
class Question:
    """One kind of read: its address and the SQL that answers the same."""

    name: str
    address: Callable[[Facts, random.Random], str]
    where: str
    limit: int
    sets: str = ""


def _box(facts: Facts, x: int, y: int) -> tuple[float, float]:
    west = facts.west + x / STEPS * (facts.east - facts.west)
    return west, facts.south + y / STEPS * (facts.north - facts.south)


def _box_address(facts: Facts, chance: random.Random) -> str:
    west, south = _box(facts, chance.randrange(STEPS), chance.randrange(STEPS))
    box = f"{west:.6f},{south:.6f},{west + WIDE:.6f},{south + HIGH:.6f}"
    return f"{ROOT}/requests.json?limit=50&bbox={box}"


_LOCATED = "service_id <> ALL('{HIDDEN}') AND longitude IS NOT NULL"
_RECENT = "requested_at >= now() - interval '90 days'"
QUESTIONS = (
    Question(
        "one",
        lambda facts, chance: f"{ROOT}/requests/{chance.randrange(1, facts.most_id)}.json",
        "id = :id",
        1,
        r"\set id random(1, MOST_ID)",
    ),
    Question(
        "list_50",
        lambda facts, chance: f"{ROOT}/requests.json?limit=50",
        f"{_LOCATED} AND {_RECENT}",
        50,
    ),
    Question(
        "bbox",
        _box_address,
        f"{_LOCATED} AND {_RECENT} AND longitude BETWEEN :west AND :west + WIDE"
        " AND latitude BETWEEN :south AND :south + HIGH",
        50,
        "\\set west WEST + random(0, 999) * STEP_X\n\\set south SOUTH + random(0, 999) * STEP_Y",
    ),
    Question(
        "default_90_days",
        lambda facts, chance: f"{ROOT}/requests.json",
        f"{_LOCATED} AND {_RECENT}",
        1000,
    ),
)


def measure(
    where: stage.Stage, *, secret: str, requests: int, rounds: int, seconds: int
) -> dict[str, Any]:
    """Rates, ratios of medians, and how much quicker a 304 is, with ``requests`` stored."""
    from citycall.demo import loading

    loading.generate(requests=requests, seed=311, at=datetime.now(UTC))
    settle(where)
    facts = _facts(where)
    port = stage.free_port()
    site = stage.web(where, port=port)
    try:
        with tempfile.TemporaryDirectory() as folder:
            reads = {
                q.name: _read(where, q, facts, port, Path(folder), rounds, seconds)
                for q in QUESTIONS
            }
        return {
            "requests": requests,
            "reads": reads,
            "unchanged": _unchanged(port, facts, seconds),
            "create": _create(where, port=port, secret=secret, rounds=rounds, seconds=seconds),
        }
    finally:
        site.stop()


def _facts(where: stage.Stage) -> Facts:
    from django.conf import settings

    from citycall.catalog.queries import catalog
    from citycall.catalog.specs import Privacy
    from citycall.open311.vocabulary import vocabulary

    row = where.psql(
        "SELECT max(id), min(longitude), min(latitude), max(longitude), max(latitude)"
        " FROM service_requests_servicerequest"
    )[0]
    most, west, south, east, north = (float(str(value)) for value in row)
    entries = catalog().all_services
    notices = vocabulary().notices

    def ids(privacy: Privacy) -> str:
        return ",".join(str(e.id) for e in entries if e.spec.privacy is privacy)

    words = {
        "PRIVATE": ids(Privacy.PRIVATE),
        "HIDDEN": ids(Privacy.HIDDEN_LOCATION),
        "CITY_NAME": settings.CITYCALL_CITY_NAME,
        "PUBLIC_URL": settings.PUBLIC_URL,
        "NOTICE_COMPLETED": str(notices["completed"]).replace("'", "''"),
        "NOTICE_ON_HOLD": str(notices["on_hold"]).replace("'", "''"),
        "MOST_ID": str(int(most)),
        "WEST": str(west),
        "SOUTH": str(south),
        "STEP_X": str((east - west) / STEPS),
        "STEP_Y": str((north - south) / STEPS),
        "WIDE": str(WIDE),
        "HIGH": str(HIGH),
    }
    return Facts(int(most), west, south, east, north, words)


def _sql(question: Question, facts: Facts) -> str:
    text = (HERE / "machines.sql").read_text()
    text = text.replace("WHERE_WHAT", question.where).replace("HOW_MANY", str(question.limit))
    text = f"{question.sets}\n{text}"
    for word, value in facts.words.items():
        text = re.sub(rf"\b{word}\b", value.replace("\\", r"\\"), text)
    return text


def _read(
    where: stage.Stage,
    question: Question,
    facts: Facts,
    port: int,
    folder: Path,
    rounds: int,
    seconds: int,
) -> dict[str, Any]:
    script = folder / f"{question.name}.sql"
    script.write_text(_sql(question, facts))
    agrees(where, question, facts, port)
    chance = random.Random(311)
    addresses = [question.address(facts, chance) for _each in range(BATCH)]
    ask(addresses[:400], port=port, seconds=seconds)
    rates: dict[str, list[float]] = {"http": [], "sql": []}
    for _round in range(rounds):
        rates["sql"].append(_pgbench(where, script, seconds=seconds))
        rates["http"].append(ask(addresses, port=port, seconds=seconds))
    middle = {name: statistics.median(values) for name, values in rates.items()}
    return {
        "per_second": {name: round(value, 1) for name, value in middle.items()},
        "ratio": round(middle["http"] / middle["sql"], 3),
    }


def agrees(where: stage.Stage, question: Question, facts: Facts, port: int) -> None:
    """Raise unless both sides answer the same JSON, for some of the addresses."""
    chance = random.Random(7)
    lines = [line for line in _sql(question, facts).split("\n") if not line.startswith("\\")]
    for _each in range(20):
        address = question.address(facts, chance)
        told = _fetch(f"http://127.0.0.1:{port}{address}")
        found: Any = where.psql(_filled("\n".join(lines), address))[0][0]
        if told is not None and told != found:
            pairs = zip(told, found, strict=False)
            differing = next((pair for pair in pairs if pair[0] != pair[1]), None)
            raise RuntimeError(f"{address}: {len(told)} and {len(found)}; {differing}")


def _filled(sql: str, address: str) -> str:
    values = {"fmt": f"'{STAMP}'"}
    if asked := re.search(r"requests/(\d+)\.json", address):
        values["id"] = asked[1]
    if asked := re.search(r"bbox=([-\d.]+),([-\d.]+)", address):
        values |= {"west": asked[1], "south": asked[2]}
    for name, value in values.items():
        sql = re.sub(rf"(?<!:):{name}\b", value, sql)
    return sql


def _fetch(url: str) -> Any:
    try:
        with urllib.request.urlopen(url) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        if error.code != 404:
            raise
        return None


def _pgbench(where: stage.Stage, script: Path, *, seconds: int) -> float:
    return intake.pgbench(where, script, seconds=seconds, options=("-D", f"fmt={STAMP}"))


def ask(
    addresses: Sequence[str], *, port: int, seconds: int, headers: str = "", expected: int = 0
) -> float:
    """Reads a second over kept connections, ``CONCURRENCY`` at a time, going round ``addresses``.

    Raises for any answer but 200 and 404, or but ``expected``.
    """
    ready = [
        f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{headers}\r\n".encode()
        for address in addresses
    ]
    counts = [0] * CONCURRENCY
    failures: list[Exception] = []
    stop = time.perf_counter() + seconds

    def work(number: int) -> None:
        try:
            connection = client.Connection(port)
            n = number
            while time.perf_counter() < stop:
                status, _body = connection.exchange(ready[n % len(ready)])
                if status != expected and (expected or status not in {200, 404}):
                    raise ConnectionError(f"{status}: {ready[n % len(ready)]!r}")
                counts[number] += 1
                n += CONCURRENCY
        except OSError as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(CONCURRENCY)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return sum(counts) / (time.perf_counter() - begun)


def _unchanged(port: int, facts: Facts, seconds: int) -> dict[str, Any]:
    """How much quicker an answer is that says only that nothing changed."""
    found: dict[str, Any] = {}
    for question in QUESTIONS:
        if question.name == "bbox":
            continue
        address, tag = _tagged(port, question, facts)
        full = ask([address], port=port, seconds=seconds)
        header = f"If-None-Match: {tag}\r\n"
        short = ask([address], port=port, seconds=seconds, headers=header, expected=304)
        found[question.name] = {
            "per_second": {"full": round(full, 1), "unchanged": round(short, 1)},
            "times_as_fast": round(short / full, 2),
        }
    return found


def _tagged(port: int, question: Question, facts: Facts) -> tuple[str, str]:
    """An address that has an answer (a private request has none), and the tag of that answer."""
    chance = random.Random(3)
    while True:
        address = question.address(facts, chance)
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{address}") as answer:
                return address, answer.headers["ETag"]
        except urllib.error.HTTPError as error:
            if error.code != 404:
                raise


def _create(
    where: stage.Stage, *, port: int, secret: str, rounds: int, seconds: int
) -> dict[str, Any]:
    """``POST requests.json`` against pgbench doing the same INSERTs apart."""
    known = intake.facts(where)
    rates: dict[str, list[float]] = {"http": [], "same_inserts": []}
    with tempfile.TemporaryDirectory() as folder:
        script = intake.script("intake_apart.sql", known, Path(folder))
        for _round in range(rounds):
            fresh = intake.open311_submissions(
                port=port, secret=secret, facts=known, count=3000 * seconds
            )
            run = client.submit_all(fresh, port=port, concurrency=CONCURRENCY, stop_after=seconds)
            rates["http"].append(run.rate)
            rates["same_inserts"].append(intake.pgbench(where, script, seconds=seconds))
    middle = {name: statistics.median(values) for name, values in rates.items()}
    return {
        "per_second": {name: round(value, 1) for name, value in middle.items()},
        "ratio_to_same_inserts": round(middle["http"] / middle["same_inserts"], 3),
    }
