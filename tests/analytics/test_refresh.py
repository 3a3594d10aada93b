"""The facts follow the operational tables: nothing lost, nothing twice, nothing half."""

import threading
from datetime import timedelta
from typing import Any

import duckdb
import pytest
from django.db import connection, transaction

from citycall.analytics.refresh import refresh
from citycall.analytics.store import NoFactsYet, current, store
from citycall.core.actors import resident
from citycall.service_requests.actions.close import complete
from citycall.service_requests.actions.merge import merge, unmerge
from citycall.service_requests.actions.submit import submit
from tests import city as small_city

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = timedelta(hours=1)


@pytest.fixture
def city() -> Any:
    return small_city.build()


def rows(statement: str) -> list[dict[str, Any]]:
    with current() as facts:
        found: list[dict[str, Any]] = facts.sql(statement).to_pylist()
        return found


def test_before_the_first_refresh_it_is_said(city) -> None:
    with pytest.raises(NoFactsYet), current():
        pass


def test_a_request_and_its_report_are_facts(city) -> None:
    submit(small_city.draft(), by=resident(), at=small_city.NOW)
    done = refresh(at=small_city.NOW + HOUR)
    assert done is not None
    assert (done.whole, done.requests) == (True, 1)
    [request] = rows("SELECT r.*, s.code FROM requests r JOIN services s ON s.id = r.service")
    assert request["code"] == "pothole"
    assert request["received_on"].isoformat() == "2026-03-02"
    assert request["received_week"].isoformat() == "2026-03-02"
    assert request["received_month"].isoformat() == "2026-03-01"
    assert (request["is_open"], request["is_merged"], request["reports"]) == (True, False, 1)
    assert request["on_time"] is None
    [report] = rows("SELECT * FROM reports")
    assert (report["request"], report["further"]) == (request["id"], False)


def test_what_changed_is_put_in_place_of_what_was_known(city) -> None:
    made = submit(small_city.draft(), by=resident(), at=small_city.NOW)
    other = submit(small_city.draft(), by=resident(), at=small_city.NOW)
    refresh(at=small_city.NOW + HOUR)
    complete(
        made.request_id,
        outcome_code="fixed",
        explanation="Filled.",
        by=city.dispatcher,
        at=small_city.NOW + 26 * HOUR,
    )
    done = refresh(at=small_city.NOW + 27 * HOUR)
    assert done is not None
    assert (done.whole, done.requests) == (False, 1)
    by_id = {row["id"]: row for row in rows("SELECT * FROM requests")}
    assert by_id[made.request_id]["days_to_complete"] == pytest.approx(26 / 24)
    assert by_id[made.request_id]["on_time"] is True
    assert by_id[made.request_id]["fixed"] is True
    assert by_id[other.request_id]["is_open"] is True
    assert {row["kind"] for row in rows("SELECT kind FROM steps")} >= {"completed"}


def test_reports_of_what_was_merged_are_counted_where_they_lead(city) -> None:
    made = [submit(small_city.draft(), by=resident(), at=small_city.NOW) for _ in range(3)]
    first, second, third = (each.request_id for each in made)
    refresh(at=small_city.NOW)
    merge(second, parent_id=third, by=city.dispatcher, at=small_city.NOW + HOUR)
    merge(third, parent_id=first, by=city.dispatcher, at=small_city.NOW + 2 * HOUR)
    refresh(at=small_city.NOW + 3 * HOUR)
    told = {row["id"]: row["reports"] for row in rows("SELECT id, reports FROM requests")}
    assert told == {first: 3, second: 0, third: 0}
    assert {row["request"] for row in rows("SELECT request FROM reports")} == {first}
    assert sum(row["further"] for row in rows("SELECT further FROM reports")) == 2
    unmerge(third, by=city.dispatcher, at=small_city.NOW + 4 * HOUR)
    refresh(at=small_city.NOW + 5 * HOUR)
    told = {row["id"]: row["reports"] for row in rows("SELECT id, reports FROM requests")}
    assert told == {first: 1, second: 0, third: 2}


def test_what_commits_late_is_not_lost(city) -> None:
    """A transaction that began before a refresh and commits after it comes with the next one."""
    begun, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            submit(small_city.draft(), by=resident(), at=small_city.NOW)
            begun.set()
            go_on.wait(30)
        connection.close()

    refresh(at=small_city.NOW)
    late = threading.Thread(target=slow)
    late.start()
    begun.wait(30)
    submit(small_city.draft(), by=resident(), at=small_city.NOW)
    refresh(at=small_city.NOW + HOUR)
    go_on.set()
    late.join()
    refresh(at=small_city.NOW + 2 * HOUR)
    assert len(rows("SELECT id FROM requests")) == 2


def test_a_whole_and_a_partial_refresh_say_the_same(city) -> None:
    made = [submit(small_city.draft(), by=resident(), at=small_city.NOW) for _ in range(4)]
    refresh(at=small_city.NOW)
    merge(
        made[1].request_id,
        parent_id=made[0].request_id,
        by=city.dispatcher,
        at=small_city.NOW + HOUR,
    )
    complete(
        made[2].request_id, outcome_code="fixed", explanation="Done.", by=city.dispatcher,
        at=small_city.NOW + 2 * HOUR,
    )  # fmt: skip
    tables = ("requests", "reports", "steps")
    refresh(at=small_city.NOW + 3 * HOUR)
    partial = {name: rows(f"SELECT * FROM {name} ORDER BY id") for name in tables}
    refresh(at=small_city.NOW + 3 * HOUR, whole=True)
    assert {name: rows(f"SELECT * FROM {name} ORDER BY id") for name in tables} == partial


def test_a_refresh_that_fails_leaves_the_present_version(city, monkeypatch) -> None:
    submit(small_city.draft(), by=resident(), at=small_city.NOW)
    refresh(at=small_city.NOW)
    before = store().version()

    def broken(*_args: Any, **_more: Any) -> None:
        raise duckdb.Error("the disk is full")

    monkeypatch.setattr("citycall.analytics.facts.make", broken)
    with pytest.raises(duckdb.Error):
        refresh(at=small_city.NOW + HOUR)
    assert store().version() == before
    assert len(list(store().folder.glob("v*.duckdb"))) == 1
    assert len(rows("SELECT * FROM requests")) == 1


def test_who_reads_is_not_blocked_and_sees_one_version(city) -> None:
    submit(small_city.draft(), by=resident(), at=small_city.NOW)
    refresh(at=small_city.NOW)
    before = store().facts()
    for hour in range(1, 4):
        submit(small_city.draft(), by=resident(), at=small_city.NOW)
        refresh(at=small_city.NOW + hour * HOUR)
    assert before.sql("SELECT count(*) AS n FROM requests").to_pylist() == [{"n": 1}]
    assert rows("SELECT count(*) AS n FROM requests") == [{"n": 4}]
