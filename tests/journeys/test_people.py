"""Contacts opened with a reason, words and photos hidden, a day called off, an office that asks."""

from pathlib import Path

import pytest
from playwright.sync_api import expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from citycall.accounts.actions import give_role
from citycall.accounts.models import Role, User
from citycall.appointments import queries as appointments
from citycall.appointments.actions import book
from citycall.core import clock, numbers
from citycall.core.actors import SYSTEM, resident
from citycall.council import actions as council
from citycall.service_requests import photos
from citycall.service_requests.actions import tell_more
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.drafts import Receipt
from citycall.service_requests.models import Attachment
from tests import browser
from tests import city as small_city
from tests.appointments import cast
from tests.council.places import load

pytestmark = browser.MARKS


@pytest.fixture
def site(
    live_server: LiveServer,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    browser.prepare(settings, monkeypatch, uploads=tmp_path)
    load()
    small_city.build()
    cast.offer()
    office = User.objects.create_user(username="office", password=browser.PASSWORD)
    give_role(
        office, role=Role.COUNCIL, agency_id=None, area="council/1", by=SYSTEM, at=clock.now()
    )
    return live_server.url


@pytest.fixture
def receipt(site: str) -> Receipt:
    told = small_city.draft("pothole", words="My neighbor Mr Miller did it.")
    return submit(told, by=resident(), at=clock.now())


@pytest.mark.parametrize("size", browser.SIZES)
def test_the_contact_is_shown_with_a_reason_and_words_are_hidden(
    site: str, receipt: Receipt, size: tuple[int, int]
) -> None:
    with browser.open_page(f"{site}/agency/{numbers.show(receipt.number)}", size=size) as opened:
        page = opened.page
        browser.sign_in(page, "dispatcher")
        expect(page.get_by_text("pat@example.org")).to_have_count(0)
        page.get_by_text("Show the contacts", exact=True).click()
        browser.check(opened)
        page.get_by_label("Why do you need the contact?").select_option("access")
        page.get_by_role("button", name="Show the contacts for an hour").click()
        page.get_by_text("pat@example.org").wait_for()
        browser.check(opened)
        page.get_by_role("link", name="Hide words that should not be public").click()
        browser.check(opened)
        page.get_by_label("Other words to hide").fill("Mr Miller")
        page.get_by_role("button", name="Hide these words").click()
        page.get_by_text("Hidden in 1 text.").wait_for()
        expect(page.get_by_text("Miller")).to_have_count(0)


@pytest.mark.parametrize("size", browser.SIZES)
def test_a_photo_is_looked_at_and_a_day_is_called_off(
    site: str, receipt: Receipt, size: tuple[int, int], tmp_path: Path
) -> None:
    from tests.workbench.pictures import jpeg

    (tmp_path / "told.jpg").write_bytes(jpeg(640, 480, "seagreen"))
    with (tmp_path / "told.jpg").open("rb") as picture:
        photo = tell_more.add_photo(
            receipt.request_id,
            photo=photos.keep(picture),
            stage=Attachment.Stage.REPORT,
            by=resident(reports=[receipt.report_id]),
            at=clock.now(),
            report_id=receipt.report_id,
        )
    offer = appointments.offer_at(cast.entry(), cast.draft().location, at=clock.now())
    assert offer is not None
    day = offer.dates[1].day
    book.submit(cast.draft(), day=day, by=resident(), at=clock.now())
    with browser.open_page(f"{site}/agency/photos/{photo.pk}", size=size) as opened:
        page = opened.page
        browser.sign_in(page, "dispatcher")
        browser.check(opened)
        page.get_by_label("Part 1: width in pixels").fill("50")
        page.get_by_label("Part 1: height in pixels").fill("50")
        page.get_by_role("button", name="Decide").click()
        page.get_by_text("Your decision about the photo is kept.").wait_for()
        browser.check(opened)
        page.goto(f"{site}/agency/photos/{photo.pk}")
        page.get_by_role("button", name="Put the original back").click()
        browser.says(page, "Please write in some words why the original is put back.")
        browser.check(opened)
        browser.keep(page, "photo-back")
        page.get_by_label("Why is the original put back?").fill("It is a statue.")
        page.get_by_role("button", name="Put the original back").click()
        expect(
            page.get_by_text("The original is back, and the photo is not public.")
        ).to_be_visible()
        page.goto(f"{site}/agency/appointments/off?day={day.isoformat()}")
        browser.check(opened)
        page.get_by_label("Why").fill("Snow is expected.")
        page.get_by_role("button", name="Call the day off").click()
        page.get_by_text("The day is called off.").wait_for()
        browser.check(opened)


@pytest.mark.parametrize("size", browser.SIZES)
def test_an_office_asks_and_the_agency_answers(
    site: str, receipt: Receipt, size: tuple[int, int]
) -> None:
    council.count_districts(at=clock.now())
    with browser.open_page(f"{site}/council", size=size) as opened:
        page = opened.page
        browser.sign_in(page, "office")
        browser.check(opened)
        browser.keep(page, "council")
        page.get_by_role("link", name="Pothole").first.click()
        browser.check(opened)
        page.get_by_label("Your question to the agency").fill("When is it filled?")
        page.get_by_role("button", name="Ask the agency").click()
        page.get_by_text("The agency was asked.").wait_for()
        browser.check(opened)
    with browser.open_page(f"{site}/agency/inquiries", size=size) as opened:
        page = opened.page
        browser.sign_in(page, "dispatcher")
        browser.check(opened)
        page.get_by_label("Your answer to the office").fill("On Thursday.")
        page.get_by_role("button", name="Send the answer").click()
        page.get_by_text("Nobody waits for an answer").wait_for()
        browser.check(opened)


@pytest.mark.parametrize("size", browser.SIZES)
def test_an_office_reports_for_a_resident_and_follows_it(site: str, size: tuple[int, int]) -> None:
    with browser.open_page(f"{site}/council", size=size) as opened:
        page = opened.page
        browser.sign_in(page, "office")
        page.get_by_role("link", name="Report for a resident").click()
        browser.check(opened)
        page.get_by_label("Service").select_option("water-leak")
        page.get_by_role("button", name="Show the questions of this service").click()
        page.get_by_label("What does the resident say?").fill("I smell gas by the leak")
        page.get_by_label("Address, street corner, park or place").fill("1200 Main St")
        page.get_by_label("The resident's e-mail address").fill("ann@example.org")
        page.get_by_label("Your own reference").fill("26-117")
        browser.check(opened)
        browser.keep(page, "council-report")
        page.get_by_role("button", name="Send the report").click()
        browser.says(page, "go outside at once")
        browser.check(opened)
        page.get_by_text("No, this is not an emergency").click()
        page.get_by_text("A drip").click()
        page.get_by_role("button", name="Send the report").click()
        expect(page.get_by_text("Please give the resident this number")).to_be_visible()
        browser.check(opened)
        browser.keep(page, "council-followed")
        page.get_by_role("link", name="Water leak, 1200 Main St").click()
        browser.says(page, "Your office follows this for a resident")
        browser.check(opened)
        browser.keep(page, "council-case")
        page.get_by_role("button", name="Follow it no longer").click()
        browser.says(page, "Your office follows no report yet.")
