"""Turning drawn lives into requests, reports and events, batch by batch, and keeping the truth."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from citycall.catalog.queries import Catalog, catalog
from citycall.core import clock
from citycall.core.actors import SYSTEM
from citycall.demo.geography import City
from citycall.demo.history import (
    closing,
    events,
    incidents,
    lives,
    merging,
    planted,
    rows,
    truth,
    words,
)
from citycall.demo.history.closing import NEVER
from citycall.demo.history.incidents import Incidents, Ints
from citycall.demo.history.lives import Lives
from citycall.demo.history.rows import Placed, Work
from citycall.service_requests.actions.load import load_past
from citycall.service_requests.actions.load_batch import (
    PastBatch,
    past_contacts,
    past_reports,
)

BATCH = 20_000
WITH_CONTACT = 0.35
Progress = Callable[[int, int | None], None]


@dataclass(frozen=True)
class Written:
    """What was written, and where its truth is kept."""

    requests: int
    reports: int
    false_closures: int
    truth: Path
    seconds: float

    def lines(self) -> list[str]:
        """A summary for people."""
        return [
            f"{self.requests:,} requests with {self.reports:,} reports "
            f"in {self.seconds:.1f} s ({self.requests / max(self.seconds, 1e-9):,.0f} a second)",
            f"the truth behind them is kept in {self.truth}",
        ]


@dataclass(frozen=True)
class _Drawn:
    """One batch with its truth."""

    batch: PastBatch
    truth: pa.Table


def write(
    city: City, *, requests: int, seed: int, at: datetime, folder: Path, progress: Progress
) -> Written:
    """Write ``requests`` requests of the two years before ``at``; the same seed, the same history.

    The truth goes to ``folder``: ``truth.json`` (rates, storms, seasons, unfairness) and
    ``requests-*.parquet`` (for each request, by its source id: which were closed falsely, which
    repeat another, where trouble recurs).
    """
    begun = clock.now()
    book = catalog()
    real = truth.decide(seed=seed, at=at, city=city, catalog=book)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "truth.json").write_text(json.dumps(real.as_json(), indent=1))
    done = reports = false = 0
    for number, drawn in enumerate(_batches(city, real, book, requests=requests)):
        loaded = load_past([drawn.batch], by=SYSTEM, at=at)
        pq.write_table(drawn.truth, folder / f"requests-{number:05d}.parquet")
        done += loaded.loaded + loaded.unchanged
        reports += drawn.batch.reports.num_rows
        false += int(np.sum(drawn.truth["false_closure"].to_numpy()))
        progress(done, requests)
    return Written(
        requests=done,
        reports=reports,
        false_closures=false,
        truth=folder,
        seconds=(clock.now() - begun).total_seconds(),
    )


def _batches(city: City, real: truth.Truth, book: Catalog, *, requests: int) -> Iterator[_Drawn]:
    rng = np.random.default_rng([real.seed, 2])
    service, at = incidents.times(real, requests, rng, clock.city_zone())
    spots = _spots(city, real, rng)
    work = Work(book, real)
    codes = [service.code for service in real.services]
    for start in range(0, requests, BATCH):
        part = slice(start, start + BATCH)
        own = np.random.default_rng([real.seed, 3, start])
        found = incidents.scatter(real, service[part], at[part], city, own)
        found = incidents.repeat(found, spots, own)
        # Random numbers of its own: what is planted leaves the rest of the history as it is.
        own_too = np.random.default_rng([real.seed, 9, start])
        found = planted.gather(found, real.planted, codes, city, own_too)
        yield _draw(found, work, first=start, rng=own)


def _spots(city: City, real: truth.Truth, rng: np.random.Generator) -> Incidents:
    """The places where trouble comes back, each with its service."""
    count = incidents.REPEAT_PLACES
    service = rng.integers(0, len(real.services), count)
    nowhen = np.full(count, np.datetime64(real.start.replace(tzinfo=None), "s"))
    return incidents.scatter(real, service, nowhen, city, rng)


def _draw(found: Incidents, work: Work, *, first: int, rng: np.random.Generator) -> _Drawn:
    placed = work.place(found)
    life = _lived(found, placed, work, rng)
    again = _tell_again(found, life)
    changed = np.flatnonzero(again >= 0)
    if len(changed):
        moved = found.rows(changed)
        into = work.place(moved)
        placed.put(changed, into)
        life.put(changed, _lived(moved, into, work, rng))
    told, told_at = lives.further_reports(found, work.truth, work.truth.services, life, rng)
    family = (again >= 0) | np.isin(np.arange(len(found)), again)
    further = merging.as_requests(found, told, told_at, family, [work.truth.seed, 5, first])
    repeats = np.flatnonzero(further.parent >= 0)
    if len(repeats):
        placed.put(repeats, work.place(found.rows(repeats)))
    told, told_at, parent = further.rows, further.at, further.parent
    batch = PastBatch(
        requests=rows.requests(found, life, placed, parent, work=work, first=first, rng=rng),
        reports=_reports(found, told, told_at, work, rng),
        events=events.table(found, life, placed, parent, told, told_at, work=work),
        contacts=_contacts(len(found) + len(told), rng),
    )
    return _Drawn(batch, _truth_table(found, life, parent, again, first, work))


def _lived(found: Incidents, placed: Placed, work: Work, rng: np.random.Generator) -> Lives:
    return lives.live(
        found,
        work.truth,
        team_false_rate=placed.false_rate,
        verification_days=placed.verification_days,
        agency=placed.agency,
        habit=closing.habits(work.truth.services, work.asks_photo, found.service),
        rng=rng,
    )


def _tell_again(found: Incidents, life: Lives) -> Ints:
    """Let later rows tell of what is still there; for each row, whose trouble it tells, or -1.

    A row is taken that was told at about the time; it takes over the place and the service.
    """
    count = len(found)
    again = np.full(count, -1)
    asked = np.flatnonzero(life.again != NEVER)
    free = life.again == NEVER
    for row in asked[np.argsort(life.again[asked])].tolist():
        place = int(np.searchsorted(found.at, life.again[row]))
        taken = next((n for n in range(place, min(place + 40, count)) if free[n]), None)
        if taken is None:
            continue
        free[taken] = False
        again[taken] = row
    tellers = np.flatnonzero(again >= 0)
    source = again[tellers]
    rng = np.random.default_rng(count)
    for name in ("service", "place", "kind", "neighborhood", "repeat_place"):
        getattr(found, name)[tellers] = getattr(found, name)[source]
    found.longitude[tellers] = found.longitude[source] + rng.normal(0, 1e-4, len(tellers))
    found.latitude[tellers] = found.latitude[source] + rng.normal(0, 8e-5, len(tellers))
    return again


def _reports(
    found: Incidents, told: Ints, told_at: incidents.Moments, work: Work, rng: np.random.Generator
) -> pa.Table:
    count = len(found) + len(told)
    service = np.concatenate([found.service, found.service[told]])
    contact = np.where(rng.random(count) < WITH_CONTACT, np.arange(count), -1)
    return past_reports(
        request=np.concatenate([np.arange(len(found)), told]),
        reported_at=np.concatenate([found.at, told_at]).astype("datetime64[us]"),
        channel=words.channels(count, rng),
        words=words.words(service, work.names, rng),
        wanted=words.chosen(words.WISHES, count, rng),
        contact=pa.array(contact, mask=contact < 0),
    )


def _contacts(count: int, rng: np.random.Generator) -> pa.Table:
    names, addresses = words.people(count, rng)
    made = pa.array([datetime(2024, 1, 1, tzinfo=UTC)] * count)
    return past_contacts(name=names, email=addresses, created_at=made)


def _truth_table(
    found: Incidents, life: Lives, parent: Ints, again: Ints, first: int, work: Work
) -> pa.Table:
    codes = np.array([service.code for service in work.truth.services], dtype=object)
    return pa.table(
        {
            "source_id": [str(first + n) for n in range(len(found))],
            "service": codes[found.service],
            "neighborhood": work.hoods[found.neighborhood],
            "repeats": pa.array([str(first + p) if p >= 0 else None for p in parent.tolist()]),
            "repeat_place": pa.array(found.repeat_place, mask=found.repeat_place < 0),
            "told_again_of": pa.array([str(first + a) if a >= 0 else None for a in again.tolist()]),
            "closing": life.kind,
            "false_closure": life.false_closure & (life.last_completed < work.end),
        }
    )


def default_folder(seed: int, home: Path) -> Path:
    """Where the truth of a seed is kept when nobody says otherwise."""
    return home / "truth" / f"seed-{seed}"
