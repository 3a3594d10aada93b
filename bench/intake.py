"""Intake through HTTP against pgbench doing the same INSERTs, in alternating runs."""

import json
import re
import statistics
import subprocess
import tempfile
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench import client, stage

HERE = Path(__file__).parent
CONCURRENCY = 8
WORDS = (
    "There is a deep hole in the right lane just before the light, about two feet across. "
    "Cars swerve around it into the bicycle lane."
)
SERVICE = "pothole"
ANSWERS = {"where": "travel-lane", "size": "medium", "depth-inches": 3, "damage": "no"}


def facts(where: stage.Stage) -> dict[str, Any]:
    """A service, its team and a point within the city, with the areas that hold it."""
    from citycall.catalog.queries import catalog
    from citycall.core import clock
    from citycall.places.queries import areas
    from citycall.routing.queries import routing
    from citycall.service_requests import cells

    entry = catalog().service(SERVICE)
    longitude, latitude = (
        float(str(v))
        for v in where.psql("SELECT avg(longitude), avg(latitude) FROM places_place")[0]
    )
    area_ids = [area.id for area in areas().at(longitude, latitude)]
    decision = routing().choose(entry, area_ids, clock.now())
    return {
        "SERVICE": entry.id,
        "AGENCY": decision.agency_id,
        "TEAM": decision.team_id,
        "REASON": decision.reason.replace("'", ""),
        "LONGITUDE": longitude,
        "LATITUDE": latitude,
        "CELL": cells.cell_of(longitude, latitude),
        "AREAS": "{" + ",".join(map(str, area_ids)) + "}",
        "WORDS": WORDS,
        "ANSWERS": json.dumps(ANSWERS),
    }


def script(name: str, facts: dict[str, Any], folder: Path) -> Path:
    """A script of pgbench, with these facts in it."""
    text = (HERE / name).read_text()
    for word, value in facts.items():
        text = re.sub(rf"\b{word}\b", str(value).replace("\\", ""), text)
    target = folder / name
    target.write_text(text)
    return target


def pgbench(
    where: stage.Stage, script: Path, *, seconds: int, options: Sequence[str] = ()
) -> float:
    """Transactions a second of pgbench with the script, prepared, at the same concurrency."""
    done = subprocess.run(
        [
            *(str(stage.PROGRAMS / "pgbench"), "-n", "-M", "prepared", "-j", "2"),
            *("-c", str(CONCURRENCY), "-T", str(seconds), "-f", str(script), *options, where.url),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if not found:
        raise RuntimeError(done.stdout + done.stderr)
    return float(found[1])


def submissions(
    *, port: int, secret: str, facts: dict[str, Any], count: int
) -> list[tuple[str, bytes]]:
    """This many different reports, ready to send, each with its key."""
    ready = []
    for n in range(count):
        key = str(uuid.uuid4())
        body = {
            "service": SERVICE,
            "location": {
                "kind": "address",
                "longitude": facts["LONGITUDE"] + n % 1000 / 100000,
                "latitude": facts["LATITUDE"] + n % 997 / 100000,
                "place": "1200 E Monument St",
                "directions": "behind the playground",
            },
            "words": WORDS,
            "answers": ANSWERS,
            "contact": {"name": "Pat Doe", "email": "pat@example.org"},
        }
        ready.append((key, client.request_bytes(port=port, secret=secret, key=key, body=body)))
    return ready


def open311_submissions(
    *, port: int, secret: str, facts: dict[str, Any], count: int
) -> list[tuple[str, bytes]]:
    """The same reports as Chicago's clients of Open311 send them: point and address together."""
    ready = []
    for n in range(count):
        key = str(uuid.uuid4())
        body = {
            "service_code": SERVICE,
            "lat": facts["LATITUDE"] + n % 997 / 100000,
            "long": facts["LONGITUDE"] + n % 1000 / 100000,
            "address_string": "1200 E Monument St",
            "description": WORDS,
            "first_name": "Pat",
            "last_name": "Doe",
            "email": "pat@example.org",
            **{f"attribute[{code}]": answer for code, answer in ANSWERS.items()},
        }
        request = client.form_bytes(port=port, secret=secret, key=key, body=body)
        ready.append((key, request))
    return ready


def measure(where: stage.Stage, *, secret: str, rounds: int, seconds: int) -> dict[str, Any]:
    """Rates and ratios of alternating runs; the ratio is of the medians."""
    known = facts(where)
    port = stage.free_port()
    site = stage.web(where, port=port)
    rates: dict[str, list[float]] = {"http": [], "same_statement": [], "same_inserts": []}
    try:
        with tempfile.TemporaryDirectory() as folder:
            one = script("intake.sql", known, Path(folder))
            apart = script("intake_apart.sql", known, Path(folder))
            reports = submissions(port=port, secret=secret, facts=known, count=400)
            client.submit_all(reports, port=port, concurrency=CONCURRENCY)
            for _round in range(rounds):
                rates["same_statement"].append(pgbench(where, one, seconds=seconds))
                fresh = submissions(port=port, secret=secret, facts=known, count=3000 * seconds)
                run = client.submit_all(
                    fresh, port=port, concurrency=CONCURRENCY, stop_after=seconds
                )
                rates["http"].append(run.rate)
                rates["same_inserts"].append(pgbench(where, apart, seconds=seconds))
        memory = site.memory_mb()
    finally:
        site.stop()
    middle = {name: statistics.median(values) for name, values in rates.items()}
    return {
        "per_second": {name: round(value, 1) for name, value in middle.items()},
        "runs": {name: [round(v, 1) for v in values] for name, values in rates.items()},
        "ratio_to_same_statement": round(middle["http"] / middle["same_statement"], 3),
        "ratio_to_same_inserts": round(middle["http"] / middle["same_inserts"], 3),
        "web_memory_mb": memory,
    }
