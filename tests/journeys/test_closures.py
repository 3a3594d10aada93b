"""What looks false, decided by one key; and today's sample, checked."""

from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from citycall.accounts.models import User
from citycall.accounts.queries import actor_of
from citycall.closures.actions import count, draw, judge, note
from citycall.closures.models import ClosureFlag, Plan
from citycall.core import clock
from citycall.core.actors import resident
from citycall.service_requests.actions import close
from citycall.service_requests.actions.submit import submit
from tests import browser
from tests import city as small_city

pytestmark = browser.MARKS


@pytest.fixture
def site(
    live_server: LiveServer,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    browser.prepare(settings, monkeypatch, uploads=tmp_path)
    small_city.build()
    return live_server.url


def swept() -> None:
    """Six potholes closed by one person within a minute, yesterday, without going there."""
    now = clock.now()
    done = now - timedelta(days=1)
    by = actor_of(User.objects.get(username="crew"))
    ids = []
    for n in range(6):
        made = submit(small_city.draft(), by=resident(), at=now - timedelta(days=3))
        close.complete(
            made.request_id,
            outcome_code="fixed",
            explanation="Completed.",
            by=by,
            at=done + timedelta(seconds=8 * n),
        )
        ids.append(made.request_id)
    note.note_completions(ids, at=done)
    judge.judge_due(at=now)
    Plan.objects.create(a_week=700, flagged_share=0.4, changed_at=done)
    zone = clock.city_zone()
    draw.draw(done.astimezone(zone).date(), zone=zone, at=now)
    count.recount(since=now - timedelta(days=4), at=now)


@pytest.mark.parametrize("size", browser.SIZES)
@pytest.mark.timeout(240)
def test_decided_by_one_key_and_checked(site: str, size: tuple[int, int]) -> None:
    swept()
    with browser.open_page(f"{site}/agency/closures", size=size) as opened:
        page = opened.page
        browser.sign_in(page, "manager")
        page.goto(f"{site}/agency/closures")
        page.get_by_text("closed 5 others without a visit").first.wait_for()
        browser.keep(page, "closures")
        browser.check(opened)
        page.locator(".cl-card").first.focus()
        page.keyboard.press("r")
        page.get_by_text("Kept as it is.").wait_for()
        assert ClosureFlag.objects.filter(state="right").count() == 1
        page.locator(".cl-card:focus").wait_for()
        # The next one is in focus already; its reason stands there to be read before it is sent.
        page.keyboard.press("o")
        page.get_by_role("button", name="Open again").first.click()
        page.get_by_text("The request is open again").wait_for()

        page.goto(f"{site}/agency/verify")
        browser.keep(page, "verify")
        browser.check(opened)
        page.get_by_role("button", name="Really done").first.click()
        page.get_by_text("What you found is kept.").wait_for()
        page.goto(f"{site}/agency/closures/rates")
        browser.keep(page, "closure-rates")
        browser.check(opened)
        page.context.add_cookies([{"name": "citycall_language", "value": "ar", "url": site}])
        for name in ("closures", "verify", "closures/rates"):
            page.goto(f"{site}/agency/{name}")
            assert not browser.wider_than_screen(page)
