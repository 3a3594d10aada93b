"""Several people at one request in the same moment: nothing is lost, and each is told."""

import html
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections

from citycall.core import numbers
from citycall.core.models import Event
from citycall.service_requests import queries
from citycall.service_requests.actions import change, merge, tell_more, work
from citycall.service_requests.models import Attachment, ServiceRequest
from tests import city as small_city
from tests.city import NOW, City
from tests.workbench.conftest import row
from tests.workbench.moments import Work, at_once
from tests.workbench.pictures import jpeg

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def city(transactional_db: None) -> City:
    return small_city.build()


def words(answer: Any) -> str:
    return html.unescape(answer.content.decode())


@pytest.fixture
def waiting() -> Callable[[int], None]:
    """Waits until so many connections wait for a lock."""

    def until(count: int) -> None:
        from django.db import connection

        for _n in range(400):
            with connection.cursor() as cursor:
                # Within a transaction the first look at it is otherwise the last one.
                cursor.execute("SELECT pg_stat_clear_snapshot()")
                cursor.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                    " AND wait_event_type = 'Lock'"
                )
                if cursor.fetchone()[0] >= count:
                    return
            threading.Event().wait(0.025)
        raise AssertionError("Nobody waits.")

    return until


def test_two_dispatchers_one_step_goes_and_the_other_is_told(city: City, sit, report) -> None:
    number = report()
    seen = row(number).updated_at
    both = {name: sit(name) for name in ("dispatcher", "manager")}
    works = [
        lambda d=desk, n=name: (
            n,
            d.step(number, "complete", seen=seen, outcome="fixed", explanation=f"Done by {n}."),
        )
        for name, desk in both.items()
    ]
    answers = dict(at_once(*works))
    assert sorted(answer.status_code for answer in answers.values()) == [302, 409]
    assert Event.objects.filter(kind="completed").count() == 1
    winner, loser = sorted(answers, key=lambda name: answers[name].status_code)
    page = words(answers[loser])
    assert "Somebody else has just changed this request" in page
    assert "What others have done since you looked" in page
    assert f"Done by {winner}." in page
    assert winner in page
    # And what the other one typed is still on the page.
    assert f"Done by {loser}." in page


def test_a_step_that_is_still_possible_keeps_its_form_filled(city: City, sit, report) -> None:
    number = report()
    seen = row(number).updated_at
    work.start(row(number).pk, by=city.crew, at=NOW + timedelta(minutes=5))
    desk = sit("dispatcher")
    answer = desk.step(number, "hold", seen=seen, reason="weather", words="It pours.")
    page = words(answer)
    assert answer.status_code == 409
    assert "Work has begun." in page
    assert "crew" in page
    assert "It pours." in page
    assert "What you typed is still there." in page
    # Sent again from that page, it goes.
    assert desk.step(number, "hold", reason="weather", words="It pours.").status_code == 302


def _merge_while(
    city: City, child: str, parent: str, waiting: Callable[[int], None], other: Work
) -> Any:
    """What another comes to that waits for the child while it is being merged."""
    from django.db import transaction

    child_id, parent_id = row(child).pk, row(parent).pk
    held = threading.Event()

    def merging() -> None:
        try:
            with transaction.atomic():
                at = NOW + timedelta(minutes=5)
                merge.merge(child_id, parent_id=parent_id, by=city.dispatcher, at=at)
                held.set()
                waiting(1)
        finally:
            connections.close_all()

    def second() -> Any:
        try:
            assert held.wait(timeout=20)
            return other()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as threads:
        first, then = threads.submit(merging), threads.submit(second)
        first.result(timeout=60)
        return then.result(timeout=60)


def test_a_note_at_the_moment_of_a_merge_goes_where_work_goes_on(
    city: City, sit, report, waiting
) -> None:
    child, parent = report(), report()
    desk = sit("crew")
    note = {"internal-words": "The hole is a metre deep."}
    answer = _merge_while(
        city, child, parent, waiting, lambda: desk.client.post(f"/agency/{child}/note", note)
    )
    assert answer.url == f"/agency/{parent}"
    page = words(desk.client.get(answer.url))
    assert f"{child} is part of {parent} by now, so it was kept there." in page
    assert "The hole is a metre deep." in page


def test_a_photo_at_the_moment_of_a_merge_goes_there_too(city: City, sit, report, waiting) -> None:
    child, parent = report(), report()
    desk = sit("crew")
    upload = {"photo-photo": SimpleUploadedFile("a.jpg", jpeg()), "photo-stage": "before"}
    answer = _merge_while(
        city, child, parent, waiting, lambda: desk.client.post(f"/agency/{child}/photo", upload)
    )
    assert answer.url == f"/agency/{parent}"
    assert Attachment.objects.get().service_request_id == row(parent).pk
    assert Event.objects.filter(kind="photo_added", subject_id=row(parent).pk).exists()


def test_a_step_at_the_moment_of_a_merge_is_refused_with_the_way_on(
    city: City, sit, report, waiting
) -> None:
    child, parent = report(), report()
    desk = sit("manager")
    seen = row(child).updated_at
    values = {"outcome": "fixed", "explanation": "Filled this morning."}
    answer = _merge_while(
        city,
        child,
        parent,
        waiting,
        lambda: desk.step(child, "complete", seen=seen, **values),
    )
    page = words(answer)
    assert answer.status_code == 409
    assert f"Merged into {parent}, the same problem." in page
    assert "Filled this morning." in page
    assert f"do it to {parent} instead" in page
    # The button of that page does the step to the parent, with what was typed.
    assert f'action="/agency/{parent}/complete"' in page
    assert desk.step(parent, "complete", **values).status_code == 302
    assert row(parent).explanation == "Filled this morning."


def test_another_report_at_the_moment_of_a_merge_counts_for_the_parent(
    city: City, report, waiting
) -> None:
    child, parent = report(), report()
    told = small_city.draft(words="Me too.")
    at = NOW + timedelta(minutes=6)
    receipt = _merge_while(
        city,
        child,
        parent,
        waiting,
        lambda: tell_more.add_report(numbers.read(child), told, by=city.resident, at=at),
    )
    assert receipt.request_id == row(parent).pk
    assert row(parent).report_count == 3 == len(queries.reports_of(row(parent)))


def test_a_merge_and_its_undoing_and_notes_never_wait_for_each_other(city: City, report) -> None:
    child, parent = report(), report()
    child_id, parent_id = row(child).pk, row(parent).pk
    at = NOW + timedelta(minutes=5)

    def joining() -> None:
        for _n in range(10):
            merge.merge(child_id, parent_id=parent_id, by=city.dispatcher, at=at)
            merge.unmerge(child_id, by=city.dispatcher, at=at)

    def noting() -> None:
        for n in range(20):
            tell_more.add_note(child_id, words=f"Note {n}", public=False, by=city.crew, at=at)

    at_once(joining, noting, noting)
    assert Event.objects.filter(kind="note_added").count() == 40
    assert row(child).merged_into_id is None
    assert row(parent).report_count == 1


def test_a_batch_and_a_single_step_at_once(city: City, report) -> None:
    from citycall.batches.actions import deciding, preparing, running
    from citycall.batches.models import BatchStep

    ids = [row(report()).pk for _n in range(6)]
    at = NOW + timedelta(minutes=5)
    batch = preparing.prepare(ids, step=BatchStep.START, by=city.dispatcher, at=at)
    deciding.confirm(batch.pk, by=city.dispatcher, at=at)
    seen = {pk: ServiceRequest.objects.get(pk=pk).updated_at for pk in ids}

    def doing() -> None:
        while running.go_on(batch.pk, at=at + timedelta(seconds=1)):
            pass

    def assigning() -> int:
        went = 0
        for pk in ids:
            try:
                work.assign(pk, assignee_id=None, by=city.manager, at=at, seen=seen[pk])
                went += 1
            except change.Changed:
                continue
        return went

    _nothing, went = at_once(doing, assigning)
    batch.refresh_from_db()
    assert batch.changed + went == 6
    assert batch.refused == went
    assert Event.objects.filter(kind__in=["started", "assigned"]).count() == 6
