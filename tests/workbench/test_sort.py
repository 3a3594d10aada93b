"""What is this really, and whose? Decided with one key, and taught from."""

from datetime import timedelta

import pytest

from citycall.catalog.queries import catalog
from citycall.core.models import Event
from citycall.service_requests.actions.change_service import change_service
from citycall.service_requests.actions.return_work import return_work
from citycall.triage import moves
from tests import city as small_city
from tests.workbench.conftest import row

NOW = small_city.NOW


def seen(number: str) -> dict[str, str]:
    return {"seen": row(number).updated_at.isoformat()}


def test_the_words_come_first_with_what_they_may_mean(sit, report) -> None:
    number = report("something-else", words="A pothole as deep as my knee.")
    page = sit("dispatcher").get("/agency/sort").content.decode()
    assert number in page
    assert "A pothole as deep as my knee." in page
    assert 'data-key="1"' in page
    assert "goes to Paving" in page


def test_a_decision_moves_it_and_the_next_is_shown(sit, report) -> None:
    number = report("something-else", words="A pothole as deep as my knee.")
    desk = sit("dispatcher")
    answer = desk.client.post(f"/agency/sort/{number}", {"service": "pothole", **seen(number)})
    assert (answer.status_code, answer.url) == (302, "/agency/sort")
    assert row(number).service.code == "pothole"
    assert "Everything is sorted." in desk.get("/agency/sort").content.decode()


def test_what_was_sent_back_waits_here(sit, report, city) -> None:
    number = report()
    return_work(row(number).pk, reason="wrong_place", words="", by=city.crew, at=NOW)
    page = sit("dispatcher").get("/agency/sort").content.decode()
    assert number in page
    assert "sent back once" in page


def test_passing_it_to_another_team(sit, report, city) -> None:
    number = report()
    return_work(row(number).pk, reason="wrong_place", words="", by=city.crew, at=NOW)
    sit("dispatcher").client.post(f"/agency/sort/{number}", {"team": "cleaning", **seen(number)})
    assert row(number).team.code == "cleaning"


def test_who_saw_an_older_state_is_told(sit, report) -> None:
    number = report("something-else")
    told = {"service": "pothole", "seen": (NOW - timedelta(hours=9)).isoformat()}
    answer = sit("dispatcher").client.post(f"/agency/sort/{number}", told)
    assert answer.status_code == 422
    assert "Somebody else has just changed this request" in answer.content.decode()


def test_accepted_something_else_is_sorted(sit, report) -> None:
    number = report("something-else")
    desk = sit("dispatcher")
    desk.step(number, "assign", assignee="")
    assert "Everything is sorted." in desk.get("/agency/sort").content.decode()


@pytest.fixture
def taught(report, city) -> None:
    """Three people said "crater" and meant a pothole."""
    for count in range(3):
        number = report("something-else", words="Such a crater!", idempotency_key=f"crater-{count}")
        change_service(
            row(number).pk, service_code="pothole", reason="A hole", by=city.dispatcher, at=NOW
        )
    for event in Event.objects.filter(kind="service_changed"):
        moves.note(event)
        moves.note(event)


def test_a_word_that_keeps_coming_is_proposed(sit, taught) -> None:
    page = sit("dispatcher").get("/agency/sort").content.decode()
    assert "crater" in page
    assert "3 of 3" in page
    assert "Add “crater”" not in page


def test_an_administrator_adds_it_with_one_click(sit, taught) -> None:
    desk = sit("administrator")
    assert "Add “crater”" in desk.get("/agency/sort").content.decode()
    desk.client.post("/agency/sort/words", {"word": "crater", "service": "pothole"})
    assert "crater" in catalog().service("pothole").spec.keywords
    assert "Add “crater”" not in desk.get("/agency/sort").content.decode()


def test_others_may_not_teach(sit, taught) -> None:
    sit("dispatcher").client.post("/agency/sort/words", {"word": "crater", "service": "pothole"})
    assert "crater" not in catalog().service("pothole").spec.keywords


@pytest.mark.parametrize(("who", "status"), [("crew", 403), ("analyst", 403), ("supervisor", 200)])
def test_who_may_sort(sit, who: str, status: int) -> None:
    assert sit(who).get("/agency/sort").status_code == status


@pytest.mark.usefixtures("_quiet_snapshots")
def test_the_page_costs_the_same_however_much_waits(
    sit, report, city, django_assert_max_num_queries
) -> None:
    desk = sit("dispatcher")
    desk.get("/agency/sort")
    for count in range(12):
        report("something-else", words=f"Number {count}", idempotency_key=f"many-{count}")
    with django_assert_max_num_queries(14):
        desk.get("/agency/sort")
