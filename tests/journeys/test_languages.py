"""The residents' whole way in each language that is offered, at a phone's size and a desktop's."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from django.conf import settings as site_settings
from django.utils import translation
from playwright.sync_api import Locator, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from citycall.accounts import callers, misses
from citycall.core import clock, numbers, phrases
from citycall.core.actors import SYSTEM
from citycall.service_requests import queries
from citycall.service_requests.actions import close, work
from citycall.service_requests.models import Attachment, Report
from citycall.web import pace
from tests import browser
from tests.journeys import app_site
from tests.web import town
from tests.web.telling import picture

pytestmark = [
    *browser.MARKS,
    pytest.mark.parametrize("size", browser.SIZES),
    pytest.mark.parametrize("language", [code for code, _name in site_settings.LANGUAGES]),
]

# What the city itself has written of the lamp, as its phrase book says it.
LAMP: Final[Mapping[str, Mapping[str, str]]] = {
    "es": {"Street light out": "Farola apagada", "How many lights are out?": "¿Cuántas farolas?"},
    "zh-hans": {"Street light out": "路灯不亮", "How many lights are out?": "有几盏灯不亮？"},
    "ar": {"Street light out": "مصباح شارع مطفأ", "How many lights are out?": "كم عدد المصابيح؟"},
}
WORDS: Final[Mapping[str, str]] = {
    "en": "It is dark here at night.",
    "es": "Aquí está oscuro por la noche.",
    "zh-hans": "这里晚上很黑。",
    "ar": "المكان مظلم هنا ليلاً.",
}
NO_SCRIPTS: Final[Mapping[str, Any]] = {"java_script_enabled": False}


@pytest.fixture
def site(
    live_server: LiveServer, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    browser.prepare(settings, monkeypatch, uploads=tmp_path)
    settings.PUBLIC_URL = live_server.url
    for counted in (callers, misses, pace):
        counted.forget()
    town.build()
    for language, said in LAMP.items():
        phrases.write(said, language=language, by=SYSTEM, at=clock.now())
    return live_server.url


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    kept = tmp_path / "lamp.png"
    kept.write_bytes(picture().read())
    return kept


class Reader:
    """Somebody who reads one language: finds what is said in it, and nothing else."""

    def __init__(self, page: Page, language: str) -> None:
        self.page = page
        self.language = language

    def says(self, text: str) -> str:
        """A text of the program in the reader's language; it must have been translated."""
        with translation.override(self.language):
            said = translation.gettext(text)
        assert (said == text) == (self.language == "en"), text
        return said

    def says_before(self, text: str) -> str:
        """What a text says before the part that is filled in."""
        return self.says(text).partition("%s")[0].strip()

    def city_says(self, text: str) -> str:
        """A text of the city's in the reader's language."""
        return LAMP.get(self.language, {}).get(text, text)

    def button(self, text: str) -> Locator:
        return self.page.get_by_role("button", name=self.says(text), exact=True)

    def field(self, name: str) -> Locator:
        return self.page.locator(f'[name="{name}"]:not([type="hidden"])')

    def choose(self, name: str, value: str) -> None:
        """Choose an answer as people do, by its label."""
        box = self.page.locator(f'[name="{name}"][value="{value}"]')
        self.page.locator(f'label[for="{box.get_attribute("id")}"]').click()

    def go_on(self) -> None:
        # By key: what appears above while one types moves the button from under a pointer.
        self.page.locator(".cc-actions").get_by_role(
            "button", name=self.says("Continue"), exact=True
        ).press("Enter")

    def reads(self, *texts: str) -> None:
        """Each of these is on the page, in the reader's language."""
        for text in texts:
            browser.says(self.page, self.says(text))

    def check(self, picture_name: str, opened: browser.OpenedPage, *, scripts: bool = True) -> None:
        """The page says which language it is, runs the right way, and is usable by everybody."""
        html = self.page.locator("html")
        assert html.get_attribute("lang") == self.language
        assert html.get_attribute("dir") == ("rtl" if self.language == "ar" else "ltr")
        if scripts:
            app_site.check(opened)
        browser.keep(self.page, f"{self.language}-{picture_name}")


@contextmanager
def reading(
    site: str, language: str, size: tuple[int, int], **options: Any
) -> Iterator[tuple[Reader, browser.OpenedPage]]:
    """A reader who has chosen the language on the start page."""
    with browser.open_page(site, size=size, **options) as opened:
        name = dict(site_settings.LANGUAGES)[language]
        opened.page.locator(".cc-languages").get_by_role("link", name=name).click()
        yield Reader(opened.page, language), opened


def tell_of_lamp(reader: Reader, photo: Path, *, scripts: bool) -> str:
    """From the choice of the service to the number; the place is a park."""
    page = reader.page
    page.goto(f"{page.url.partition('/?')[0]}/services/lamp-out")
    expect(page.locator("h1")).to_contain_text(
        reader.city_says("Street light out"), use_inner_text=True
    )
    reader.button("Report this").last.click()
    reader.choose("answers.wires", "no")
    reader.go_on()
    reader.field("place").fill("hoopers feild")
    reader.go_on()
    browser.says(page, reader.city_says("How many lights are out?"))
    reader.choose("answers.lights", "many")
    if not scripts:
        reader.go_on()  # Brings the question that depends on the answer.
    reader.field("answers.blocks").fill("3")
    reader.field("words").fill(WORDS[reader.language])
    page.locator('input[type="file"]').set_input_files(photo)
    reader.go_on()
    reader.field("email").fill("not an address")
    reader.go_on()
    reader.reads("Please check this e-mail address, for example name@example.org.")
    reader.field("email").fill("pat@example.org")
    reader.go_on()
    browser.says(page, WORDS[reader.language])
    browser.says(page, "Hooper's Field")
    return page.url


def complete(number: str) -> None:
    """The agency does its part."""
    request = queries.request_of(queries.report_by_number(numbers.read(number)))
    work.start(request.pk, by=SYSTEM, at=clock.now())
    close.complete(
        request.pk, outcome_code="fixed", explanation="Replaced.", by=SYSTEM, at=clock.now()
    )


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_report_track_and_dispute(
    site: str, photo: Path, language: str, size: tuple[int, int], scripts: bool
) -> None:
    options = {} if scripts else NO_SCRIPTS
    with reading(site, language, size, **options) as (reader, opened):
        page = reader.page
        tell_of_lamp(reader, photo, scripts=scripts)
        reader.check(f"review{'' if scripts else '-plain'}", opened, scripts=scripts)
        reader.button("Send the report").click()
        page.wait_for_url("**/r/*")
        number = page.inner_text(".web-number .cc-number")
        reader.check(f"sent{'' if scripts else '-plain'}", opened, scripts=scripts)
        report = Report.objects.get()
        assert (report.language, report.words) == (language, WORDS[language])
        assert Attachment.objects.get().report == report
        complete(number)
        page.goto(f"{site}/track")
        reader.field("number").fill(number.replace("-", " "))
        reader.button("Show the report").click()
        browser.says(page, "Replaced.")
        page.get_by_role("link", name=reader.says("No, it is still there")).click()
        reader.page.locator("textarea").first.fill(WORDS[language])
        reader.check(f"dispute{'' if scripts else '-plain'}", opened, scripts=scripts)
        reader.button("Open the request again").click()
        browser.says(page, reader.says("The request is open again."), part="body")
        report.service_request.refresh_from_db()
        assert report.service_request.status == "assigned"


def test_what_is_known_already_is_joined_in_one_tap(
    site: str, photo: Path, language: str, size: tuple[int, int]
) -> None:
    with reading(site, language, size) as (reader, opened):
        tell_of_lamp(reader, photo, scripts=True)
        reader.button("Send the report").click()
        reader.page.wait_for_url("**/r/*")
    with reading(site, language, size) as (reader, opened):
        page = reader.page
        page.goto(f"{site}/services/lamp-out")
        reader.button("Report this").last.click()
        reader.choose("answers.wires", "no")
        reader.go_on()
        reader.field("place").fill("Hooper's Field")
        reader.go_on()
        page.wait_for_url("**/report/known")
        reader.check("known", opened)
        page.locator('button[name="joins"]').first.click()
        page.wait_for_url("**/r/*")
        reader.check("joined", opened)
    assert Report.objects.count() == 2
    assert len({report.service_request_id for report in Report.objects.all()}) == 1


def test_written_offline_and_sent_once_on_reconnect(
    site: str, photo: Path, language: str, size: tuple[int, int]
) -> None:
    with app_site.visited(f"{site}/?language={language}", size=size) as (context, opened):
        page = opened.page
        reader = Reader(page, language)
        # The worker keeps the page in the language that was chosen.
        page.goto(f"{site}/services")
        page.wait_for_function(
            """async (language) => {
              for (const name of await caches.keys()) {
                const kept = await (await caches.open(name)).match("/report/offline");
                if (kept?.headers.get("Content-Language") === language) return true;
              }
              return false;
            }""",
            arg=language,
        )
        context.set_offline(True)
        page.goto(f"{site}/report")
        reader.check("offline", opened)
        page.locator("select").first.select_option("lamp-out")
        reader.choose("answers.wires", "no")
        reader.choose("answers.lights", "many")
        reader.field("answers.blocks").fill("3")
        reader.field("words").fill(WORDS[language])
        reader.field("place").fill("1200 Harbor Street")
        page.locator('input[type="file"]').set_input_files(photo)
        reader.button("Send the report").click()
        page.get_by_text(reader.says_before("Waits to be sent. Written on %s.")).wait_for()
        reader.check("waits", opened)
        assert Report.objects.count() == 0
        context.set_offline(False)
        received = reader.says_before("Received. Confirmation number: %s")
        page.get_by_text(received).wait_for(timeout=30_000)
        reader.check("received", opened)
        page.goto(f"{site}/report/offline")
        page.get_by_text(received).wait_for(timeout=30_000)
    report = Report.objects.get()
    assert (report.language, report.words) == (language, WORDS[language])
    assert Attachment.objects.get().report == report
