"""Who I am and what I follow, in a real browser: by keyboard, with and without scripts."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core import mail
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from citycall.core import clock, numbers
from citycall.core.actors import resident
from citycall.follows import jobs as follow_jobs
from citycall.follows import telling
from citycall.follows.models import Follow
from citycall.notifications.sms_settings import SmsFolder
from citycall.privacy import jobs as privacy_jobs
from citycall.privacy.models import AccessLink
from citycall.residents import jobs
from citycall.residents.models import Account, SignInCode
from citycall.residents.oidc_settings import OidcProvider
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.drafts import ContactDetails
from citycall.web import pace
from tests import browser
from tests.city import build, draft
from tests.residents.oidc_provider import CLIENT, SECRET, Provider, running

pytestmark = browser.MARKS
PAT = "pat@example.org"
WAYS = [
    pytest.param(browser.PHONE, True, id="phone"),
    pytest.param(browser.DESKTOP, True, id="desktop"),
    pytest.param(browser.PHONE, False, id="phone-without-scripts"),
]


@pytest.fixture
def site(
    live_server: LiveServer,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    browser.prepare(settings, monkeypatch, uploads=tmp_path)
    settings.PUBLIC_URL = live_server.url
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    pace.forget()
    build()
    return str(live_server.url)


@pytest.fixture
def provider(site: str, settings: Settings) -> Iterator[Provider]:
    settings.CITYCALL_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    with running() as provider:
        settings.OIDC = OidcProvider(
            name="Port Calder ID", issuer=provider.issuer, client_id=CLIENT, secret=SECRET
        )
        yield provider


def digits_in_mail() -> str:
    jobs.send_sign_in_code(SignInCode.objects.latest("pk").pk)
    found = re.search(r"^\d{6}$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found
    return found.group()


def link_in(text: str, path: str) -> str:
    return next(word for word in text.split() if path in word)


def check(opened: browser.OpenedPage, *, scripts: bool) -> None:
    """With scripts as everywhere; without them axe cannot look, but errors and width show."""
    if scripts:
        browser.check(opened)
    else:
        assert opened.complaints == []
        assert not browser.wider_than_screen(opened.page)


def sign_in(page: Page, site: str) -> None:
    page.goto(f"{site}/me/sign-in")
    browser.type_into(page, page.get_by_label("Your e-mail address"), PAT)
    browser.press(page, page.get_by_role("button", name="Send me a code"))
    browser.type_into(page, page.get_by_label("The six digits in the message"), digits_in_mail())
    browser.press(page, page.get_by_role("button", name="Sign in"))


@pytest.mark.parametrize(("size", "scripts"), WAYS)
def test_from_a_code_to_a_deleted_account(site: str, size: tuple[int, int], scripts: bool) -> None:
    receipt = submit(draft(), by=resident(), at=clock.now())
    with browser.open_page(f"{site}/me", size=size, java_script_enabled=scripts) as opened:
        page = opened.page
        browser.press(page, page.get_by_role("link", name="Sign in"))
        check(opened, scripts=scripts)
        browser.keep(page, "sign-in")
        browser.type_into(page, page.get_by_label("Your e-mail address"), PAT)
        browser.press(page, page.get_by_role("button", name="Send me a code"))
        check(opened, scripts=scripts)

        digits = digits_in_mail()
        wrong = f"{(int(digits) + 1) % 1_000_000:06}"
        browser.type_into(page, page.get_by_label("The six digits in the message"), wrong)
        browser.press(page, page.get_by_role("button", name="Sign in"))
        expect(page.get_by_text("You can try 4 more times").first).to_be_visible()
        check(opened, scripts=scripts)
        browser.keep(page, "code-wrong")
        page.get_by_label("The six digits in the message").fill("")
        browser.type_into(page, page.get_by_label("The six digits in the message"), digits)
        browser.press(page, page.get_by_role("button", name="Sign in"))
        expect(page.get_by_role("status").first).to_contain_text("You are signed in")
        expect(page.get_by_text(numbers.show(receipt.number))).to_be_visible()
        check(opened, scripts=scripts)
        browser.keep(page, "me-signed-in")

        browser.press(page, page.get_by_role("link", name="My settings"))
        check(opened, scripts=scripts)
        browser.keep(page, "me-settings")
        browser.type_into(page, page.get_by_label("Your name"), "Pat Doe")
        browser.press(page, page.get_by_role("button", name="Save"))
        expect(page.get_by_role("status").first).to_contain_text("Your settings are kept")

        page.goto(f"{site}/me/settings")
        delete = page.get_by_role("link", name="Delete my account")
        browser.press(page, delete)
        check(opened, scripts=scripts)
        browser.press(page, page.get_by_role("button", name="Erase my personal data"))
        expect(page.get_by_role("status").first).to_contain_text("erased from 1 report")
        assert not Account.objects.exists()


@pytest.mark.parametrize("size", browser.SIZES)
def test_through_another_sign_in(site: str, provider: Provider, size: tuple[int, int]) -> None:
    with browser.open_page(f"{site}/me/sign-in", size=size) as opened:
        page = opened.page
        browser.check(opened)
        browser.keep(page, "sign-in-elsewhere")
        browser.press(page, page.get_by_role("link", name="Sign in with Port Calder ID"))
        expect(page.get_by_text("You are signed in as sam@example.org")).to_be_visible()
        browser.check(opened)
        browser.press(page, page.get_by_role("button", name="Sign out"))
        expect(page.get_by_role("status").first).to_contain_text("You are signed out")
        browser.check(opened)


@pytest.mark.parametrize(("size", "scripts"), WAYS)
def test_following_from_the_service_to_the_end(
    site: str, size: tuple[int, int], scripts: bool
) -> None:
    with browser.open_page(
        f"{site}/services/pothole", size=size, java_script_enabled=scripts
    ) as opened:
        page = opened.page
        browser.press(page, page.get_by_role("link", name="Tell me about new requests"))
        check(opened, scripts=scripts)
        browser.press(page, page.get_by_role("button", name="Tell me"))
        expect(page.get_by_text("Please enter your e-mail address").first).to_be_visible()
        check(opened, scripts=scripts)
        browser.type_into(page, page.get_by_label("Your e-mail address"), PAT)
        browser.keep(page, "follow")
        browser.press(page, page.get_by_role("button", name="Tell me"))
        expect(page.get_by_role("status").first).to_contain_text("A message is on its way")
        check(opened, scripts=scripts)

        follow = Follow.objects.get()
        follow_jobs.ask_to_confirm_follow(follow.pk)
        page.goto(link_in(str(mail.outbox[-1].body), "/follow/confirm"))
        check(opened, scripts=scripts)
        browser.press(page, page.get_by_role("button", name="Yes, tell me"))
        expect(page.get_by_role("heading", name="You will be told")).to_be_visible()
        check(opened, scripts=scripts)
        browser.keep(page, "follow-confirmed")

        telling.note(submit(draft(), by=resident(), at=clock.now()).request_id)
        assert telling.tell(follow.pk, at=clock.now()) == 1
        page.goto(link_in(str(mail.outbox[-1].body), "/follow/end"))
        check(opened, scripts=scripts)
        browser.press(page, page.get_by_role("button", name="End them"))
        expect(page.get_by_role("heading", name="These messages have ended")).to_be_visible()
        check(opened, scripts=scripts)
        assert not Follow.objects.exists()


@pytest.mark.parametrize("size", browser.SIZES)
def test_who_is_signed_in_follows_at_once_and_sees_it(site: str, size: tuple[int, int]) -> None:
    with browser.open_page(f"{site}/me", size=size) as opened:
        page = opened.page
        sign_in(page, site)
        page.goto(f"{site}/follow?lon=-76.6&lat=39.29&within=500&group=Streets")
        browser.check(opened)
        browser.press(page, page.get_by_role("button", name="Tell me"))
        expect(page.get_by_role("heading", name="What you follow")).to_be_visible()
        browser.check(opened)
        browser.keep(page, "me-follows")
        browser.press(page, page.get_by_role("button", name="End it"))
        expect(page.get_by_role("status").first).to_contain_text("You will not be told")


@pytest.mark.parametrize("size", browser.SIZES)
def test_a_link_by_text_message(
    site: str, settings: Settings, tmp_path: Path, size: tuple[int, int]
) -> None:
    settings.SMS = SmsFolder(tmp_path / "sms")
    contact = ContactDetails(phone="+14105550123")
    receipt = submit(draft(contact=contact), by=resident(), at=clock.now())
    with browser.open_page(f"{site}/me", size=size) as opened:
        page = opened.page
        browser.check(opened)
        browser.keep(page, "me-by-phone")
        field = page.get_by_label("Your e-mail address or phone number")
        browser.type_into(page, field, "410-555-0123")
        browser.press(page, page.get_by_role("button", name="Send me a link"))
        expect(page.get_by_role("status").first).to_contain_text("is on its way")
        privacy_jobs.send_access_link(AccessLink.objects.get().pk)
        (file,) = (tmp_path / "sms").iterdir()
        page.goto(link_in(file.read_text(), "/me/open"))
        browser.press(page, page.get_by_role("button", name="Show my reports"))
        expect(page.get_by_text(numbers.show(receipt.number))).to_be_visible()
        browser.check(opened)
