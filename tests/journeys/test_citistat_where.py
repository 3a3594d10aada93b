"""CitiStat by place in a real browser: from the city to a service, a district and its hot spots."""

from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from citycall.analytics import public
from citycall.analytics.fairness import findings as fairness
from citycall.analytics.fairness.models import Finding
from citycall.analytics.places.findings import keep as keep_findings
from citycall.analytics.refresh import refresh
from citycall.core import clock
from citycall.core.actors import resident
from citycall.service_requests.actions.submit import submit
from tests import browser
from tests import city as small_city
from tests.analytics.fairness import populations
from tests.browser import check, keep, open_page, press, sign_in, type_into
from tests.citistat import districts
from tests.citistat.test_places import findings

pytestmark = browser.MARKS
Size = tuple[int, int]


@pytest.fixture
def site(
    live_server: LiveServer, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    """Thirty weeks of potholes in the western of two districts, and a hot spot there."""
    browser.prepare(settings, monkeypatch, uploads=tmp_path)
    settings.ANALYTICS = tmp_path / "analytics"
    city = small_city.build()
    west = districts.build(population=2_000)["west"]
    now = clock.now()
    for week in range(1, 31):
        for _ in range(12 if week == 1 else 1):
            submit(small_city.draft(), by=resident(), at=now - timedelta(weeks=week))
    refresh(at=now, whole=True)
    found = findings(city)
    spots = tuple(replace(each, areas=((west.pk, 14),)) for each in found.clusters)
    keep_findings(replace(found, clusters=spots))
    return live_server.url


@pytest.mark.parametrize("size", browser.SIZES)
def test_from_the_city_to_a_district(site: str, size: Size) -> None:
    with open_page(f"{site}/citistat?map=received", size=size) as opened:
        page = opened.page
        sign_in(page, "analyst")
        page.goto(f"{site}/citistat?map=received")
        expect(page.get_by_role("img", name="Requests received by area as a map")).to_be_visible()
        check(opened)
        keep(page, "citistat-map")
        page.goto(f"{site}/citistat/streets")
        press(page, page.get_by_role("link", name="Pothole", exact=True).first)
        expect(page.get_by_role("heading", name="Pothole", level=1)).to_be_visible()
        check(opened)
        keep(page, "citistat-service")
        type_into(page, page.get_by_label("Measure", exact=True), "Open at the end")
        press(page, page.get_by_role("button", name="Show", exact=True))
        expect(page.get_by_role("img", name="Open at the end by area as a map")).to_be_visible()
        press(page, page.get_by_role("link", name="West", exact=True).first)
        expect(page.get_by_role("heading", name="West", level=1)).to_be_visible()
        check(opened)
        keep(page, "citistat-district")
        page.emulate_media(media="print")
        keep(page, "citistat-district-print")
        page.emulate_media(media="screen")
        page.goto(f"{site}/citistat/places")
        expect(page.get_by_role("img", name="The hot spots on a map")).to_be_visible()
        check(opened)
        keep(page, "citistat-places-map")


@pytest.mark.parametrize("size", browser.SIZES)
def test_everybody_reads_of_fairness(
    live_server: LiveServer,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    size: Size,
) -> None:
    browser.prepare(settings, monkeypatch, uploads=tmp_path)
    settings.ANALYTICS = tmp_path / "analytics"
    small_city.build()
    world = populations.world(requests=4_000, seed=3)
    populations.publish(world)
    as_of = populations.UNTIL.astimezone(UTC).replace(tzinfo=None)
    found = fairness.as_json(fairness.find(world.facts, layer=populations.LAYER, as_of=as_of))
    Finding.objects.create(
        layer=populations.LAYER,
        as_of=populations.UNTIL,
        found=found,
        in_public=found,
        computed_at=populations.UNTIL,
    )
    with open_page(f"{live_server.url}/performance/fairness", size=size) as opened:
        expect(opened.page.get_by_role("heading", level=1)).to_have_text(
            "Are all areas served alike?"
        )
        check(opened)
        keep(opened.page, "performance-fairness")


@pytest.mark.usefixtures("site")
def test_charts_can_be_read_from_right_to_left(
    live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(public, "SMALLEST", 1)
    with open_page(f"{live_server.url}/performance", size=browser.DESKTOP) as opened:
        page = opened.page
        page.context.add_cookies(
            [{"name": "citycall_language", "value": "ar", "url": live_server.url}]
        )
        page.reload()
        expect(page.locator("html")).to_have_attribute("dir", "rtl")
        keep(page, "performance-ar")
        chart = page.locator(".pf-chart svg").first
        inside = chart.evaluate(
            "svg => { const box = svg.getBoundingClientRect();"
            " return [...svg.querySelectorAll('text')].every(text => {"
            " const at = text.getBoundingClientRect();"
            " return at.left >= box.left - 1 && at.right <= box.right + 1; }); }"
        )
        assert inside
        check(opened)
