"""One step for many requests, from the list to what came of it."""

import html
from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import Settings

from citycall.batches.actions import running
from citycall.batches.models import Batch
from citycall.core import clock
from citycall.service_requests.models import ServiceRequest
from tests.city import City
from tests.workbench.conftest import Desk

pytestmark = pytest.mark.django_db
Sit = Callable[[str], Desk]
Report = Callable[..., str]


@pytest.fixture
def holes(report: Report) -> list[str]:
    return [report() for _n in range(3)]


def pick(desk: Desk, numbers: list[str], step: str, **more: str) -> str:
    """The address of the batch that was made."""
    answer: Any = desk.client.post("/agency/batches", {"pick": numbers, "step": step, **more})
    assert answer.status_code == 302
    return str(answer.url)


def text(desk: Desk, path: str) -> str:
    return html.unescape(desk.client.get(path).content.decode())


def work() -> None:
    while running.go_on(Batch.objects.latest("id").pk, at=clock.now()):
        pass


def test_the_list_offers_steps_for_picked_rows(sit: Sit, holes: list[str]) -> None:
    page = text(sit("dispatcher"), "/agency")
    assert page.count('name="pick"') == 3
    assert 'id="picked"' in page
    assert "All that match, up to 5,000" in page


def test_from_the_list_to_done_and_back(sit: Sit, holes: list[str]) -> None:
    desk = sit("dispatcher")
    address = pick(desk, holes[:2], "start")
    page = text(desk, address)
    assert "2 requests will be changed." in page
    assert not ServiceRequest.objects.filter(status="in_progress").exists()
    desk.client.post(f"{address}/confirm")
    assert "0 of 2 done" in text(desk, address)
    assert "0 of 2 done" in text(desk, f"{address}/progress")
    work()
    assert "2 requests were changed." in text(desk, address)
    desk.client.post(f"{address}/undo")
    work()
    assert "2 requests are as they were before." in text(desk, address)
    assert ServiceRequest.objects.filter(status="new").count() == 3


def test_what_the_step_needs_is_asked_and_kept_with_a_fault(sit: Sit, holes: list[str]) -> None:
    desk = sit("dispatcher")
    address = pick(desk, holes, "complete")
    assert "What will happen" not in text(desk, address)
    typed = {"outcome": "", "explanation": "All filled."}
    answer = desk.client.post(address, typed)
    assert answer.status_code == 422
    assert "All filled." in answer.content.decode()
    desk.client.post(address, {**typed, "outcome": "fixed"})
    page = text(desk, address)
    assert "3 requests will be changed." in page
    assert "written to 10 minutes after" in page


def test_all_that_match_are_picked_by_the_lists_address(
    sit: Sit, holes: list[str], report: Report, city: City
) -> None:
    report("graffiti")
    desk = sit("dispatcher")
    pick(desk, [], "start", all="1", asked="show=new&team=paving")
    assert Batch.objects.get().count == 3
    pick(desk, [], "start", all="1", asked="show=late")
    assert Batch.objects.count() == 1


def test_nothing_picked_or_no_step_is_said_on_the_list(sit: Sit, holes: list[str]) -> None:
    desk = sit("dispatcher")
    answer = desk.client.post(
        "/agency/batches", {"step": "start", "asked": "show=new"}, follow=True
    )
    assert answer.redirect_chain[0][0] == "/agency?show=new"
    assert "Please pick the requests first." in answer.content.decode()
    answer = desk.client.post("/agency/batches", {"pick": holes}, follow=True)
    assert "Please choose what to do with the requests." in answer.content.decode()


def test_a_second_person_finds_it_looks_and_agrees(
    sit: Sit, holes: list[str], settings: Settings
) -> None:
    settings.CITYCALL_BATCH_ALONE = 2
    desk = sit("dispatcher")
    address = pick(desk, holes, "complete")
    desk.client.post(address, {"outcome": "fixed", "explanation": "All filled."})
    assert "Ask a second person" in text(desk, address)
    desk.client.post(f"{address}/confirm")
    assert "has to agree" in text(desk, address)
    assert desk.client.post(f"{address}/approve").status_code == 403
    other = sit("manager")
    assert address in text(other, "/agency/batches")
    page = text(other, address)
    assert "dispatcher asks you to look at this." in page
    assert "All filled." in page
    assert "3 requests will be changed." in page
    other.client.post(f"{address}/approve")
    work()
    assert "manager agreed" in text(desk, address)
    assert ServiceRequest.objects.filter(status="completed").count() == 3


def test_declined_with_the_reason(sit: Sit, holes: list[str], settings: Settings) -> None:
    settings.CITYCALL_BATCH_ALONE = 2
    desk = sit("dispatcher")
    address = pick(desk, holes, "complete")
    desk.client.post(address, {"outcome": "fixed", "explanation": "All filled."})
    desk.client.post(f"{address}/confirm")
    sit("manager").client.post(f"{address}/decline", {"why": "No photo anywhere."})
    page = text(desk, address)
    assert "manager declined:" in page
    assert "No photo anywhere." in page


def test_merging_asks_for_a_number_and_says_if_it_is_none(sit: Sit, holes: list[str]) -> None:
    desk = sit("dispatcher")
    address = pick(desk, holes[1:], "merge")
    assert desk.client.post(address, {"parent": "12"}).status_code == 422
    desk.client.post(address, {"parent": holes[0]})
    assert holes[0] in text(desk, address)
    desk.client.post(f"{address}/confirm")
    work()
    assert ServiceRequest.objects.filter(status="merged").count() == 2


def test_tags_are_asked_for_and_offered_to_be_taken_off(sit: Sit, holes: list[str]) -> None:
    desk = sit("dispatcher")
    desk.client.post(f"/agency/{holes[0]}/tags", {"tag": "old, school"})
    address = pick(desk, holes, "tag")
    page = text(desk, address)
    assert '<option value="school">' in page
    assert 'name="remove" value="old"' in page
    desk.client.post(address, {"add": " School ,#school", "remove": "old"})
    assert "3 requests will be changed." in text(desk, address)
    desk.client.post(f"{address}/confirm")
    work()
    assert [row.tags for row in ServiceRequest.objects.all()] == [["school"]] * 3
    page = text(desk, address)
    assert "<dt>Tags to put on</dt>" in page
    assert "Take it back" in page


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"add": ","}, "Please say which tags to put on or to take off."),
        ({"add": "<b>"}, "A tag has letters, digits and blanks only"),
        ({"add": "Old", "remove": "old"}, "“old” cannot be put on and taken off at once."),
        ({"add": "new", "remove": "never"}, "None of the requests has this tag any more: never."),
    ],
)
def test_tags_that_make_no_sense_are_said(
    sit: Sit, holes: list[str], typed: dict[str, str], told: str
) -> None:
    desk = sit("dispatcher")
    desk.client.post(f"/agency/{holes[0]}/tags", {"tag": "old"})
    answer = desk.client.post(pick(desk, holes, "tag"), typed)
    assert answer.status_code == 422
    page = html.unescape(answer.content.decode())
    assert told in page
    assert f'name="add" value="{typed["add"].strip()}"' in page


def test_the_table_has_what_the_reader_may_see(sit: Sit, report: Report) -> None:
    number = report()
    ServiceRequest.objects.update(place="=HYPERLINK(1)")
    desk = sit("dispatcher")
    address = pick(desk, [number], "export")
    assert "1 request is in the table." in text(desk, address)
    desk.client.post(f"{address}/confirm")
    answer: Any = desk.client.get(f"{address}/table")
    table = b"".join(answer.streaming_content).decode()
    assert answer["Content-Type"] == "text/csv"
    assert number in table
    assert "'=HYPERLINK(1)" in table
    assert "pat@example.org" not in table
    assert "A deep hole" not in table


@pytest.mark.parametrize("path", ["", "/progress", "/table"])
def test_strangers_do_not_see_it(sit: Sit, holes: list[str], path: str) -> None:
    address = pick(sit("dispatcher"), holes, "start")
    assert sit("outsider").client.get(f"{address}{path}").status_code == 403
    assert sit("outsider").client.get(f"/agency/batches/999{path}").status_code == 404


@pytest.mark.usefixtures("_quiet_snapshots")
def test_the_queries_do_not_grow(
    sit: Sit, report: Report, django_assert_max_num_queries: Any
) -> None:
    desk = sit("dispatcher")
    address = pick(desk, [report() for _n in range(15)], "start")
    desk.client.get(address)
    with django_assert_max_num_queries(12):
        desk.client.get(address)
