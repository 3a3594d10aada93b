"""Contacts are opened with a reason, for an hour, and those who answer for it see who did."""

from datetime import timedelta
from typing import Any

import pytest

from citycall.core import clock, numbers
from citycall.privacy import openings
from citycall.privacy.models import ContactOpening
from tests.city import NOW

pytestmark = pytest.mark.django_db


def ask(desk: Any, number: str, reason: str = "ask", words: str = "") -> Any:
    said = {"opening-reason": reason, "opening-words": words}
    return desk.client.post(f"/agency/{number}/contacts", said)


def test_no_contact_without_a_reason(sit, report) -> None:
    dispatcher, number = sit("dispatcher"), report()
    answer = ask(dispatcher, number, reason="")
    assert answer.status_code == 422
    assert "Pat Doe" not in answer.content.decode()
    assert ask(dispatcher, number, reason="other").status_code == 422
    assert ask(dispatcher, number, reason="program").status_code == 422
    assert not ContactOpening.objects.exists()


def test_it_is_shown_for_an_hour_to_this_person_and_of_this_request(
    sit, report, monkeypatch
) -> None:
    dispatcher, number, other = sit("dispatcher"), report(), report()
    assert ask(dispatcher, number).status_code == 302
    assert "pat@example.org" in dispatcher.page(number)
    assert "pat@example.org" not in dispatcher.page(other)
    assert "pat@example.org" not in sit("manager").page(number)
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(hours=3))
    assert "pat@example.org" not in dispatcher.page(number)


@pytest.mark.parametrize("who", ["crew", "analyst", "outsider"])
def test_whose_role_sees_no_contacts_cannot_open_them(sit, report, who: str) -> None:
    number = report()
    assert ask(sit(who), number).status_code == 403
    assert "opening-reason" not in sit(who).page(number)


def test_the_list_says_who_opened_what_and_why(sit, report) -> None:
    number = report()
    ask(sit("dispatcher"), number, "other", "The gate is locked.")
    page = sit("manager").get("/agency/access").content.decode()
    assert number in page
    assert "The gate is locked." in page
    assert sit("dispatcher").get("/agency/access").status_code == 403


def test_old_openings_are_forgotten(sit, report) -> None:
    number = report()
    ask(sit("dispatcher"), number)
    assert numbers.read(number)
    assert openings.forget(before=NOW) == 0
    assert openings.forget(before=NOW + timedelta(days=2)) == 1
