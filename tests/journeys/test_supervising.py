"""The supervisors' pages in a real browser: usable by everybody, and renewed by themselves."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from citycall.accounts.models import User
from citycall.accounts.queries import actor_of
from citycall.calls.measures.actions import recount
from citycall.calls.models import Call
from citycall.calls.quality.actions import draw, use_usual_card
from citycall.calls.quality.models import Sample
from citycall.core import clock
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


def three_weeks() -> None:
    """Calls of three weeks, counted, some of them drawn to be scored."""
    taker = User.objects.get(username="call-taker")
    now = clock.now()
    Call.objects.bulk_create(
        Call(
            phone=f"+1410555{n % 700:04d}",
            language="es" if n % 4 == 0 else "en",
            taker=taker,
            arrived_at=now - timedelta(minutes=35 * n + 200),
            queued_at=now - timedelta(minutes=35 * n + 200),
            answered_at=now - timedelta(minutes=35 * n + 199),
            ended_at=now - timedelta(minutes=35 * n + 196),
            wrapped_at=now - timedelta(minutes=35 * n + 195),
            disposition="information",
            resolved=True,
            notes="Asked when bulk trash is collected.",
        )
        for n in range(880)
    )
    recount(at=now)
    by = actor_of(User.objects.get(username="supervisor"))
    use_usual_card(by=by)
    last = (now - timedelta(days=7)).date()
    draw(last, count=3, by=by, zone=clock.city_zone(), at=now)


@pytest.mark.parametrize("size", browser.SIZES)
@pytest.mark.timeout(240)
def test_every_page_is_usable_by_everybody(site: str, size: tuple[int, int]) -> None:
    three_weeks()
    sample = Sample.objects.latest("pk")
    with browser.open_page(f"{site}/console/wall", size=size) as opened:
        browser.sign_in(opened.page, "supervisor")
        for name in ("wall", "reports", "staffing", "quality", f"quality/{sample.pk}", "own"):
            opened.page.goto(f"{site}/console/{name}")
            browser.keep(opened.page, f"supervising-{name.replace('/', '-')}")
            browser.check(opened)
        # From the right, too, where nothing may stick out.
        opened.page.context.add_cookies([{"name": "citycall_language", "value": "ar", "url": site}])
        for name in ("wall", "staffing", "quality"):
            opened.page.goto(f"{site}/console/{name}")
            browser.keep(opened.page, f"supervising-{name}-ar")
            assert not browser.wider_than_screen(opened.page)


def test_the_wall_renews_itself_and_says_when_it_cannot(site: str) -> None:
    with browser.open_page(f"{site}/console/wall") as opened:
        browser.sign_in(opened.page, "call-taker")
        tile = opened.page.locator(".sv-tile").first
        expect(tile.locator(".sv-tile__number")).to_have_text("0", use_inner_text=True)
        now = clock.now()
        Call.objects.create(arrived_at=now, queued_at=now, language="en")
        tile.get_by_text("1", exact=True).wait_for()
        opened.page.context.set_offline(True)
        opened.page.get_by_text("These numbers are not up to date").wait_for()
        opened.page.context.set_offline(False)
        opened.page.get_by_text("These numbers are not up to date").wait_for(state="hidden")
