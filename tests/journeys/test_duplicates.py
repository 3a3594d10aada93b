"""Pairs that may be one problem, decided by the keyboard alone."""

import io
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from bench import photo_likeness
from citycall.core import clock
from citycall.core.actors import SYSTEM
from citycall.duplicates import actions
from citycall.duplicates.models import Pair
from citycall.service_requests import photos
from citycall.service_requests.actions import tell_more
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.models import Attachment, ServiceRequest
from tests import city as small_city
from tests.browser import DESKTOP, MARKS, SIZES, check, keep, open_page, prepare, sign_in

pytestmark = MARKS


@pytest.fixture
def site(
    live_server: LiveServer, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path, db
) -> str:
    """Three pairs wait for the dispatcher."""
    prepare(settings, monkeypatch, uploads=tmp_path)
    city = small_city.build()
    at = clock.now() - timedelta(hours=3)
    told = [
        submit(small_city.draft(), by=city.resident, at=at + timedelta(minutes=n)) for n in range(6)
    ]
    for n in range(3):
        Pair.objects.create(
            older_id=told[n].request_id,
            newer_id=told[n + 3].request_id,
            probability=0.9 - n / 10,
            reasons=[{"code": "metres", "n": 8}, {"code": "words", "words": ["hole"]}],
            found_at=at,
        )
    scene = photo_likeness.scene(7)
    for receipt, picture in (
        (told[0], scene),
        (told[3], photo_likeness.COPIES["brighter by 30%"](scene)),
    ):
        out = io.BytesIO()
        picture.save(out, "JPEG")
        tell_more.add_photo(
            receipt.request_id,
            photo=photos.keep(io.BytesIO(out.getvalue())),
            stage=Attachment.Stage.REPORT,
            by=SYSTEM,
            at=at,
            report_id=receipt.report_id,
        )
    actions.find_for(told[3].request_id, at=at)
    return live_server.url


@pytest.mark.parametrize("size", SIZES)
def test_everybody_can_use_the_pages(site: str, size) -> None:
    with open_page(f"{site}/agency/duplicates", size=size) as opened:
        page = opened.page
        sign_in(page, "dispatcher")
        page.locator("[data-pair]").nth(2).wait_for()
        keep(page, "duplicates")
        check(opened)
        page.goto(f"{site}/agency/repeats")
        check(opened)


def test_one_key_decides_and_the_next_is_at_hand(site: str) -> None:
    with open_page(f"{site}/agency/duplicates", size=DESKTOP) as opened:
        page = opened.page
        sign_in(page, "dispatcher")
        page.locator("[data-pair]").first.focus()
        page.keyboard.press("s")
        page.locator("[data-pair]").nth(1).and_(page.locator(":focus")).wait_for()
        with page.expect_navigation():
            page.keyboard.press("n")
        page.locator("[data-pair]:focus").wait_for()
        expect(page.locator("[data-pair]")).to_have_count(2)
        with page.expect_navigation():
            page.keyboard.press("m")
        page.locator("[data-pair]:focus").wait_for()
        keep(page, "duplicates-decided")
        check(opened)
        with page.expect_navigation():
            page.get_by_role("button", name="Undo").press("Enter")
        expect(page.locator("[data-pair]")).to_have_count(2)
        assert sorted(Pair.objects.values_list("state", flat=True)) == [
            "dismissed",
            "open",
            "open",
        ]
        assert ServiceRequest.objects.filter(merged_into__isnull=False).count() == 0
