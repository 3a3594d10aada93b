"""The facts follow the operational tables: nothing lost, nothing twice, nothing half."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import duckdb
import pytest
from django.db import connection, transaction

from citycall.analytics.refresh import Refreshed, refresh
from citycall.analytics.store import Facts, NoFactsYet, current, store
from citycall.core.actors import resident
from citycall.service_requests.actions.close import complete
from citycall.service_requests.actions.merge import merge, unmerge
from citycall.service_requests.actions.submit import submit
from tests import city as small_city
from tests.analytics.settled import refreshed, rows, settle

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = timedelta(hours=1)


@pytest.fixture
def city() -> Any:
    return small_city.build()


def test_before_the_first_refresh_it_is_said(city) -> None:
    with pytest.raises(NoFactsYet), current():
        pass


def test_a_request_and_its_report_are_facts(city) -> None:
    submit(small_city.draft(), by=resident(), at=small_city.NOW)
    done = refreshed(small_city.NOW + HOUR)
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
    refreshed(small_city.NOW + HOUR)
    complete(
        made.request_id,
        outcome_code="fixed",
        explanation="Filled.",
        by=city.dispatcher,
        at=small_city.NOW + 26 * HOUR,
    )
    done = refreshed(small_city.NOW + 27 * HOUR)
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
    refreshed(small_city.NOW)
    merge(second, parent_id=third, by=city.dispatcher, at=small_city.NOW + HOUR)
    merge(third, parent_id=first, by=city.dispatcher, at=small_city.NOW + 2 * HOUR)
    refreshed(small_city.NOW + 3 * HOUR)
    told = {row["id"]: row["reports"] for row in rows("SELECT id, reports FROM requests")}
    assert told == {first: 3, second: 0, third: 0}
    assert {row["request"] for row in rows("SELECT request FROM reports")} == {first}
    assert sum(row["further"] for row in rows("SELECT further FROM reports")) == 2
    unmerge(third, by=city.dispatcher, at=small_city.NOW + 4 * HOUR)
    refreshed(small_city.NOW + 5 * HOUR)
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

    refreshed(small_city.NOW)
    late = threading.Thread(target=slow)
    late.start()
    begun.wait(30)
    submit(small_city.draft(), by=resident(), at=small_city.NOW)
    refresh(at=small_city.NOW + HOUR)
    go_on.set()
    late.join()
    refreshed(small_city.NOW + 2 * HOUR)
    assert len(rows("SELECT id FROM requests")) == 2


def test_a_whole_and_a_partial_refresh_say_the_same(city) -> None:
    made = [submit(small_city.draft(), by=resident(), at=small_city.NOW) for _ in range(4)]
    refreshed(small_city.NOW)
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
    tables = ("requests", "reports", "steps", "contacts")
    refreshed(small_city.NOW + 3 * HOUR)
    partial = {name: rows(f"SELECT * FROM {name} ORDER BY id") for name in tables}
    refresh(at=small_city.NOW + 3 * HOUR, whole=True)
    assert {name: rows(f"SELECT * FROM {name} ORDER BY id") for name in tables} == partial


def test_a_refresh_that_fails_leaves_the_present_version(city, monkeypatch) -> None:
    submit(small_city.draft(), by=resident(), at=small_city.NOW)
    refreshed(small_city.NOW)
    before = store().version()

    def broken(*_args: Any, **_more: Any) -> None:
        raise duckdb.Error("the disk is full")

    monkeypatch.setattr("citycall.analytics.facts.make", broken)
    with pytest.raises(duckdb.Error):
        refreshed(small_city.NOW + HOUR)
    assert store().version() == before
    assert len(list(store().folder.glob("v*.duckdb"))) == 1
    assert len(rows("SELECT * FROM requests")) == 1


def test_a_version_is_shown_to_one_before_all_others(city) -> None:
    submit(small_city.draft(), by=resident(), at=small_city.NOW)
    refreshed(small_city.NOW)
    submit(small_city.draft(), by=resident(), at=small_city.NOW)
    count = "SELECT count(*) AS n FROM requests"
    seen = []

    def first(facts: Facts) -> None:
        with ThreadPoolExecutor() as other:
            meanwhile = other.submit(_refreshed_elsewhere).result()
        seen.append((facts.sql(count).to_pylist(), rows(count), meanwhile))

    settle()
    refresh(at=small_city.NOW + HOUR, first=first)
    assert seen == [([{"n": 2}], [{"n": 1}], None)]
    assert rows(count) == [{"n": 2}]


def _refreshed_elsewhere() -> Refreshed | None:
    try:
        return refresh(at=small_city.NOW + HOUR)
    finally:
        connection.close()


def test_who_is_shown_a_version_first_and_fails_keeps_it_from_nobody(city) -> None:
    def first(_facts: Facts) -> None:
        raise OSError("the disk is full")

    submit(small_city.draft(), by=resident(), at=small_city.NOW)
    settle()
    with pytest.raises(OSError, match="the disk is full"):
        refresh(at=small_city.NOW, first=first)
    assert len(rows("SELECT * FROM requests")) == 1
    with ThreadPoolExecutor() as other:
        assert other.submit(_refreshed_elsewhere).result() is not None


def test_who_reads_is_not_blocked_and_sees_one_version(city) -> None:
    submit(small_city.draft(), by=resident(), at=small_city.NOW)
    refreshed(small_city.NOW)
    before = store().facts()
    for hour in range(1, 4):
        submit(small_city.draft(), by=resident(), at=small_city.NOW)
        refreshed(small_city.NOW + hour * HOUR)
    assert before.sql("SELECT count(*) AS n FROM requests").to_pylist() == [{"n": 1}]
    assert rows("SELECT count(*) AS n FROM requests") == [{"n": 4}]


def test_facts_of_another_making_are_made_anew(city, monkeypatch) -> None:
    submit(small_city.draft(), by=resident(), at=small_city.NOW)
    refreshed(small_city.NOW)
    assert _whole(refreshed(small_city.NOW + HOUR)) is False
    monkeypatch.setattr("citycall.analytics.refresh.MADE_AS", "another")
    assert _whole(refreshed(small_city.NOW + 2 * HOUR)) is True
    assert _whole(refreshed(small_city.NOW + 3 * HOUR)) is False


def test_a_version_that_cannot_be_read_is_made_anew(city) -> None:
    submit(small_city.draft(), by=resident(), at=small_city.NOW)
    refreshed(small_city.NOW)
    (store().folder / store().version()).write_bytes(b"nothing of ours")
    assert _whole(refreshed(small_city.NOW + HOUR)) is True
    assert len(rows("SELECT * FROM requests")) == 1


def test_after_events_were_put_back_from_elsewhere_all_is_read_again(city) -> None:
    submit(small_city.draft(), by=resident(), at=small_city.NOW)
    refreshed(small_city.NOW)
    with connection.cursor() as cursor:
        # As a restore does, this writes the table anew; the rows are what they were.
        cursor.execute("VACUUM FULL core_event")
    assert _whole(refreshed(small_city.NOW + HOUR)) is True
    assert _whole(refreshed(small_city.NOW + 2 * HOUR)) is False


def _whole(done: Refreshed | None) -> bool:
    assert done is not None
    return done.whole


def test_what_a_killed_refresh_has_left_is_removed(city) -> None:
    submit(small_city.draft(), by=resident(), at=small_city.NOW)
    left = store().folder / "staging-left"
    left.mkdir(parents=True)
    (left / "staged_requests.csv").write_text("1")
    refreshed(small_city.NOW)
    assert not left.exists()


def test_nobody_else_on_the_computer_reads_the_facts(settings, tmp_path, city) -> None:
    settings.ANALYTICS = tmp_path / "own"
    refreshed(small_city.NOW)
    assert (tmp_path / "own").stat().st_mode & 0o077 == 0
