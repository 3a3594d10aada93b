"""The queue in a real browser: what changes shows by itself, and everything is done by keys."""

import pytest
from django.db import connection
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from citycall.accounts.models import Role, User
from citycall.calls.actions import call_backs, desks, flow
from citycall.calls.models import Call, CallBack
from citycall.core import clock
from citycall.core.actors import SYSTEM
from tests.browser import DESKTOP, MARKS, PASSWORD, SIZES, check, keep, open_page, prepare, sign_in

pytestmark = MARKS


@pytest.fixture
def site(
    live_server: LiveServer, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path, db
) -> str:
    """A call centre with one desk, somebody who waits, one to call back, and one who hung up."""
    prepare(settings, monkeypatch, uploads=tmp_path)
    user = User.objects.create_user("ada", password=PASSWORD)
    user.memberships.create(role=Role.CALL_TAKER)
    at = clock.now()
    desks.set_state(user.pk, "ready", by=SYSTEM, at=at)
    ring("+14105550101")
    asked = ring("+14105550102", language="es", topic="water")
    call_backs.ask(call_id=asked.pk, phone="", by=SYSTEM, at=at, why="No water")
    free = call_backs.free_times(at=at)[0]
    call_backs.ask(call_id=None, phone="+14105550103", by=SYSTEM, at=at, wanted_at=free)
    flow.end(ring("+14105550104").pk, by=SYSTEM, at=at)
    return f"{live_server.url}/console/queue"


def ring(phone: str, *, language: str = "", topic: str = "") -> Call:
    at = clock.now()
    call = flow.arrive(switch="pbx", switch_id=phone, by=SYSTEM, at=at, phone=phone)
    return flow.wait(call.pk, by=SYSTEM, at=at, language=language, topic=topic)


@pytest.mark.parametrize("size", SIZES)
def test_everybody_can_use_the_queue(site, size) -> None:
    with open_page(site, size=size) as opened:
        page = opened.page
        sign_in(page, "ada")
        page.locator("html[data-live=stream]").wait_for()
        keep(page, "queue")
        check(opened)
        page.keyboard.press("F6")
        page.get_by_label("Phone number").fill("none")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        keep(page, "queue-wrong")
        # The page that tells what is wrong is answered as such, which the browser notes.
        opened.complaints.clear()
        check(opened)


def test_what_changes_shows_without_loading_anew_also_after_the_database_was_away(site) -> None:
    with open_page(site, size=DESKTOP) as opened:
        page = opened.page
        sign_in(page, "ada")
        page.locator("html[data-live=stream]").wait_for()
        page.evaluate("() => { window.same = true; }")
        take = page.locator('[data-row^="c"]').first
        take.focus()
        ring("+14105550111")
        page.locator("[data-waiting]").filter(has_text="2").wait_for()
        assert take.evaluate("button => button === document.activeElement")
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND application_name = 'citycall live'"
            )
        ring("+14105550112")
        page.locator("[data-waiting]").filter(has_text="3").wait_for()
        assert page.evaluate("() => window.same")


def test_a_page_that_finds_no_stream_asks_instead(site, settings) -> None:
    settings.CITYCALL_STREAMS = 0
    with open_page(site, size=DESKTOP) as opened:
        page = opened.page
        sign_in(page, "ada")
        page.locator("html[data-live=asking]").wait_for()
        ring("+14105550111")
        page.locator("[data-waiting]").filter(has_text="2").wait_for()


def test_one_key_takes_the_next_and_one_has_a_missed_caller_called_back(site) -> None:
    with open_page(site, size=DESKTOP) as opened:
        page = opened.page
        sign_in(page, "ada")
        with page.expect_navigation():
            page.keyboard.press("F10")
        assert CallBack.objects.filter(phone="+14105550104", state="waiting").exists()
        with page.expect_navigation(url="**/console?call=*"):
            page.keyboard.press("F3")
    assert Call.objects.get(phone="+14105550101").taker is not None
