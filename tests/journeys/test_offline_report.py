"""Reporting without a connection, in a real browser: written offline, sent later, once."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from citycall.accounts import callers
from citycall.core import numbers
from citycall.service_requests.models import Attachment, Report
from tests import browser
from tests.journeys import app_site
from tests.journeys.app_site import check, receipt, tell_of_lamp, visited
from tests.web import town
from tests.web.telling import picture

pytestmark = browser.MARKS


@pytest.fixture
def site(
    live_server: LiveServer,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    browser.prepare(settings, monkeypatch, uploads=tmp_path)
    settings.PUBLIC_URL = live_server.url
    callers.forget()
    town.build()
    return live_server.url


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    kept = tmp_path / "lamp.png"
    kept.write_bytes(picture().read())
    return kept


@pytest.mark.parametrize("size", browser.SIZES)
def test_written_offline_and_sent_once_on_reconnect(
    site: str, photo: Path, size: tuple[int, int]
) -> None:
    with visited(site, size=size) as (context, opened):
        page = opened.page
        context.set_offline(True)
        page.goto(f"{site}/report")
        expect(page.get_by_role("heading", level=1)).to_have_text(
            "Report on one page", use_inner_text=True
        )
        check(opened)
        tell_of_lamp(page)
        page.get_by_label("Photos (optional)").set_input_files(photo)
        page.get_by_alt_text("Photo 1").wait_for()
        check(opened)
        page.get_by_role("button", name="Send the report").click()
        page.get_by_text("Waits to be sent.").wait_for()
        browser.says(page, "Your report is kept on this device.")
        check(opened)
        assert Report.objects.count() == 0
        context.set_offline(False)
        number = receipt(page)
        check(opened)
        report = Report.objects.get()
        assert (numbers.show(report.number), report.channel) == (number, "app")
        assert Attachment.objects.get().report == report
        page.get_by_role("link", name="Follow your report").click()
        browser.says(page, "What you told us")
        page.goto(f"{site}/report/offline")
        receipt(page)
        assert Report.objects.count() == 1


def test_it_is_sent_by_the_worker_with_no_page_of_the_report_open(site: str) -> None:
    with visited(site, size=browser.PHONE) as (context, opened):
        page = opened.page
        context.set_offline(True)
        page.goto(f"{site}/report/offline")
        tell_of_lamp(page)
        page.get_by_role("button", name="Send the report").click()
        page.get_by_text("Waits to be sent.").wait_for()
        page.close()
        context.set_offline(False)
        elsewhere = context.new_page()
        elsewhere.goto(f"{site}/services")
        for _look in range(100):
            if Report.objects.count():
                break
            elsewhere.wait_for_timeout(100)
        elsewhere.goto(f"{site}/report/offline")
        receipt(elsewhere)
        assert Report.objects.count() == 1


def test_how_many_wait_is_said_on_every_page(site: str) -> None:
    with visited(site, size=browser.PHONE) as (_context, opened):
        page = opened.page
        page.goto(f"{site}/report/offline")
        tell_of_lamp(page)
        page.get_by_label("E-mail address").fill("not an address")
        page.get_by_role("button", name="Send the report").click()
        page.get_by_text("The city could not take this report yet.").wait_for()
        page.goto(f"{site}/services")
        page.get_by_role("link", name="Reports that wait on this device to be sent: 1").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(
            "Report on one page", use_inner_text=True
        )


@pytest.mark.parametrize("size", browser.SIZES)
def test_an_emergency_comes_before_everything_else(site: str, size: tuple[int, int]) -> None:
    with visited(site, size=size) as (context, opened):
        page = opened.page
        context.set_offline(True)
        page.goto(f"{site}/report/offline")
        page.get_by_label("What is the problem?").select_option("lamp-out")
        page.get_by_text("Yes", exact=True).click()
        expect(page.get_by_role("link", name="Call 911").last).to_be_visible()
        expect(page.get_by_role("button", name="Send the report")).not_to_be_visible()
        expect(page.get_by_text("How many lights are out?")).not_to_be_visible()
        check(opened)
        page.get_by_role("button", name="I have read this: continue").click()
        page.get_by_text("One", exact=True).click()
        page.get_by_label("Address, street corner").fill("1200 Harbor Street")
        page.get_by_role("button", name="Send the report").click()
        page.get_by_text("Waits to be sent.").wait_for()
        context.set_offline(False)
        receipt(page)
        assert Report.objects.get().answers["wires"] == "yes"


def test_what_is_missing_is_said_beside_its_field(site: str) -> None:
    with visited(site, size=browser.PHONE) as (_context, opened):
        page = opened.page
        page.goto(f"{site}/report/offline")
        page.get_by_role("button", name="Send the report").click()
        browser.says(page, "Please choose what it is about.")
        page.get_by_label("What is the problem?").select_option("lamp-out")
        page.get_by_text("No", exact=True).click()
        page.get_by_role("button", name="Send the report").click()
        summary = page.get_by_role("alert").filter(has_text="Please check what you entered")
        expect(summary).to_contain_text("Please answer this question.", use_inner_text=True)
        expect(summary).to_contain_text("Please say where this is.", use_inner_text=True)
        check(opened)


def test_what_the_city_finds_wrong_is_put_right(site: str) -> None:
    with visited(site, size=browser.PHONE) as (_context, opened):
        page = opened.page
        page.goto(f"{site}/report/offline")
        tell_of_lamp(page)
        page.get_by_label("E-mail address").fill("not an address")
        page.get_by_role("button", name="Send the report").click()
        page.get_by_text("The city could not take this report yet.").wait_for()
        page.get_by_text("Something has to be changed before").wait_for()
        check(opened)
        page.get_by_role("button", name="Change").click()
        email = page.get_by_label("E-mail address")
        expect(email).to_have_value("not an address")
        assert email.get_attribute("aria-invalid") == "true"
        expect(page.get_by_label("How many blocks are dark?")).to_have_value("3")
        check(opened)
        email.fill("pat@example.org")
        page.get_by_role("button", name="Send the report").click()
        receipt(page)
        assert Report.objects.count() == 1


def test_a_report_can_be_deleted_before_it_is_sent(site: str) -> None:
    with visited(site, size=browser.PHONE) as (context, opened):
        page = opened.page
        context.set_offline(True)
        page.goto(f"{site}/report/offline")
        tell_of_lamp(page)
        page.get_by_role("button", name="Send the report").click()
        page.get_by_text("Waits to be sent.").wait_for()
        page.on("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name="Delete").click()
        page.get_by_text("Waits to be sent.").wait_for(state="detached")
        context.set_offline(False)
        page.goto(f"{site}/report/offline")
        expect(page.get_by_text("Reports on this device")).not_to_be_visible()
        assert Report.objects.count() == 0


def begin(page: Page, site: str) -> None:
    """The ordinary way, up to the question where it is."""
    page.goto(f"{site}/report")
    page.get_by_role("button", name="Street light out").first.click()
    page.get_by_text("No", exact=True).click()
    go_on(page)
    # A connection that is lost while the page's own scripts are on their way is another matter.
    page.wait_for_load_state()


def go_on(page: Page) -> None:
    page.locator(".cc-actions").get_by_role("button", name="Continue", exact=True).click()


def test_a_connection_lost_on_the_way_loses_nothing(site: str) -> None:
    with visited(site, size=browser.PHONE) as (context, opened):
        page = opened.page
        begin(page, site)
        page.get_by_label("Address, street corner").fill("1200 Harbor Street")
        context.set_offline(True)
        page.get_by_text("There is no connection. What you typed is kept").wait_for()
        check(opened)
        go_on(page)
        page.get_by_text("What you have told so far is filled in below.").wait_for()
        expect(page.get_by_label("What is the problem?")).to_have_value("lamp-out")
        expect(page.get_by_label("No", exact=True)).to_be_checked()
        place = page.get_by_label("Address, street corner")
        expect(place).to_have_value("1200 Harbor Street")
        check(opened)
        page.get_by_text("One", exact=True).click()
        page.get_by_role("button", name="Send the report").click()
        page.get_by_text("Waits to be sent.").wait_for()
        context.set_offline(False)
        receipt(page)
        assert Report.objects.get().answers == {"wires": "no", "lights": "one"}


def test_going_back_finds_what_was_typed_on_the_ordinary_page_too(site: str) -> None:
    with visited(site, size=browser.PHONE) as (context, opened):
        page = opened.page
        begin(page, site)
        page.get_by_label("Address, street corner").fill("1200 Harbor Street")
        context.set_offline(True)
        page.get_by_text("There is no connection. What you typed is kept").wait_for()
        go_on(page)
        page.get_by_text("What you have told so far is filled in below.").wait_for()
        context.set_offline(False)
        page.goto(f"{site}/report/where")
        expect(page.get_by_label("Address, street corner")).to_have_value("1200 Harbor Street")


def test_photos_shared_from_the_phone_are_on_the_page(site: str) -> None:
    with visited(site, size=browser.PHONE) as (context, opened):
        page = opened.page
        context.set_offline(True)
        page.evaluate(
            """async () => {
              const form = Object.assign(document.createElement("form"), {
                method: "post", action: "/report/share", enctype: "multipart/form-data" });
              const canvas = Object.assign(document.createElement("canvas"), { width: 8 });
              const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
              const files = new DataTransfer();
              files.items.add(new File([blob], "a.png", { type: "image/png" }));
              const input = Object.assign(document.createElement("input"), {
                type: "file", name: "photos" });
              input.files = files.files;
              const words = Object.assign(document.createElement("input"), {
                name: "words", value: "Look at this lamp" });
              form.append(input, words);
              document.body.append(form);
              form.submit();
            }"""
        )
        page.wait_for_url("**/report/offline?shared")
        page.get_by_alt_text("Photo 1").wait_for()
        said = page.get_by_label("Describe the problem").input_value()
        assert said == "Look at this lamp"


def test_no_page_of_a_person_is_kept(site: str) -> None:
    with visited(site, size=browser.PHONE) as (context, opened):
        page = opened.page
        page.goto(f"{site}/report/offline")
        tell_of_lamp(page, words="My own words.")
        page.get_by_role("button", name="Send the report").click()
        receipt(page)
        page.get_by_role("link", name="Follow your report").click()
        page.get_by_text("My own words.").wait_for()
        address = page.url
        kept = page.evaluate(
            """async () => {
              const found = [];
              for (const name of await caches.keys()) {
                const cache = await caches.open(name);
                found.push(...(await cache.keys()).map(({ url }) => new URL(url).pathname));
              }
              return found;
            }"""
        )
        assert [path for path in kept if not path.startswith("/static/")] == ["/report/offline"]
        context.set_offline(True)
        page.goto(address)
        assert "My own words." not in page.content()


def test_the_keyboard_alone_is_enough(site: str) -> None:
    with visited(site, size=browser.DESKTOP) as (_context, opened):
        page = opened.page
        page.goto(f"{site}/report/offline")
        service = page.get_by_label("What is the problem?")
        browser.tab_to(page, service)
        page.keyboard.type("Dead tree")
        place = page.get_by_label("Address, street corner")
        browser.type_into(page, place, "Herring Run Park")
        browser.tab_to(page, page.get_by_role("button", name="Send the report"))
        page.keyboard.press("Enter")
        receipt(page)
        assert page.evaluate("() => document.activeElement.id") == "queue-heading"


def test_without_scripts_the_page_says_how_to_report(site: str) -> None:
    with browser.open_page(f"{site}/report/offline", java_script_enabled=False) as opened:
        expect(opened.page.locator("main")).to_contain_text(
            "report step by step", use_inner_text=True
        )
        opened.page.get_by_role("link", name="report step by step").click()
        expect(opened.page.get_by_role("button", name="Pothole").first).to_be_visible()


@pytest.mark.parametrize("size", browser.SIZES)
def test_a_message_arrives_and_leads_to_the_report(site: str, size: tuple[int, int]) -> None:
    with visited(site, size=size, permissions=["notifications"]) as (context, opened):
        page = opened.page
        session = context.new_cdp_session(page)
        registration = app_site.registrations(session)
        page.goto(f"{site}/report/offline")
        told = (
            '{"title": "Please check report 1", "body": "Main St", "address": "/r/1", "tag": "1"}'
        )
        session.send(
            "ServiceWorker.deliverPushMessage",
            {"origin": site, "registrationId": registration(), "data": told},
        )
        # The test's own time limit ends this.
        shown = page.evaluate(
            """async () => {
              await navigator.serviceWorker.ready;
              const registration = await navigator.serviceWorker.getRegistration();
              for (;;) {
                const [one] = await registration.getNotifications();
                if (one) return [one.title, one.body, one.data.address];
                await new Promise((done) => setTimeout(done, 50));
              }
            }"""
        )
        assert shown == ["Please check report 1", "Main St", "/r/1"]
