"""Who may open the agencies' door, and what each role sees behind it."""

import pytest
from django.test import Client

from citycall.accounts.models import User


@pytest.mark.parametrize("path", ["/agency", "/agency/find?number=1"])
def test_somebody_not_signed_in_is_sent_to_the_sign_in_and_back(db, path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in?next=/agency")


def test_a_request_page_asks_for_the_sign_in_before_it_tells_anything(report) -> None:
    answer = Client().get(f"/agency/{report()}")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in?next=/agency/")


def test_an_account_without_a_role_is_refused(city) -> None:
    client = Client()
    client.force_login(User.objects.create_user("resident"))
    answer = client.get("/agency")
    assert answer.status_code == 403
    assert "This page is for city staff." in answer.content.decode()


def test_another_agencys_dispatcher_gets_the_403_page(sit, report) -> None:
    answer = sit("outsider").get(f"/agency/{report()}")
    assert answer.status_code == 403
    assert "You do not have permission" in answer.content.decode()


def test_another_agencys_dispatcher_cannot_take_a_step(sit, report) -> None:
    assert sit("outsider").step(report(), "assign").status_code == 403


def test_another_agencys_work_is_not_on_the_list(sit, report) -> None:
    number = report()
    assert number not in sit("outsider").get("/agency").content.decode()
    assert number in sit("crew").get("/agency").content.decode()


def test_the_crew_sees_no_contact(sit, report) -> None:
    page = sit("crew").page(report())
    assert "A deep hole in the right lane." in page
    assert "Pat Doe" not in page
    assert "pat@example.org" not in page


def test_the_dispatcher_sees_the_contact_when_they_said_why(sit, report) -> None:
    dispatcher, number = sit("dispatcher"), report()
    assert "Pat Doe" not in dispatcher.page(number)
    said = {"opening-reason": "access", "opening-words": ""}
    dispatcher.client.post(f"/agency/{number}/contacts", said)
    page = dispatcher.page(number)
    assert "Pat Doe" in page
    assert "mailto:pat@example.org" in page


def test_the_analyst_reads_but_has_nothing_to_press(sit, report) -> None:
    page = sit("analyst").page(report())
    assert "There is nothing for you to do here now." in page
    assert "Note for staff only" not in page
    assert 'action="/agency/' not in page
    assert "Pat Doe" not in page


def test_the_analyst_cannot_post_a_step_either(sit, report) -> None:
    assert sit("analyst").step(report(), "start").status_code == 403


@pytest.mark.parametrize("where", ["note", "message", "photo"])
def test_the_analyst_cannot_write(sit, report, where: str) -> None:
    answer = sit("analyst").client.post(f"/agency/{report()}/{where}", {})
    assert answer.status_code == 403


def test_only_administrators_find_the_way_to_manage(sit, report) -> None:
    assert "Manage" not in sit("dispatcher").get("/agency").content.decode()
    assert "Manage" in sit("administrator").get("/agency").content.decode()


def test_steps_are_not_taken_by_following_a_link(sit, report) -> None:
    assert sit("dispatcher").get(f"/agency/{report()}/assign").status_code == 405
