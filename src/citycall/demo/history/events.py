"""The events of a batch: each step of each life, told as the actions would have told it."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from citycall.demo.history.closing import NEVER
from citycall.demo.history.incidents import Incidents, Ints, Moments
from citycall.demo.history.lives import Lives
from citycall.demo.history.rows import Placed, Work
from citycall.service_requests.actions.load_batch import past_events
from citycall.service_requests.events import Kind

Texts = NDArray[np.object_]
# Kind, requests, moments, data, reports, and the user who did it (0: nobody that is known).
Part = tuple[str, Ints, Moments, Texts, Ints, Ints]
_BY_RESIDENTS = {Kind.SUBMITTED, Kind.REPORT_ADDED, Kind.DISPUTED, Kind.CONFIRMED}
_SYSTEM, _RESIDENT, _STAFF = "system", "resident", "staff"


def table(
    found: Incidents,
    life: Lives,
    placed: Placed,
    parent: Ints,
    told: Ints,
    told_at: Moments,
    *,
    work: Work,
) -> pa.Table:
    """All events that happened by the end of the history, in order for each request."""
    parts = list(_parts(found, life, placed, parent, told, told_at, work))
    request = np.concatenate([part[1] for part in parts])
    at = np.concatenate([part[2] for part in parts])
    order = np.lexsort((at, request))
    kind = np.concatenate([np.full(len(p[1]), p[0], dtype=object) for p in parts])
    report = np.concatenate([part[4] for part in parts])[order]
    who = np.concatenate([part[5] for part in parts])[order]
    kind = kind[order]
    actor = np.where(np.isin(kind, list(_BY_RESIDENTS)), _RESIDENT, _SYSTEM).astype(object)
    names = [work.crews.names.get(user, "") for user in who.tolist()]
    inside = kind == Kind.PHOTO_ADDED
    return past_events(
        actor_kind=np.where(who > 0, _STAFF, actor),
        actor_id=pa.array(who, mask=who == 0),
        actor_name=names,
        visibility=np.where(inside, "internal", "public"),
        request=request[order],
        kind=kind,
        at=at[order].astype("datetime64[us]"),
        data=np.concatenate([part[3] for part in parts])[order],
        report=pa.array(report, mask=report < 0),
    )


def _parts(
    found: Incidents,
    life: Lives,
    placed: Placed,
    parent: Ints,
    told: Ints,
    told_at: Moments,
    work: Work,
) -> Iterator[Part]:
    count = len(found)
    everyone = np.arange(count)
    none, nobody = np.full(count, -1), np.zeros(count, dtype=np.int64)
    yield Kind.SUBMITTED, everyone, found.at, _submitted(found, placed, work), everyone, nobody
    crew, closer = _people(life, placed, work)
    photo = np.where(life.photo, life.completed - np.timedelta64(90, "s"), NEVER)
    after = np.where(
        life.completed_again < NEVER, life.completed_again - np.timedelta64(90, "s"), NEVER
    )
    photographed = _same(count, stage="after")
    by_team = {team: _json(status="assigned", team=team) for team in set(placed.team.tolist())}
    assigned = np.array([by_team[team] for team in placed.team.tolist()], dtype=object)
    outcomes = {
        code: _json(status="completed", outcome=code, fixed=True)
        for code in {entry.spec.outcomes[0] for entry in work.entries}
    }
    completed = np.array(
        [outcomes[work.entries[s].spec.outcomes[0]] for s in found.service.tolist()], dtype=object
    )
    held = np.array(
        [_json(status="on_hold", reason=c, clock_stopped=bool(c)) for c in work.pause.tolist()],
        dtype=object,
    )[found.service]
    confirmed = _only(life.confirmed, life.closed)
    undisputed = _only(~life.confirmed, life.closed)
    for kind, at, data, who in (
        (Kind.ASSIGNED, life.assigned, assigned, crew),
        (Kind.HELD, life.held, held, crew),
        (Kind.RESUMED, life.resumed, _same(count, status="in_progress"), crew),
        (Kind.STARTED, life.started, _same(count, status="in_progress"), crew),
        (Kind.PHOTO_ADDED, photo, photographed, crew),
        (Kind.COMPLETED, life.completed, completed, closer),
        (Kind.DISPUTED, life.disputed, _same(count, status="assigned", times_reopened=1), nobody),
        (Kind.STARTED, life.started_again, _same(count, status="in_progress"), crew),
        (Kind.PHOTO_ADDED, after, photographed, crew),
        (Kind.COMPLETED, life.completed_again, completed, crew),
        (
            Kind.CONFIRMED,
            confirmed,
            _same(count, status="closed", verification="confirmed"),
            nobody,
        ),
        (Kind.CLOSED, undisputed, _same(count, status="closed", verification="undisputed"), nobody),
        (Kind.CANCELLED, life.cancelled, _same(count, status="cancelled"), nobody),
        (Kind.REFERRED, life.referred, _same(count, status="referred"), crew),
    ):
        rows = np.flatnonzero((at <= work.end) & (parent < 0))
        yield kind, rows, at[rows], data[rows], none[rows], who[rows]
    yield (
        Kind.REPORT_ADDED,
        told,
        told_at,
        _same(len(told), reports=2),
        count + np.arange(len(told)),
        np.zeros(len(told), dtype=np.int64),
    )


def _people(life: Lives, placed: Placed, work: Work) -> tuple[Ints, Ints]:
    """Who of the team has each request, and who enters its completion.

    The first of each team is the one who closes without going there, as a rule.
    """
    count = len(placed.team)
    turn = (np.arange(count) * 7 + placed.team) % 10
    member = np.where(turn < 4, 0, np.where(turn < 7, 1, 2))
    member = np.where((life.kind == "unvisited") & (turn < 7), 0, member)
    teams = [work.crews.teams[team] for team in placed.team.tolist()]
    crew = np.array([team[n] for team, n in zip(teams, member.tolist(), strict=True)])
    desk = np.array([work.crews.desks[agency] for agency in placed.agency.tolist()])
    return crew, np.where(life.desk, desk, crew)


def _only(where: NDArray[np.bool_], at: Moments) -> Moments:
    return np.where(where, at, NEVER)


def _submitted(found: Incidents, placed: Placed, work: Work) -> Texts:
    codes = [entry.spec.code for entry in work.entries]
    due = np.datetime_as_string(placed.due, unit="s").tolist()
    return np.array(
        [
            f'{{"status":"new","service":"{codes[s]}","team":{t},"due_at":'
            + (f'"{d}+00:00"' if known else "null")
            + "}"
            for s, t, d, known in zip(
                found.service.tolist(),
                placed.team.tolist(),
                due,
                (placed.due != NEVER).tolist(),
                strict=True,
            )
        ],
        dtype=object,
    )


def _same(count: int, **data: Any) -> Texts:
    return np.full(count, _json(**data), dtype=object)


def _json(**data: Any) -> str:
    return json.dumps(data, separators=(",", ":"))
