"""A meeting held by keyboard, in a real browser, at a desk and on a phone, and printed."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from citycall.accounts.models import User
from citycall.accounts.queries import actor_of
from citycall.analytics.packs import content
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.meetings.actions import commit, meet
from citycall.meetings.models import Commitment, Meeting
from tests import browser
from tests import city as small_city
from tests.citistat.packs import pack
from tests.meetings.conftest import draft

pytestmark = browser.MARKS


@pytest.fixture
def by() -> Actor:
    return actor_of(User.objects.get(username="analyst"))


@pytest.fixture
def site(
    live_server: LiveServer, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    monkeypatch.undo()
    browser.prepare(settings, monkeypatch, uploads=tmp_path)
    settings.ANALYTICS = tmp_path / "analytics"
    small_city.build()
    return live_server.url


@pytest.fixture
def meeting(site: str, by: Actor) -> Meeting:
    """Today's meeting with its paper, and one commitment that is late."""
    now = clock.now()
    today = now.astimezone(clock.city_zone()).date()
    agency = User.objects.get(username="manager").memberships.get().agency_id
    assert agency is not None
    before = meet.call(agency, today - timedelta(days=14), by=by, at=now)
    late = draft(what="Sweep Harbor Street.", due_on=today - timedelta(days=3))
    commit.commit(before.pk, late, by=by, at=now)
    row = meet.call(agency, today, by=by, at=now)
    meet.keep_paper(row.pk, content.plain(pack(meeting_on=today)), by=by, at=now)
    return row


def address(site: str, meeting: Meeting) -> str:
    return f"{site}/citistat/streets/pack/{meeting.on}"


@pytest.mark.parametrize("size", browser.SIZES)
def test_a_meeting_is_held_by_keyboard(site: str, meeting: Meeting, size: tuple[int, int]) -> None:
    with browser.open_page(address(site, meeting), size=size) as opened:
        page = opened.page
        browser.sign_in(page, "analyst")
        browser.check(opened)
        browser.keep(page, "citistat-pack")
        page.keyboard.press("n")
        page.keyboard.type("Rain held the paving crew up.")
        expect(page.locator("[data-notes] [role=status]")).to_have_text("Kept.")
        page.keyboard.press("Escape")
        page.locator("h1").click()
        page.keyboard.press("c")
        page.keyboard.type("Fill ten holes.")
        browser.type_into(page, page.get_by_label("Somebody else, by name"), "The contractor")
        evidence = page.get_by_label("The words, the link or the number")
        browser.type_into(page, evidence, "Photos of all ten.")
        page.keyboard.press("Control+Enter")
        browser.says(page, "The commitment is taken down.", part="body")
        browser.says(page, "Fill ten holes.", part="#new")
        expect(page.get_by_label("What is promised")).to_have_value("")
        follow = page.locator("#follow")
        # From the beginning of the section; the whole paper lies before it.
        page.locator("#h-follow").click()
        browser.tab_to(page, follow.locator("summary"))
        page.keyboard.press("Enter")
        words = follow.get_by_label("What shows it, or why")
        browser.type_into(page, words, "Swept on Monday.")
        browser.press(page, follow.get_by_role("button", name="Done"))
        browser.says(page, "Swept on Monday.", part="#follow")
        browser.check(opened)
        browser.keep(page, "citistat-pack-after")
    meeting.refresh_from_db()
    assert meeting.notes == "Rain held the paving crew up."
    assert Commitment.objects.get(meeting=meeting).owner_name == "The contractor"


def test_what_was_typed_without_a_connection_is_there_again(site: str, meeting: Meeting) -> None:
    with browser.open_page(address(site, meeting)) as opened:
        page = opened.page
        browser.sign_in(page, "analyst")
        page.route("**/notes", lambda route: route.abort())
        page.locator("#notes-text").fill("Written in the basement.")
        status = page.locator("[data-notes] [role=status]")
        expect(status).to_contain_text("Not kept yet")
        page.locator("#id_what").fill("Half a promi")
        page.unroute("**/notes")
        page.goto(address(site, meeting))
        expect(page.locator("#notes-text")).to_have_value("Written in the basement.")
        expect(page.locator("#id_what")).to_have_value("Half a promi")


def test_what_another_wrote_meanwhile_is_shown_and_nobody_s_words_are_lost(
    site: str, meeting: Meeting, by: Actor
) -> None:
    with browser.open_page(address(site, meeting)) as opened:
        page = opened.page
        browser.sign_in(page, "analyst")
        meet.take_notes(meeting.pk, "Theirs.", version=0, by=by, at=clock.now())
        page.locator("#notes-text").fill("Mine.")
        expect(page.locator("[data-others-text]")).to_have_text("Theirs.")
        expect(page.locator("#notes-text")).to_have_value("Mine.")
        meeting.refresh_from_db()
        assert meeting.notes == "Theirs."
        page.locator("#notes-text").fill("Theirs. Mine.")
        expect(page.locator("[data-notes] [role=status]")).to_have_text("Kept.")
    meeting.refresh_from_db()
    assert meeting.notes == "Theirs. Mine."


def test_the_paper_is_printed_with_its_minutes(site: str, meeting: Meeting, by: Actor) -> None:
    meet.take_notes(meeting.pk, "To be printed.", version=0, by=by, at=clock.now())
    with browser.open_page(address(site, meeting)) as opened:
        page = opened.page
        browser.sign_in(page, "analyst")
        page.emulate_media(media="print")
        expect(page.locator(".pk-print")).to_be_visible()
        expect(page.locator(".pk-print")).to_have_text("To be printed.")
        expect(page.locator(".pk-tools")).to_be_hidden()
        expect(page.locator("[data-notes]")).to_be_hidden()
        expect(page.locator("#pk-late")).to_be_visible()
        browser.keep(page, "citistat-pack-print")


@pytest.mark.parametrize("size", browser.SIZES)
def test_the_pages_around_meetings(site: str, meeting: Meeting, size: tuple[int, int]) -> None:
    late = Commitment.objects.get()
    with browser.open_page(f"{site}/citistat/meetings", size=size) as opened:
        page = opened.page
        browser.sign_in(page, "analyst")
        for path in (
            "/citistat/meetings",
            "/citistat/streets/meetings",
            "/citistat/streets/commitments",
            f"/citistat/streets/commitments/{late.pk}",
        ):
            page.goto(site + path)
            browser.check(opened)
            browser.keep(page, path.strip("/").replace("/", "-"))
