"""Known already: one tap adds a report to it; and staff sort what was told as something else."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from citycall.catalog.actions import save_service
from citycall.catalog.specs import ServiceSpec
from citycall.core import clock, numbers
from citycall.core.actors import SYSTEM, resident
from citycall.core.models import Event
from citycall.knowledge.actions import save_article
from citycall.knowledge.specs import ArticleSpec
from citycall.places.locations import Location
from citycall.places.models import LocationKind
from citycall.service_requests import photos
from citycall.service_requests.actions import tell_more
from citycall.service_requests.actions.recognise import note_language
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.drafts import ContactDetails
from citycall.service_requests.models import Attachment, Channel, Report, ServiceRequest
from tests import browser
from tests.city import SERVICES, draft
from tests.web import town
from tests.web.telling import picture

pytestmark = browser.MARKS

NO_SCRIPTS: Mapping[str, Any] = {"java_script_enabled": False}


def hole(metres: float, service: str = "pothole", *, channel: Channel = Channel.WEB) -> int:
    """A problem so far north of the field; its place in words."""
    longitude, latitude = place_of_the_field()
    told = draft(
        service,
        location=Location(
            kind=LocationKind.POINT,
            longitude=longitude,
            latitude=latitude + metres / 111_195,
            place="Hooper's Field, by the gate",
        ),
        channel=channel,
    )
    at = clock.now() - timedelta(days=3)
    return submit(told, by=resident(), at=at).request_id


def place_of_the_field() -> tuple[float, float]:
    found = next(each for each in town.PLACES if each["code"] == "hoopers-field")
    return float(str(found["longitude"])), float(str(found["latitude"]))


@pytest.fixture
def site(
    live_server: LiveServer,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    browser.prepare(settings, monkeypatch, uploads=tmp_path)
    town.build()
    sinkhole = {**SERVICES[0], "code": "sinkhole", "name": "Sinkhole"}
    save_service(spec=ServiceSpec.model_validate(sinkhole), by=SYSTEM, at=clock.now())
    save_article(
        spec=ArticleSpec(
            code="filled",
            title="When potholes are filled",
            summary="Within five working days, in frost with cold asphalt first.",
            body="Within five working days.",
            keywords=("pothole",),
            services=("pothole",),
            checked_on=clock.now().date(),
        ),
        by=SYSTEM,
        at=clock.now(),
    )
    return live_server.url


@pytest.fixture
def known(site: str) -> int:
    """A pothole with a public photo and words that two people have reported, and a sinkhole."""
    request_id = hole(40, channel=Channel.OPEN311)
    hole(20, "sinkhole")
    report = Report.objects.get(service_request=request_id)
    tell_more.add_report(report.number, draft(), by=resident(), at=clock.now())
    tell_more.add_photo(
        request_id,
        photo=photos.keep(picture("teal")),
        stage=Attachment.Stage.REPORT,
        by=resident(reports=[report.pk]),
        at=clock.now(),
        report_id=report.pk,
    )
    Attachment.objects.update(public=True)
    return request_id


def to_the_known(page: Page, site: str) -> None:
    page.goto(f"{site}/report?q=deep+pothole")
    page.get_by_role("button", name="Pothole").first.click()
    page.get_by_label("Address, street corner").fill("Hooper's Field")
    page.locator(".cc-actions").get_by_role("button", name="Continue", exact=True).click()
    page.wait_for_url("**/report/known")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
@pytest.mark.parametrize("size", browser.SIZES)
def test_one_tap_adds_mine(site: str, known: int, size: tuple[int, int], scripts: bool) -> None:
    with browser.open_page(site, size=size, **({} if scripts else NO_SCRIPTS)) as opened:
        page = opened.page
        to_the_known(page, site)
        text = page.inner_text("main")
        for words in ("About 40 m away", "2 people have reported it", "3\xa0days ago", "Sinkhole"):
            assert words in text
        expect(page.get_by_text("Both write: deep")).to_be_visible()
        expect(page.get_by_alt_text("Photo: Pothole")).to_be_visible()
        expect(page.get_by_role("link", name="When potholes are filled")).to_be_visible()
        for row in Report.objects.all():
            assert numbers.show(row.number) not in page.content()
        browser.keep(page, "known")
        if scripts:
            browser.check(opened)
        page.get_by_role("button", name="This is it, add mine (Pothole").click()
        page.wait_for_url("**/r/*")
        number = page.inner_text(".web-number .cc-number")
        assert ServiceRequest.objects.get(pk=known).report_count == 3
        assert Report.objects.get(number=numbers.read(number)).words == "deep pothole"
        page.get_by_text("Do you want to hear what becomes of it?").click()
        browser.keep(page, "known-added")
        if scripts:
            browser.check(opened)
        page.get_by_label("E-mail address").fill("not an address")
        page.get_by_role("button", name="Tell me the news").click()
        browser.says(page, "Please check this e-mail address")
        browser.keep(page, "known-added-fault")
        page.get_by_label("E-mail address").fill("kim@example.org")
        page.get_by_role("button", name="Tell me the news").click()
        page.get_by_text("You will hear from us when something changes.").wait_for()
    contact = Report.objects.get(number=numbers.read(number)).contact
    assert contact is not None
    assert contact.email == "kim@example.org"


def test_by_keyboard(site: str, known: int) -> None:
    with browser.open_page(site) as opened:
        page = opened.page
        to_the_known(page, site)
        browser.press(page, page.get_by_role("button", name="This is it, add mine (Sinkhole"))
        assert "/r/" in page.url
        expect(page.get_by_text("added to the one that the city works on")).to_be_visible()
    assert ServiceRequest.objects.get(service__code="sinkhole").report_count == 2


@pytest.mark.parametrize("size", browser.SIZES)
def test_staff_sort_what_was_written_in_another_language(site: str, size: tuple[int, int]) -> None:
    told = draft(
        "something-else",
        words="Hay un hoyo muy profundo frente a la casa de mi abuela.",
        contact=ContactDetails(),
    )
    receipt = submit(told, by=resident(), at=clock.now())
    note_language(Event.objects.get(subject_id=receipt.request_id))
    number = numbers.show(receipt.number)
    with browser.open_page(f"{site}/agency/{number}", size=size) as opened:
        page = opened.page
        browser.sign_in(page, "dispatcher")
        expect(page.get_by_text("Written in Spanish")).to_be_visible()
        assert page.locator("blockquote").get_attribute("lang") == "es"
        browser.keep(page, "sort")
        browser.check(opened)
        browser.press(page, page.get_by_role("button", name="Move to another service"))
        assert page.locator("#error-summary").evaluate("e => e === document.activeElement")
        browser.check(opened)
        browser.tab_to(page, page.get_by_label("Service"))
        page.keyboard.type("Pothole")
        browser.type_into(page, page.get_by_label("Why does it belong there?"), "It is a hole.")
        browser.press(page, page.get_by_role("button", name="Move to another service"))
        page.get_by_text("The request was moved to the other service.").wait_for()
        expect(page.get_by_text("Moved from “Something else” to “Pothole”")).to_be_visible()
        browser.keep(page, "sorted")
        browser.check(opened)
        page.goto(f"{site}/r/{number}")
        expect(page.get_by_text("Moved from “Something else” to “Pothole”")).to_be_visible()
        expect(page.get_by_text("Because: It is a hole.")).to_be_visible()
        browser.keep(page, "sorted-public")
        browser.check(opened)
    assert ServiceRequest.objects.get(pk=receipt.request_id).service.code == "pothole"
