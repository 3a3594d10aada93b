"""One step for many requests in a real browser: pick, look, do, take back; and a second person."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from citycall.accounts.models import User
from citycall.accounts.queries import actor_of
from citycall.batches.actions import running
from citycall.batches.models import Batch
from citycall.core import clock
from citycall.core.actors import resident
from citycall.notifications import text_actions
from citycall.notifications.models import TextUse
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.models import ServiceRequest
from tests import browser
from tests import city as small_city

pytestmark = browser.MARKS


@pytest.fixture
def site(
    live_server: LiveServer, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    browser.prepare(settings, monkeypatch, uploads=tmp_path)
    settings.CITYCALL_BATCH_ALONE = 3
    small_city.build()
    for _n in range(4):
        submit(small_city.draft(), by=resident(), at=clock.now() - timedelta(hours=1))
    return live_server.url


def _keep_text(use: TextUse, name: str, words: dict[str, str]) -> None:
    """A text that the agency's people can choose."""
    manager = actor_of(User.objects.get(username="manager"))
    agency_id = ServiceRequest.objects.latest("id").agency_id
    text_actions.save_text(
        agency_id=agency_id, use=use, name=name, words=words, by=manager, at=clock.now()
    )


def _work() -> None:
    """What the worker does, on a connection of its own."""
    from django.db import connections

    def work() -> None:
        try:
            while running.go_on(Batch.objects.latest("id").pk, at=clock.now()):
                pass
        finally:
            connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


@pytest.mark.parametrize("size", browser.SIZES)
def test_pick_look_do_and_take_back(site: str, size: tuple[int, int]) -> None:
    with browser.open_page(f"{site}/agency", size=size) as opened:
        page = opened.page
        browser.sign_in(page, "dispatcher")
        page.get_by_label("All on this page").check()
        page.get_by_text("Picked: 4").wait_for()
        browser.check(opened)
        page.get_by_label("What to do with the picked requests").select_option("start")
        with page.expect_navigation():
            page.get_by_role("button", name="Go on").click()
        page.get_by_text("4 requests will be changed.").wait_for()
        browser.check(opened)
        with page.expect_navigation():
            page.get_by_role("button", name="Do it to 4 requests").click()
        page.get_by_text("0 of 4 done").wait_for()
        browser.check(opened)
        _work()
        page.get_by_text("4 requests were changed.").wait_for()
        browser.check(opened)
        with page.expect_navigation():
            page.get_by_role("button", name="Take it back").click()
        _work()
        page.get_by_text("4 requests are as they were before.").wait_for()
        browser.check(opened)
    assert ServiceRequest.objects.filter(status="new").count() == 4


@pytest.mark.parametrize("size", browser.SIZES)
def test_tag_what_was_picked(site: str, size: tuple[int, int]) -> None:
    with browser.open_page(f"{site}/agency", size=size) as opened:
        page = opened.page
        browser.sign_in(page, "dispatcher")
        page.get_by_label("All on this page").check()
        page.get_by_label("What to do with the picked requests").select_option("tag")
        with page.expect_navigation():
            page.get_by_role("button", name="Go on").click()
        page.get_by_label("Tags to put on").fill("summer paving")
        with page.expect_navigation():
            page.get_by_role("button", name="Show what will happen").click()
        page.get_by_text("4 requests will be changed.").wait_for()
        browser.keep(page, "tag-preview")
        browser.check(opened)
        with page.expect_navigation():
            page.get_by_role("button", name="Do it to 4 requests").click()
        page.get_by_text("0 of 4 done").wait_for()
        _work()
        page.get_by_text("4 requests were changed.").wait_for()
        expect(page.get_by_text("summer paving")).to_be_visible()
        browser.check(opened)
    assert ServiceRequest.objects.filter(tags=["summer paving"]).count() == 4


@pytest.mark.parametrize("size", browser.SIZES)
def test_write_to_many_with_a_text_of_the_agency(site: str, size: tuple[int, int]) -> None:
    _keep_text(TextUse.MESSAGE, "Coming", {"en": "We come to {{ place }}.", "es": "A {{ place }}."})
    with browser.open_page(f"{site}/agency", size=size) as opened:
        page = opened.page
        browser.sign_in(page, "dispatcher")
        page.get_by_label("All on this page").check()
        page.get_by_label("What to do with the picked requests").select_option("message")
        with page.expect_navigation():
            page.get_by_role("button", name="Go on").click()
        page.get_by_label("A text of the agency's").select_option(label="Coming")
        expect(page.get_by_label("Message")).to_have_value("We come to {{ place }}.")
        browser.check(opened)
        with page.expect_navigation():
            page.get_by_role("button", name="Show what will happen").click()
        page.get_by_text("We come to 1200 E Monument St.").wait_for()
        page.get_by_text("A 1200 E Monument St.", exact=True).wait_for()
        browser.keep(page, "batch-text")
        browser.check(opened)


def test_a_second_person_agrees(site: str) -> None:
    with browser.open_page(f"{site}/agency", java_script_enabled=False) as opened:
        page = opened.page
        browser.sign_in(page, "dispatcher")
        page.get_by_label("All that match").check()
        page.get_by_label("What to do with the picked requests").select_option("complete")
        page.get_by_role("button", name="Go on").click()
        page.get_by_label("Outcome").select_option("fixed")
        page.get_by_label("What was done?").fill("Filled this morning.")
        page.get_by_role("button", name="Show what will happen").click()
        page.get_by_role("button", name="Ask a second person").click()
        page.get_by_text("has to agree").wait_for()
        address = page.url
    with browser.open_page(f"{site}/agency/batches") as opened:
        page = opened.page
        browser.sign_in(page, "manager")
        browser.check(opened)
        page.get_by_role("link", name="Complete, 4 requests").click()
        page.get_by_text("dispatcher asks you to look at this.").wait_for()
        assert page.url == address
        browser.check(opened)
        with page.expect_navigation():
            page.get_by_role("button", name="Agree, and do it").click()
        _work()
        page.get_by_text("4 requests were changed.").wait_for()
        browser.check(opened)
    assert ServiceRequest.objects.filter(status="completed").count() == 4


def test_who_else_is_here_and_a_text_at_once(site: str) -> None:
    from citycall.core import numbers
    from citycall.presence import actions

    request = ServiceRequest.objects.latest("id")
    manager = actor_of(User.objects.get(username="manager"))
    words = {"en": "We come to {{ place }}.", "es": "Vamos a {{ place }}."}
    _keep_text(TextUse.HOLD, "Coming", words)
    actions.here(request.pk, writing="note", by=manager, at=clock.now())
    address = f"{site}/agency/{numbers.show(request.number)}"
    with browser.open_page(address, size=browser.PHONE) as opened:
        page = opened.page
        browser.sign_in(page, "dispatcher")
        page.get_by_text("manager is writing a note.").wait_for()
        page.get_by_text("Put on hold").first.click()
        page.locator("#text-hold").select_option(label="Coming")
        expect(page.get_by_label("Explanation")).to_have_value("We come to 1200 E Monument St.")
        page.get_by_text("As it is read in other languages").first.click()
        page.get_by_text("Vamos a 1200 E Monument St.").wait_for()
        browser.check(opened)
