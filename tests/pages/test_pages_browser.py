"""The style page in a real browser: accessible, within the content policy, usable."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests import browser

pytestmark = pytest.mark.browser

ADDRESSES = ["/", "/staff", "/swap", "/nothing-here", "/refuse", "/break", "/damaged"]
SIZES = [browser.PHONE, browser.DESKTOP]
PNG = Path(__file__).parent.parent.parent / "src/citycall/pages/static/citycall"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("address", ADDRESSES)
def test_page_is_accessible_and_complete(
    style_site: str, address: str, size: tuple[int, int]
) -> None:
    with browser.open_page(style_site + address, size=size) as opened:
        assert browser.axe_violations(opened.page) == []
        assert opened.complaints == []
        assert browser.small_targets(opened.page) == []
        assert not browser.wider_than_screen(opened.page)


@pytest.mark.parametrize("size", SIZES)
def test_form_with_errors_is_accessible_and_leads_to_the_first(
    style_site: str, size: tuple[int, int]
) -> None:
    with browser.open_page(style_site, size=size) as opened:
        page = opened.page
        page.get_by_label("Street or place").fill("1200 Harbor Street")
        page.get_by_role("button", name="Continue").click()
        page.get_by_role("alert").wait_for()
        assert browser.axe_violations(page) == []
        assert opened.complaints == []
        assert page.title().startswith("Error:")
        assert page.evaluate("() => document.activeElement.id") == "error-summary"
        page.get_by_role("link", name="What is the problem?").click()
        assert page.evaluate("() => document.activeElement.id") == "id_words"
        expect(page.get_by_label("Street or place")).to_have_value("1200 Harbor Street")


def test_right_to_left_page_is_mirrored_and_fits(style_site: str) -> None:
    with browser.open_page(style_site, size=browser.PHONE, locale="ar") as opened:
        assert opened.page.locator("html").get_attribute("dir") == "rtl"
        assert "uswds.rtl" in opened.page.content()
        assert browser.axe_violations(opened.page) == []
        assert opened.complaints == []
        assert not browser.wider_than_screen(opened.page)


def test_form_is_complete_without_javascript(style_site: str) -> None:
    with browser.open_page(style_site, java_script_enabled=False) as opened:
        page = opened.page
        page.get_by_label("What is the problem?").fill("A hole")
        page.get_by_label("Agency").select_option("dpw")
        page.get_by_role("button", name="Continue").click()
        page.get_by_role("alert").wait_for()
        expect(page.get_by_label("What is the problem?")).to_have_value("A hole")
        expect(page.get_by_text("You can enter up to 200 characters.")).to_be_visible()


def test_skip_link_appears_on_tab_and_leads_past_the_header(style_site: str) -> None:
    with browser.open_page(style_site) as opened:
        page = opened.page
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to main content")).to_be_visible()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("() => document.activeElement.id") == "id_words"


def test_count_starts_from_what_was_kept_and_follows_typing(style_site: str) -> None:
    with browser.open_page(style_site) as opened:
        page = opened.page
        page.get_by_label("What is the problem?").fill("Twelve chars")
        page.get_by_role("button", name="Continue").click()
        page.get_by_role("alert").wait_for()
        shown = page.locator(".usa-character-count__status")
        expect(shown).to_have_text("Characters left: 188", use_inner_text=True)
        page.get_by_label("What is the problem?").fill("x" * 203)
        expect(shown).to_have_text("Characters over the limit: 3", use_inner_text=True)


def test_combo_box_narrows_down_and_fills_the_choice(style_site: str) -> None:
    with browser.open_page(style_site) as opened:
        page = opened.page
        page.get_by_role("combobox", name="Agency").fill("tran")
        page.get_by_role("option", name="Transportation").click()
        expect(page.locator("select[name=agency]")).to_have_value("dot")


def test_chosen_photo_is_shown_before_it_is_sent(style_site: str) -> None:
    with browser.open_page(style_site) as opened:
        page = opened.page
        page.get_by_label("Photo").set_input_files(PNG / "apple-touch-icon.png")
        chosen = page.locator(".cc-file__chosen li")
        expect(chosen).to_have_text("apple-touch-icon.png", use_inner_text=True)
        picture = chosen.locator("img").element_handle()
        page.wait_for_function("(image) => image.naturalWidth === 180", arg=picture)
        assert opened.complaints == []


def test_second_press_sends_nothing(style_site: str) -> None:
    with browser.open_page(style_site) as opened:
        page = opened.page
        # The page's own listener has had its say when an event reaches the window.
        page.evaluate(
            "() => window.addEventListener('submit', (event) => {"
            " (window.refused ??= []).push(event.defaultPrevented); event.preventDefault(); })"
        )
        page.get_by_role("button", name="Continue").click()
        page.get_by_role("button", name="Sending…").click()
        assert page.evaluate("() => window.refused") == [False, True]


def test_accordion_opens_its_answer(style_site: str) -> None:
    with browser.open_page(style_site) as opened:
        answer = opened.page.get_by_text("Most potholes are filled")
        expect(answer).not_to_be_visible()
        opened.page.get_by_role("button", name="How long does it take?").click()
        expect(answer).to_be_visible()


@pytest.mark.parametrize("button", ["Good", "Invalid"])
def test_fragment_is_put_in_and_its_fields_work(style_site: str, button: str) -> None:
    with browser.open_page(f"{style_site}/swap") as opened:
        page = opened.page
        page.get_by_role("button", name=button).click()
        page.get_by_label("What is the problem?").fill("abc")
        shown = page.locator(".usa-character-count__status")
        expect(shown).to_have_text("Characters left: 197", use_inner_text=True)
        assert [c for c in opened.complaints if not c.startswith("422")] == []


def test_refused_fragment_leaves_the_page_and_says_so(style_site: str) -> None:
    with browser.open_page(f"{style_site}/swap") as opened:
        page = opened.page
        page.get_by_role("button", name="Refused").click()
        page.get_by_text("That did not work.").wait_for()
        expect(page.locator("#place")).to_have_text("Nothing yet", use_inner_text=True)


def test_lost_connection_is_told_without_losing_the_page(style_site: str) -> None:
    with browser.open_page(f"{style_site}/swap") as opened:
        opened.page.context.set_offline(True)
        opened.page.get_by_role("button", name="Good").click()
        opened.page.get_by_text("There is no connection.").wait_for()


def test_paper_shows_the_content_without_the_navigation(style_site: str) -> None:
    with browser.open_page(style_site) as opened:
        opened.page.emulate_media(media="print")
        expect(opened.page.get_by_role("heading", name="Report a problem")).to_be_visible()
        expect(opened.page.get_by_role("navigation", name="Primary")).not_to_be_visible()
        expect(opened.page.get_by_role("button", name="Continue")).not_to_be_visible()
