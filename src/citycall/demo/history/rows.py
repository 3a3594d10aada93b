"""The request rows of a batch: routed, promised, and as they stand today."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from citycall.catalog import rules as catalog_rules
from citycall.catalog.queries import Catalog
from citycall.core import clock
from citycall.demo import staff
from citycall.demo.history import told
from citycall.demo.history.closing import NEVER
from citycall.demo.history.incidents import Floats, Incidents, Ints, Moments
from citycall.demo.history.lives import Lives
from citycall.demo.history.truth import Truth
from citycall.places.queries import areas
from citycall.routing.queries import routing
from citycall.service_requests.actions.load_batch import past_requests

Texts = NDArray[np.object_]


@dataclass(frozen=True)
class Placed:
    """Whose work each row is, in which areas, by when, and the nature of the team."""

    team: Ints
    agency: Ints
    rule: Ints
    areas: list[list[int]]
    due: Moments
    false_rate: Floats
    verification_days: Ints

    def put(self, rows: Ints, placed: "Placed") -> None:
        """Let other values take the place of those of these rows."""
        for name, column in vars(self).items():
            if name != "areas":
                column[rows] = getattr(placed, name)
        for row, held in zip(rows.tolist(), placed.areas, strict=True):
            self.areas[row] = held


class Work:
    """The catalog and the truth as columns by service and team."""

    def __init__(self, book: Catalog, truth: Truth) -> None:
        self.book, self.truth = book, truth
        self.entries = [book.service(service.code) for service in truth.services]
        self.names = [entry.spec.name for entry in self.entries]
        self.hoods = np.array(list(truth.reporting_rate), dtype=object)
        self.end = np.datetime64(truth.end.replace(tzinfo=None), "s")
        self.pause = np.array(
            [e.spec.pause_reasons[0].code if e.spec.pause_reasons else "" for e in self.entries],
            dtype=object,
        )
        self.asks_photo = [entry.spec.photo_on_completion for entry in self.entries]
        self.crews = staff.known()
        self.done = self._outcomes(fixed=True)
        self.not_done = self._outcomes(fixed=False)
        self._choices: dict[tuple[int, tuple[int, ...], int], tuple[int, int, int]] = {}

    def _outcomes(self, *, fixed: bool) -> Ints:
        """For each service, its first outcome that says so, or else its first."""
        found = []
        for entry in self.entries:
            outcomes = [self.book.outcome(code) for code in entry.spec.outcomes]
            found.append(next((o.id for o in outcomes if o.spec.fixed == fixed), outcomes[0].id))
        return np.array(found)

    def place(self, found: Incidents) -> Placed:
        """Route every row and promise its date."""
        held = list(areas().at_many(found.longitude, found.latitude).rows())
        moments = [at.replace(tzinfo=UTC) for at in found.at.astype("datetime64[us]").tolist()]
        chosen = [
            self._choose(service, tuple(area_ids), at)
            for service, area_ids, at in zip(found.service.tolist(), held, moments, strict=True)
        ]
        team, agency, rule = (np.array(column) for column in zip(*chosen, strict=True))
        rates = {t.id: self.truth.false_closure_rate.get(t.code, 0.05) for t in self.book.teams}
        days = np.array([entry.spec.verification_days for entry in self.entries])
        return Placed(
            team=team,
            agency=agency,
            rule=rule,
            areas=held,
            due=self._due(found.service.tolist(), moments, held, agency.tolist()),
            false_rate=np.array([rates.get(t, 0.05) for t in team.tolist()]),
            verification_days=days[found.service],
        )

    def _choose(
        self, service: int, area_ids: tuple[int, ...], at: datetime
    ) -> tuple[int, int, int]:
        """Team, agency and rule; remembered by service, areas and hour of the week."""
        local = at.astimezone(clock.city_zone())
        key = (service, area_ids, local.weekday() * 24 + local.hour)
        if key not in self._choices:
            decision = routing().choose(self.entries[service], area_ids, at)
            self._choices[key] = (decision.team_id, decision.agency_id, decision.rule_id or -1)
        return self._choices[key]

    def _due(
        self, service: list[int], at: list[datetime], held: list[list[int]], agency: list[int]
    ) -> Moments:
        zone = clock.city_zone()
        due = np.full(len(service), NEVER)
        for row, (index, moment) in enumerate(zip(service, at, strict=True)):
            target = self.entries[index].spec.target
            if target is None:
                continue
            promised = catalog_rules.due_at(
                target,
                start=moment,
                working_time=self.book.working_time(agency[row], target.calendar),
                zone=zone,
                area_ids=held[row],
            )
            if promised is not None:
                due[row] = np.datetime64(promised.astimezone(UTC).replace(tzinfo=None), "s")
        return due


def moments(at: Moments, end: np.datetime64) -> pa.Array:
    """Moments as a column; null where they never came, or not yet by ``end``."""
    return pa.array(at.astype("datetime64[us]"), mask=at > end)


def states(life: Lives, end: np.datetime64) -> Texts:
    """Where each request stands at ``end``."""
    resumed = np.where(life.held != NEVER, life.resumed, life.started)
    begun = np.where(life.started != NEVER, np.maximum(life.started, resumed), life.resumed)
    steps = (
        ("assigned", life.assigned),
        ("on_hold", life.held),
        ("in_progress", begun),
        ("completed", life.completed),
        ("assigned", life.disputed),
        ("in_progress", life.started_again),
        ("completed", life.completed_again),
        ("closed", life.closed),
        ("cancelled", life.cancelled),
        ("referred", life.referred),
    )
    state = np.full(len(life.assigned), "new", dtype=object)
    reached = np.full(len(state), np.datetime64("1970-01-01", "s"))
    for name, at in steps:
        later = (at <= end) & (at >= reached)
        state[later] = name
        reached[later] = at[later]
    return state


@dataclass(frozen=True)
class Standing:
    """How each request of a batch stands at the end; ``over`` is when it ended, if it did."""

    state: Texts
    reopened: NDArray[np.bool_]
    over: Moments
    completed: Moments
    verification: Texts

    def has(self, *states: str) -> NDArray[np.bool_]:
        """Which of them stand in one of these states."""
        return np.isin(self.state, states)


def standing(life: Lives, repeats: NDArray[np.bool_], end: np.datetime64) -> Standing:
    """How each request stands at ``end``; one that repeats another stays new until merged."""
    state = states(life, end)
    state[repeats] = "new"
    reopened = (life.disputed <= end) & ~repeats
    disputed = reopened & (state == "assigned")
    over = np.where(state == "closed", life.closed, np.minimum(life.cancelled, life.referred))
    last = np.where(life.completed_again <= end, life.completed_again, life.completed)
    verification = np.where(life.confirmed, "confirmed", "undisputed").astype(object)
    verification[state == "completed"] = "asked"
    verification[disputed] = "disputed"
    verification[~np.isin(state, ["completed", "closed"]) & ~disputed] = ""
    return Standing(
        state=state,
        reopened=reopened,
        over=over,
        completed=np.where(repeats, NEVER, last),
        verification=verification,
    )


def requests(
    found: Incidents,
    life: Lives,
    placed: Placed,
    parent: Ints,
    *,
    work: Work,
    first: int,
    rng: np.random.Generator,
) -> pa.Table:
    """The request table of a batch; a row that repeats another stays new until it is merged."""
    now = standing(life, parent >= 0, work.end)
    return past_requests(
        service_id=np.array([entry.id for entry in work.entries])[found.service],
        agency_id=placed.agency,
        team_id=placed.team,
        rule_id=pa.array(placed.rule, mask=placed.rule < 0),
        status=now.state,
        requested_at=found.at.astype("datetime64[us]"),
        updated_at=_updated(found, life, now, work.end),
        promised_at=moments(placed.due, NEVER - 1),
        due_at=moments(placed.due, NEVER - 1),
        location_kind=found.kind,
        longitude=np.round(found.longitude, 6),
        latitude=np.round(found.latitude, 6),
        place=found.place,
        areas=placed.areas,
        **_pause(found, life, now, work),
        **_end(found, life, placed, now, work, rng),
        **_source(found, parent, work, first),
    )


def _updated(found: Incidents, life: Lives, now: Standing, end: np.datetime64) -> Moments:
    steps = (life.assigned, life.started, now.completed, now.over)
    latest = np.max([np.where(at <= end, at, found.at) for at in steps], axis=0)
    return np.where(now.has("new"), found.at, latest).astype("datetime64[us]")


def _pause(found: Incidents, life: Lives, now: Standing, work: Work) -> dict[str, Any]:
    held = now.has("on_hold")
    reason = work.pause[found.service]
    return {
        "paused_at": pa.array(life.held.astype("datetime64[us]"), mask=~(held & (reason != ""))),
        "hold_reason": np.where(held, reason, ""),
    }


def _end(
    found: Incidents,
    life: Lives,
    placed: Placed,
    now: Standing,
    work: Work,
    rng: np.random.Generator,
) -> dict[str, Any]:
    """The columns that tell how the work ended, and whether the reporter agreed."""
    end, count = work.end, len(found)
    outcome = np.where(
        life.false_closure | (rng.random(count) < 0.93),
        work.done[found.service],
        work.not_done[found.service],
    )
    done = now.completed <= end
    over = now.over.astype("datetime64[us]")
    to_verify = now.completed + (placed.verification_days * 86_400).astype("timedelta64[s]")
    return {
        "completed_at": moments(now.completed, end),
        "closed_at": pa.array(over, mask=~now.has("closed", "cancelled", "referred")),
        "verify_until": pa.array(to_verify.astype("datetime64[us]"), mask=~now.has("completed")),
        "outcome_id": pa.array(outcome, mask=~done),
        "explanation": np.where(done, told.explanation(found, life, placed.agency, rng), ""),
        "referred_to": np.where(now.has("referred"), "The State Highway Administration", ""),
        "verification": now.verification,
        "reopened_count": now.reopened.astype(np.int64),
    }


def _source(found: Incidents, parent: Ints, work: Work, first: int) -> dict[str, Any]:
    """The columns that say which row each one is, and which it repeats."""
    count = len(found)
    ids = [str(first + n) for n in range(count)]
    merged = (found.at + np.timedelta64(3600, "s")).astype("datetime64[us]")
    parents = [ids[p] if p >= 0 else None for p in parent.tolist()]
    return {
        "source": pa.repeat(f"demo-{work.truth.seed}", count),
        "source_id": ids,
        "parent_source_id": pa.array(parents, type=pa.string()),
        "merged_at": pa.array(merged, mask=parent < 0),
    }
