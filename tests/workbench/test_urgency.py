"""The request page says how urgent it is and why, and what is realistic."""

from datetime import timedelta

from citycall.escalations import actions as escalations
from citycall.triage import judging
from tests import city as small_city
from tests.workbench.conftest import row

LATER = small_city.NOW + timedelta(hours=1)


def test_the_reasons_are_on_the_page(sit, report) -> None:
    number = report(words="There is a strong smell of gas.")
    judging.judge(row(number).pk, at=LATER)
    page = sit("dispatcher").page(number)
    assert "Priority 2 of 5" in page
    assert "The words speak of danger: gas" in page


def test_it_is_set_by_hand_with_a_reason(sit, report) -> None:
    number = report()
    desk = sit("dispatcher")
    told = {"priority": "1", "why": "A bus route"}
    desk.client.post(f"/agency/{number}/priority", told)
    page = desk.page(number)
    assert "Priority 1 of 5" in page
    assert "A bus route" in page
    desk.client.post(f"/agency/{number}/priority", {"back": "yes"})
    assert row(number).priority == 3


def test_crew_do_not_set_it(sit, report) -> None:
    number = report()
    sit("crew").client.post(f"/agency/{number}/priority", {"priority": "1", "why": "So"})
    assert row(number).priority == 3


def test_the_steps_of_its_date_are_shown(sit, report) -> None:
    number = report()
    escalations.watch(row(number).pk, at=LATER)
    escalations.take_due(at=small_city.NOW + timedelta(days=4, hours=1))
    assert "four fifths of the time are gone" in sit("dispatcher").page(number)


def test_work_is_sent_back_from_the_page(sit, report) -> None:
    number = report()
    sit("dispatcher").step(number, "return_work", reason="state_highway", words="")
    assert row(number).returned_count == 1
    assert "sent it back: Not ours: state highway" in sit("dispatcher").page(number)


def test_the_list_marks_what_was_escalated(sit, report) -> None:
    number = report()
    desk = sit("dispatcher")
    assert "Escalated" not in desk.get("/agency").content.decode()
    escalations.watch(row(number).pk, at=LATER)
    escalations.take_due(at=small_city.NOW + timedelta(days=4, hours=1))
    assert "Escalated" in desk.get("/agency").content.decode()
