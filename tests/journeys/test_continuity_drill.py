"""The drill: three laptops without a network take 200 reports, one loses its power, all merge."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from playwright.sync_api import Playwright, sync_playwright
from pytest_django import Settings

from citycall.accounts.models import User
from citycall.continuity.actions.make import make_kits
from citycall.continuity.kit_file import kit_files
from citycall.continuity.models import Intake, Kit
from citycall.core import clock, numbers
from citycall.core.actors import SYSTEM
from citycall.service_requests.models import Report, ServiceRequest
from tests import browser
from tests.continuity import streets
from tests.continuity.laptop import Laptop, times
from tests.web import town

pytestmark = [pytest.mark.timeout(900), *browser.MARKS, pytest.mark.slow]

SHARES = (67, 67, 66)
# After so many reports the second laptop loses its power.
KILLED_AFTER = 30
TOLD = (
    {"service": "pothole", "place": "charles & monument", "known": "1", "words": "A deep hole."},
    {"service": "pothole", "place": "hoopers field", "known": "1", "words": "At the gate."},
    {"service": "street light", "place": "1217 e monument", "known": "1", "words": "It is dark.",
     "q-wires": "no", "q-lights": "one"},
    {"service": "pothole", "place": "behind the old mill", "words": "Water stands in it.",
     "directions": "left of the blue gate", "phone": "410-555-0123", "name": "Pat Doe"},
    {"service": "something else", "place": "900 n charles", "known": "1", "words": "A lost sign."},
)  # fmt: skip


@pytest.fixture
def playwright(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Playwright]:
    browser.prepare(settings, monkeypatch, uploads=tmp_path)
    town.build()
    streets.build()
    with sync_playwright() as driver:
        yield driver


def laptops(playwright: Playwright, folder: Path, *, count: int) -> list[Laptop]:
    at = clock.now()
    made = make_kits(count=count, size=100, kind=Kit.Kind.LAPTOP, by=SYSTEM, at=at)
    found = []
    for name, content in kit_files(made, at=at):
        (folder / name).write_bytes(content)
        found.append(Laptop(playwright, folder / name, folder / f"profile-{name}"))
    return found


def merged(files: list[bytes]) -> str:
    """Hand the files in at the staff's page; what it says."""
    client = Client()
    client.force_login(User.objects.get(username="call-taker"))
    uploads = [SimpleUploadedFile(f"{n}.json", content) for n, content in enumerate(files)]
    answer = client.post("/console/continuity/merges", {"exports": uploads}, follow=True)
    return answer.content.decode()


def lose_power(laptop: Laptop) -> None:
    """Kill the browser while the next report is being typed, and come back."""
    laptop.type({**TOLD[3], "words": "Half typed when the power went."})
    laptop.page.wait_for_selector("form[data-draft]")
    laptop.kill()
    laptop.start()
    assert [each["number"] for each in laptop.kept()][::-1] == laptop.given
    # The draft as well: it is filled in again, and goes on as if nothing had been.
    assert laptop.page.input_value("#words") == "Half typed when the power went."
    laptop.page.click("[data-clear]")


def test_two_hundred_reports_of_three_laptops(playwright: Playwright, tmp_path: Path) -> None:
    began = datetime.now(UTC)
    started = time.monotonic()
    fleet = laptops(playwright, tmp_path, count=3)
    for which, (laptop, share) in enumerate(zip(fleet, SHARES, strict=True)):
        laptop.start()
        for count in range(share):
            if which == 1 and count == KILLED_AFTER:
                lose_power(laptop)
            laptop.take(TOLD[count % len(TOLD)])
    taken = time.monotonic() - started
    final = [laptop.export() for laptop in fleet]
    # Files that the kits wrote by themselves are handed in too, and the same one twice.
    earlier = [laptop.exports[0] for laptop in fleet]
    for laptop in fleet:
        assert laptop.complaints == []
        laptop.context.close()
    started = time.monotonic()
    page = merged([*earlier, *final, final[0]])
    took = time.monotonic() - started
    given = [numbers.read(number) for laptop in fleet for number in laptop.given]
    told_at = {
        numbers.read(number): datetime.fromisoformat(at)
        for export in final
        for number, at in times(export).items()
    }
    reports = Report.objects.select_related("service_request").all()
    assert len(given) == len(set(given)) == 200 == len(reports)
    assert {report.number for report in reports} == set(given)
    for report in reports:
        at = told_at[report.number]
        assert report.reported_at == report.service_request.requested_at == at
        assert began <= at <= datetime.now(UTC)
        assert report.channel == "phone"
    assert ServiceRequest.objects.count() == 200
    assert Intake.objects.exclude(state="merged").count() == 0
    assert "200 reports became requests." in page
    print(  # noqa: T201  (the figures of the drill)
        f"\n200 offline intakes on 3 laptops in {taken:.0f} s, one killed after {KILLED_AFTER}; "
        f"{len(earlier) + len(final) + 1} files merged in {took:.1f} s: "
        f"{len(reports)} requests, {len(given) - len(set(given))} collisions"
    )


def test_the_kit_reaches_no_network(playwright: Playwright, tmp_path: Path) -> None:
    (laptop,) = laptops(playwright, tmp_path, count=1)
    laptop.start()
    # Even with a network the page may not use it.
    laptop.context.set_offline(False)
    tried = "() => fetch('http://127.0.0.1:9/').then(() => 'reached', (error) => String(error))"
    assert "TypeError" in laptop.page.evaluate(tried)
    assert any("Content Security Policy" in each for each in laptop.complaints)
    laptop.context.close()
