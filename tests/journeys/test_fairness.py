"""The page of fairness in a real browser: read on a phone, and asked what other crews would do."""

from datetime import UTC
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from citycall.analytics.fairness import findings
from citycall.analytics.fairness.models import Finding
from tests import city as small_city
from tests.analytics.fairness import populations
from tests.analytics.fairness.populations import LAYER, UNTIL
from tests.browser import DESKTOP, MARKS, SIZES, check, keep, open_page, prepare, sign_in

pytestmark = MARKS


@pytest.fixture
def site(
    live_server: LiveServer,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    db: None,
) -> str:
    """Two years of a city of which everything was worked out last night."""
    prepare(settings, monkeypatch, uploads=tmp_path)
    settings.ANALYTICS = tmp_path / "analytics"
    small_city.build()
    world = populations.world(requests=20_000, seed=3)
    populations.publish(world)
    as_of = UNTIL.astimezone(UTC).replace(tzinfo=None)
    found = findings.as_json(findings.find(world.facts, layer=LAYER, as_of=as_of))
    Finding.objects.create(layer=LAYER, as_of=UNTIL, found=found, computed_at=UNTIL)
    return live_server.url


@pytest.mark.parametrize("size", SIZES)
def test_the_page_can_be_read_by_everybody(site: str, size: tuple[int, int]) -> None:
    with open_page(f"{site}/citistat/fairness", size=size) as opened:
        sign_in(opened.page, "analyst")
        opened.page.goto(f"{site}/citistat/fairness")
        expect(opened.page.get_by_role("heading", level=1)).to_have_text(
            "Are all areas served alike?"
        )
        check(opened)
        keep(opened.page, "fairness")


def test_a_move_of_crews_is_asked_and_answered(site: str) -> None:
    with open_page(f"{site}/citistat/fairness", size=DESKTOP) as opened:
        page = opened.page
        sign_in(page, "analyst")
        page.goto(f"{site}/citistat/fairness")
        page.get_by_label("From this team").select_option("Team 0")
        page.get_by_label("It has so many crews").fill("4")
        page.get_by_label("So many change").fill("1")
        page.get_by_role("button", name="Show").click()
        expect(page.get_by_label("To this team")).to_have_attribute("aria-invalid", "true")
        expect(page.get_by_label("It has so many crews")).to_have_value("4")
        page.get_by_label("To this team").select_option("Team 1")
        page.get_by_label("That one has so many").fill("3")
        page.get_by_role("button", name="Show").click()
        expect(page.locator("#move-says")).to_contain_text("would have been done")
        check(opened)
        keep(page, "fairness-crews")
