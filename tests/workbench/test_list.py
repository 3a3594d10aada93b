"""The list: what needs me now."""

import re
from datetime import timedelta

import pytest

from citycall.accounts.actions import give_role
from citycall.accounts.models import Role, User
from citycall.core.actors import SYSTEM
from citycall.service_requests.actions import close
from citycall.service_requests.models import ServiceRequest
from citycall.workbench import queue
from citycall.workbench.piles import PILES
from tests.city import NOW
from tests.workbench.conftest import UNKNOWN, row

LATER = NOW + timedelta(hours=1)
DAY = timedelta(days=1)


def numbers_on(answer) -> list[str]:
    shown = answer.content.decode()
    return re.findall(r'<a href="/agency/([\d-]+)">', shown)


def due(number: str, at) -> str:
    ServiceRequest.objects.filter(pk=row(number).pk).update(due_at=at, promised_at=at)
    return number


def test_open_work_is_in_the_order_in_which_it_is_due(sit, report) -> None:
    soon = due(report(), LATER + DAY)
    never = due(report(), None)
    late = due(report("graffiti"), LATER - DAY)
    assert numbers_on(sit("dispatcher").get("/agency")) == [late, soon, never]


def test_late_work_is_marked(sit, report) -> None:
    due(report(), LATER - DAY)
    page = sit("dispatcher").get("/agency").content.decode()
    assert "wb-row--late" in page
    assert "</svg>Late</strong>" in page


def test_work_whose_clock_stands_still_is_not_late(sit, report) -> None:
    number = due(report(), LATER - DAY)
    ServiceRequest.objects.filter(pk=row(number).pk).update(paused_at=NOW)
    page = sit("dispatcher").get("/agency").content.decode()
    assert "wb-row--late" not in page
    assert "The clock stands still" in page


def test_ended_requests_are_not_open_work(sit, report) -> None:
    number = report()
    close.cancel(row(number).pk, reason="x", by=SYSTEM, at=NOW)
    desk = sit("dispatcher")
    assert numbers_on(desk.get("/agency")) == []
    assert numbers_on(desk.get("/agency", show="cancelled")) == [number]
    assert numbers_on(desk.get("/agency", show="all")) == [number]


def test_each_pile_holds_what_it_says(sit, report, city) -> None:
    late, today, mine = (due(report(), LATER + d) for d in (-DAY, timedelta(minutes=5), 2 * DAY))
    disputed = due(report(), LATER + 3 * DAY)
    ServiceRequest.objects.filter(pk=row(mine).pk).update(
        status="assigned", assignee=city.dispatcher.id
    )
    ServiceRequest.objects.filter(pk=row(disputed).pk).update(
        status="assigned", verification="disputed"
    )
    desk = sit("dispatcher")
    ServiceRequest.objects.filter(pk=row(late).pk).update(returned_at=NOW)
    found = {pile: numbers_on(desk.get("/agency", show=pile)) for pile in PILES}
    assert found == {
        "open": [late, today, mine, disputed],
        "disputed": [disputed],
        "late": [late],
        "today": [today],
        "returned": [late],
        "unassigned": [late, today, disputed],
        "soon": [today, mine],
        "new": [late, today],
        "mine": [mine],
        "team": [],
        "near": [late, today, mine, disputed],
    }


def test_a_persons_own_teams_work_lies_on_one_pile(sit, report, city) -> None:
    number = report("graffiti")
    report("pothole")
    give_role(
        User.objects.get(username="crew"),
        role=Role.CREW,
        agency_id=city.streets.pk,
        team_id=city.teams["cleaning"].pk,
        by=SYSTEM,
        at=NOW,
    )
    assert numbers_on(sit("crew").get("/agency", show="team")) == [number]


def test_the_piles_are_counted_for_those_whose_work_it_is(sit, report) -> None:
    due(report(), LATER - DAY)
    counted = {pile.code: count for pile, count in sit("crew").get("/agency").context["piles"]}
    assert counted == {
        "open": 1,
        "disputed": 0,
        "late": 1,
        "today": 0,
        "returned": 0,
        "unassigned": 1,
        "soon": 0,
        "new": 1,
        "mine": 0,
        "team": 0,
        "near": None,
    }


def test_piles_are_counted_no_further_than_is_told(sit, report, monkeypatch) -> None:
    for _each in range(3):
        report()
    monkeypatch.setattr(queue, "MOST_COUNTED", 2)
    page = sit("crew").get("/agency")
    assert {pile.code: count for pile, count in page.context["piles"]}["open"] == 3
    assert '<span class="wb-pile__count">2+</span>' in page.content.decode()


def test_the_filters_are_kept_from_page_to_page(sit, report, monkeypatch) -> None:
    monkeypatch.setattr(queue, "SIZE", 2)
    for _each in range(3):
        report("graffiti")
    report()
    answer = sit("dispatcher").get("/agency", team="cleaning", show="new")
    onward = re.search(r'rel="next" href="([^"]+)"', answer.content.decode())
    assert onward is not None
    address = onward[1].replace("&amp;", "&")
    assert "team=cleaning" in address
    assert "show=new" in address
    second = sit("dispatcher").client.get(address)
    assert len(numbers_on(second)) == 1
    assert [chip.words for chip in second.context["chips"]] == ["Cleaning"]


def test_a_cut_off_page_address_is_told(sit) -> None:
    answer = sit("dispatcher").get("/agency", older="nonsense")
    assert answer.status_code == 400
    assert "This page address is not valid" in answer.content.decode()


def test_unknown_filters_are_told_and_the_rest_is_shown(sit, report) -> None:
    number = report()
    answer = sit("dispatcher").get("/agency", show="x", team="y", service="pothole")
    assert numbers_on(answer) == [number]
    page = answer.content.decode()
    assert "There is no such list. All open work is shown." in page
    assert "There is no such team. Please choose another." in page


def test_only_teams_whose_work_one_may_read_are_offered(sit) -> None:
    page = sit("dispatcher").get("/agency/filters").content.decode()
    assert 'value="paving"' in page
    assert 'value="mains"' not in page
    assert 'value="mains"' in sit("supervisor").get("/agency/filters").content.decode()


def test_an_empty_list_says_what_to_do_next(sit) -> None:
    desk = sit("dispatcher")
    assert "There is no open work here." in desk.get("/agency").content.decode()
    page = desk.get("/agency", show="late").content.decode()
    assert "Nothing is past its date." in page
    assert "Show all open work" in page


@pytest.mark.parametrize("spoken", ["{}", " {} ", "#{}"])
def test_find_by_number_forgives_how_it_is_typed(sit, report, spoken: str) -> None:
    number = report()
    answer = sit("dispatcher").get("/agency/find", number=spoken.format(number.replace("-", " ")))
    assert answer["Location"] == f"/agency/{number}"


@pytest.mark.parametrize(
    ("typed", "status", "sentence"),
    [
        ("26-4839", 422, "A confirmation number has 12 digits"),
        (UNKNOWN, 404, "We have no report with this number"),
        ("", 422, "A confirmation number has 12 digits"),
        ("<b>", 422, "A confirmation number has 12 digits"),
    ],
)
def test_a_number_that_is_not_found_is_said_at_its_field(
    sit, report, typed: str, status: int, sentence: str
) -> None:
    number = report()
    answer = sit("dispatcher").get("/agency/find", number=typed)
    assert answer.status_code == status
    page = answer.content.decode()
    assert sentence in page
    assert number in page
    assert answer.context["typed"] == typed


def test_the_list_is_found_again_from_a_number_that_was_not(sit) -> None:
    page = sit("dispatcher").get("/agency/find", number="12").content.decode()
    assert 'href="/agency?show=late"' in page


def test_find_does_not_open_another_agencys_request(sit, report) -> None:
    answer = sit("outsider").get("/agency/find", number=report())
    assert answer.status_code == 403
    assert "You do not have permission" in answer.content.decode()
