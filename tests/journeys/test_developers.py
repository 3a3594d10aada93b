"""The developers' page in a browser: examples tried on it, and those in JavaScript run for real."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import ConsoleMessage, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from citycall.accounts import callers, misses
from citycall.api import conditions
from citycall.core import clock
from citycall.exchange.models import Webhook
from citycall.exchange.webhooks import signing
from citycall.service_requests.models import Channel, Report, ServiceRequest
from citycall.web.worked_examples import EXAMPLES
from tests import browser
from tests.web import developer_site
from tests.web.test_developers import BODY, FORGED, SECRET, signed

pytestmark = browser.MARKS
Said = Callable[..., list[str]]


@pytest.fixture
def address(
    live_server: LiveServer,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    browser.prepare(settings, monkeypatch, uploads=tmp_path)
    for room in (callers, conditions, misses):
        room.forget()
    developer_site.build(live_server, settings, exports=tmp_path / "exports")
    return f"{live_server.url}/developers"


# The page.


@pytest.mark.parametrize("size", browser.SIZES)
def test_the_pages_are_for_everybody(address: str, size: tuple[int, int]) -> None:
    with browser.open_page(address, size=size) as opened:
        page = opened.page
        for program in page.locator("main details:not([open]) > summary").element_handles():
            program.click()
        browser.check(opened)
        for button in page.get_by_role("button", name="Try it here").all():
            button.click()
        for answer in page.locator("[data-try-status]").all():
            answer.filter(has_text="Answered 200").wait_for()
        browser.check(opened)
        page.goto(f"{address}/reference")
        browser.check(opened)


def test_an_example_is_tried_by_keyboard(address: str) -> None:
    with browser.open_page(address) as opened:
        page = opened.page
        button = page.get_by_role("button", name="Try it here List the services")
        browser.tab_to(page, button)
        page.keyboard.press("Enter")
        page.get_by_role("status").filter(has_text="Answered 200").wait_for()
        answer = page.get_by_role("region", name="Answer to: List the services")
        assert "lamp-out" in {each["service_code"] for each in json.loads(answer.inner_text())}
        browser.tab_to(page, answer)


def test_a_failure_is_said(address: str) -> None:
    with browser.open_page(address) as opened:
        page = opened.page
        page.route("**/open311/**", lambda route: route.abort())
        page.get_by_role("button", name="Try it here List the services").click()
        page.get_by_text("No answer came. Please try again.").wait_for()


def test_without_scripts_an_example_is_a_link_to_its_answer(address: str) -> None:
    with browser.open_page(address, java_script_enabled=False) as opened:
        page = opened.page
        expect(page.get_by_role("button", name="Try it here")).to_have_count(0)
        page.get_by_role("link", name="GET /open311/v2/services.json").click()
        expect(page.locator("body")).to_contain_text("lamp-out", use_inner_text=True)


def test_code_scrolls_within_itself_on_a_phone(address: str) -> None:
    with browser.open_page(address, size=browser.PHONE) as opened:
        wide = opened.page.locator("#report ~ details .web-code").first
        assert wide.evaluate("box => box.scrollWidth > box.clientWidth")
        assert not browser.wider_than_screen(opened.page)


def test_an_example_is_downloaded(address: str) -> None:
    with browser.open_page(address) as opened:
        with opened.page.expect_download() as download:
            opened.page.get_by_role("link", name="Download list_services.sh").click()
        assert download.value.suggested_filename == "list_services.sh"


# The examples.


@pytest.fixture
def said(address: str) -> Said:
    """What a program in JavaScript writes to the console, line by line."""

    def run(code: str, **changed: str) -> list[str]:
        lines: list[str] = []

        def hear(message: ConsoleMessage) -> None:
            if message.type == "log":
                lines.append(message.text)

        with browser.open_page(address) as opened:
            opened.page.on("console", hear)
            if changed:
                change(opened, code, changed)
            opened.page.evaluate(f"import('/developers/examples/{code}.js')")
        return lines

    return run


def change(opened: browser.OpenedPage, code: str, changed: dict[str, str]) -> None:
    """Serve an example with something else in the place of what stands in it."""

    def answer(route, request) -> None:
        response = route.fetch()
        text = response.text()
        for old, new in changed.items():
            assert old in text
            text = text.replace(old, new)
        route.fulfill(response=response, body=text)

    opened.page.route(f"**/developers/examples/{code}.js", answer)


def test_services_are_listed(said: Said) -> None:
    assert "lamp-out – Street light out" in said("list_services")


def test_a_definition_is_read(said: Said) -> None:
    told = "\n".join(said("read_definition"))
    assert "Do wires hang down or sparks fly?" in told
    assert "yes = Yes" in told


def test_a_problem_is_reported_once(said: Said) -> None:
    before = ServiceRequest.objects.count()
    told = said("report")
    assert ServiceRequest.objects.count() == before + 1
    report = Report.objects.get(channel=Channel.API)
    assert str(report.number)[-5:] in told[0]
    assert told[-1] == "Received before: true"


def test_a_request_is_followed(said: Said) -> None:
    told = said("follow")
    assert told[0].startswith("Pothole")
    assert told[-1] == "Asked again: nothing has changed."


def test_requests_in_a_box_are_listed(said: Said) -> None:
    told = said("list_in_box")
    latest_first = ServiceRequest.objects.order_by("-requested_at")
    assert [line.split()[0] for line in told] == [str(each.pk) for each in latest_first]


def test_changes_are_paged_through(said: Said) -> None:
    told = said("page_changes", **{'limit: "100"': 'limit: "2"'})
    oldest_first = ServiceRequest.objects.order_by("updated_at")
    assert [line.split()[1] for line in told[:-1]] == [str(each.pk) for each in oldest_first]


def test_a_webhook_is_made_and_called(said: Said, settings: Settings) -> None:
    # Nothing listens there, which the first call says.
    settings.CITYCALL_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    receiver = "http://127.0.0.1:9/citycall"
    told = said("make_webhook", **{"https://your-server.example/citycall": receiver})
    webhook = Webhook.objects.get()
    assert webhook.url == receiver
    assert signing.secret(webhook) in told[0]
    assert told[1].startswith("The first call:")


def test_open_data_is_downloaded(said: Said) -> None:
    assert said("download_open_data") == ["3 Pothole"]


RECEIVE = """async ([signatures, body]) => {
  const { receive } = await import("/developers/examples/receive_webhook.js");
  const answers = [];
  for (const signature of signatures) {
    const headers = { "CityCall-Signature": signature, "CityCall-Delivery": "d1" };
    const request = new Request("https://receiver.example/", { method: "POST", headers, body });
    answers.push((await receive(request, "SECRET")).status);
  }
  return answers;
}""".replace("SECRET", SECRET)


def received(address: str, signatures: list[str], body: bytes) -> tuple[list[int], list[str]]:
    """What the receiver in JavaScript answers to each call, and what it writes."""
    lines: list[str] = []
    with browser.open_page(address) as opened:
        opened.page.on("console", lambda message: lines.append(message.text))
        answers: list[int] = opened.page.evaluate(RECEIVE, [signatures, body.decode()])
    return answers, lines


def test_a_webhook_is_received_once(address: str) -> None:
    own = signing.header(secrets=["whsec_other", SECRET], body=BODY, at=clock.now())
    answers, lines = received(address, [signed(BODY), own], BODY)
    assert answers == [204, 204]
    assert lines == ["completed 4711 completed"]


def test_what_is_not_ours_is_refused(address: str) -> None:
    forged = [signed(BODY, **case.values[0]) for case in FORGED]  # type: ignore[arg-type]
    answers, lines = received(address, [*forged, "", "t=x,v1=y"], BODY)
    assert (answers, lines) == ([403] * (len(forged) + 2), [])
    assert received(address, [signed(BODY)], BODY + b" ")[0] == [403]


def test_every_example_in_javascript_is_run_here() -> None:
    here = Path(__file__).read_text()
    codes = [each.code for each in EXAMPLES]
    assert [code for code in codes if f'"{code}"' not in here and f"/{code}.js" not in here] == []
