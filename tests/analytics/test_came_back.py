"""Which requests came back, where many things happen at once and at the same spot."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citycall.analytics import came_back

BEGIN = datetime(2026, 1, 1)  # noqa: DTZ001  (naive, as the facts are)
HELD = timedelta(days=came_back.HELD_DAYS)
# A step north of some twenty metres: the next spot is near, the one after it is not.
STEP = 20 / 111_195


class Told(NamedTuple):
    """One request of the facts."""

    id: int
    service: int
    status: str
    longitude: float
    latitude: float
    received_at: datetime
    completed_at: datetime | None
    ended_at: datetime | None
    is_merged: bool = False
    came_back: bool = False


def told(number: int, at: int, spot: int, done: int | None, status: str, service: int) -> Told:
    """Moments are thirds of the days for which a completion holds, so that many are the same."""
    received = BEGIN + at * HELD / 3
    completed = None if done is None else received + done * HELD / 3
    ended = completed if status != "open" else None
    kept = "open" if completed is None else status
    return Told(number, service, kept, -76.6, 39.3 + spot * STEP, received, completed, ended)


@pytest.fixture(scope="module")
def facts() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE requests (id BIGINT, service INTEGER, status VARCHAR, longitude DOUBLE,"
            " latitude DOUBLE, received_at TIMESTAMP, completed_at TIMESTAMP, ended_at TIMESTAMP,"
            " is_merged BOOLEAN, came_back BOOLEAN)"
        )
        connection.execute("CREATE TABLE staged_requests (id BIGINT)")
        yield connection


def put(connection: duckdb.DuckDBPyConnection, rows: Sequence[Told]) -> None:
    if rows:
        connection.executemany(
            f"INSERT INTO requests VALUES ({', '.join('?' * len(Told._fields))})", rows
        )


def found(connection: duckdb.DuckDBPyConnection) -> set[int]:
    rows = connection.execute("SELECT id FROM requests WHERE came_back").fetchall()
    return {row[0] for row in rows}


def by_hand(rows: Sequence[Told]) -> set[int]:
    """All pairs are looked at, in the words of the definition."""
    return {
        one.id
        for one in rows
        if any(_helped(one, other) for other in rows)
        and not any(_waiting(one, other) for other in rows)
    }


def _near(one: Told, other: Told) -> bool:
    metres = abs(one.latitude - other.latitude) * 111_195
    earlier = (other.received_at, other.id) < (one.received_at, one.id)
    known = other.status not in {"cancelled", "referred"}
    return one.service == other.service and metres <= 25 and earlier and known


def _helped(one: Told, other: Told) -> bool:
    done = other.completed_at
    return _near(one, other) and done is not None and done <= one.received_at < done + HELD


def _waiting(one: Told, other: Told) -> bool:
    still = other.ended_at is None or other.ended_at > one.received_at
    return _near(one, other) and one.received_at < other.received_at + HELD and still


requests = st.lists(
    st.tuples(
        st.integers(0, 12),
        st.integers(0, 3),
        st.none() | st.integers(0, 4),
        st.sampled_from(["completed", "completed", "closed", "open", "cancelled"]),
        st.integers(1, 2),
    ),
    max_size=25,
)


@given(requests)
def test_it_is_what_all_pairs_tell(
    facts: duckdb.DuckDBPyConnection, drawn: list[tuple[int, int, int | None, str, int]]
) -> None:
    rows = [told(n, *each) for n, each in enumerate(drawn, start=1)]
    facts.execute("DELETE FROM requests")
    put(facts, rows)
    came_back.write_whole(facts)
    assert found(facts) == by_hand(rows)


@given(requests, st.data())
def test_what_changed_is_found_by_looking_around_it(
    facts: duckdb.DuckDBPyConnection,
    drawn: list[tuple[int, int, int | None, str, int]],
    data: st.DataObject,
) -> None:
    rows = [told(n, *each) for n, each in enumerate(drawn, start=1)]
    facts.execute("DELETE FROM requests")
    put(facts, rows)
    came_back.write_whole(facts)
    changed = {
        n: told(n, *each)
        for n, each in enumerate(data.draw(requests), start=1)
        if data.draw(st.booleans())
    }
    # And some at which nothing but the end is another.
    for n, (at, spot, _done, _status, service) in enumerate(drawn, start=1):
        if n not in changed and data.draw(st.booleans()):
            ends = data.draw(st.tuples(st.none() | st.integers(0, 4), st.just("closed")))
            changed[n] = told(n, at, spot, *ends, service)
    facts.execute("DELETE FROM staged_requests")
    for number in changed:
        facts.execute("INSERT INTO staged_requests VALUES (?)", [number])
    came_back.note(facts)
    facts.execute("DELETE FROM requests WHERE id IN (SELECT id FROM staged_requests)")
    put(facts, list(changed.values()))
    came_back.write_changed(facts)
    assert found(facts) == by_hand([*({row.id: row for row in rows} | changed).values()])


def test_one_address_told_of_very_often_is_no_more_work_than_many(
    facts: duckdb.DuckDBPyConnection,
) -> None:
    """Pairs would be four hundred million; the time limit of tests would be hit long before."""
    facts.execute("DELETE FROM requests")
    facts.execute(
        "INSERT INTO requests SELECT i, 1, 'completed', -76.6, 39.3,"
        " TIMESTAMP '2026-01-01' + INTERVAL (i) MINUTE,"
        " TIMESTAMP '2026-01-01' + INTERVAL (i) MINUTE + INTERVAL 30 SECOND,"
        " TIMESTAMP '2026-01-01' + INTERVAL (i) MINUTE + INTERVAL 30 SECOND, FALSE, FALSE"
        " FROM range(20000) AS r(i)"
    )
    came_back.write_whole(facts)
    assert len(found(facts)) == 19_999
