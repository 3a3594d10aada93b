"""The events of a batch: each step of each life, told as the actions would have told it."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from citycall.demo.history.closing import NEVER
from citycall.demo.history.incidents import Incidents, Ints, Moments
from citycall.demo.history.lives import Lives, only
from citycall.demo.history.rows import Placed, Work
from citycall.service_requests.actions.load_batch import past_events
from citycall.service_requests.events import Kind

Texts = NDArray[np.object_]
# Kind, requests, moments, data, reports, and the user who did it (0: nobody that is known).
Part = tuple[str, Ints, Moments, Texts, Ints, Ints]
_BY_RESIDENTS = {Kind.SUBMITTED, Kind.REPORT_ADDED, Kind.DISPUTED, Kind.CONFIRMED}
# How long before a completion its photo is taken.
PHOTO = np.timedelta64(90, "s")
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
    for kind, at, data, who in _steps(found, life, placed, work):
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


def _steps(
    found: Incidents, life: Lives, placed: Placed, work: Work
) -> Iterator[tuple[Kind, Moments, Texts, Ints]]:
    """Each kind of step of every life: when, with what data, and by whom."""
    count = len(found)
    nobody = np.zeros(count, dtype=np.int64)
    crew, closer = _people(life, placed, work)
    going, photographed = _same(count, status="in_progress"), _same(count, stage="after")
    completed = _by_outcome(found, work)
    yield Kind.ASSIGNED, life.assigned, _by_team(placed), crew
    yield Kind.HELD, life.held, _by_pause(found, work), crew
    yield Kind.RESUMED, life.resumed, going, crew
    yield Kind.STARTED, life.started, going, crew
    yield Kind.PHOTO_ADDED, only(life.photo, life.completed - PHOTO), photographed, crew
    yield Kind.COMPLETED, life.completed, completed, closer
    reopened = _same(count, status="assigned", times_reopened=1)
    yield Kind.DISPUTED, life.disputed, reopened, nobody
    yield Kind.STARTED, life.started_again, going, crew
    again = life.completed_again
    yield Kind.PHOTO_ADDED, only(again < NEVER, again - PHOTO), photographed, crew
    yield Kind.COMPLETED, again, completed, crew
    confirmed = _same(count, status="closed", verification="confirmed")
    yield Kind.CONFIRMED, only(life.confirmed, life.closed), confirmed, nobody
    undisputed = _same(count, status="closed", verification="undisputed")
    yield Kind.CLOSED, only(~life.confirmed, life.closed), undisputed, nobody
    yield Kind.CANCELLED, life.cancelled, _same(count, status="cancelled"), nobody
    yield Kind.REFERRED, life.referred, _same(count, status="referred"), crew


def _by_team(placed: Placed) -> Texts:
    teams = {team: _json(status="assigned", team=team) for team in set(placed.team.tolist())}
    return np.array([teams[team] for team in placed.team.tolist()], dtype=object)


def _by_outcome(found: Incidents, work: Work) -> Texts:
    usual = [
        _json(status="completed", outcome=entry.spec.outcomes[0], fixed=True)
        for entry in work.entries
    ]
    return np.array(usual, dtype=object)[found.service]


def _by_pause(found: Incidents, work: Work) -> Texts:
    held = [_json(status="on_hold", reason=c, clock_stopped=bool(c)) for c in work.pause.tolist()]
    return np.array(held, dtype=object)[found.service]


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
