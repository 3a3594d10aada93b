"""A crew's day on a phone without a network, while a dispatcher changes it: nothing is lost."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from citycall.core import clock, numbers
from citycall.core.actors import resident
from citycall.core.models import Event
from citycall.exchange.models import Forward, Partner
from citycall.service_requests import photos
from citycall.service_requests.actions import merge, tell_more, work
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.events import Kind
from citycall.service_requests.models import Attachment, ServiceRequest
from citycall.work_orders.actions import crews, orders, plan
from citycall.work_orders.actions.crews import CrewDraft
from citycall.work_orders.actions.orders import Draft
from citycall.work_orders.models import OrderPhoto, Step, WorkOrder
from tests import browser
from tests import city as small_city
from tests.browser import OpenedPage, keep
from tests.journeys.app_site import check, visited
from tests.workbench.pictures import jpeg

pytestmark = browser.MARKS

STREETS = ("Harbor", "Monument", "Chester", "Fayette", "Orleans", "Madison")


class Town:
    """Six stops of one crew today, each about a request of its own."""

    def __init__(self) -> None:
        self.city = small_city.build()
        self.at = clock.now()
        people = CrewDraft(
            name="North", member_ids=[self.city.crew.id or 0], longitude=-76.61, latitude=39.29
        )
        agency, by = self.city.streets.pk, self.city.dispatcher
        self.crew = crews.save(people, agency_id=agency, by=by, at=self.at)
        self.requests = [self.report(n) for n in range(len(STREETS))]
        self.photograph(self.requests[1], "purple")
        self.orders = [self.order(n) for n in range(len(STREETS))]

    def report(self, n: int) -> ServiceRequest:
        service = "graffiti" if n == 0 else "pothole"
        told = small_city.draft(service, words=f"It is at the corner, by the shop. ({n})")
        at = self.at - timedelta(hours=2)
        return ServiceRequest.objects.get(pk=submit(told, by=self.city.resident, at=at).request_id)

    def photograph(self, request: ServiceRequest, color: str) -> None:
        """The reporter adds a photo, which nobody has looked at yet."""
        report = request.reports.get()
        kept = photos.keep(SimpleUploadedFile("told.jpg", jpeg(900, 700, color)))
        stage, by = Attachment.Stage.REPORT, resident(reports=[report.pk])
        tell_more.add_photo(
            request.pk, photo=kept, stage=stage, by=by, at=self.at, report_id=report.pk
        )

    def order(self, n: int) -> WorkOrder:
        draft = Draft(
            title=f"Repair {n + 1}",
            place=f"{100 + n} {STREETS[n]} Street",
            longitude=-76.60 - n / 500,
            latitude=39.29 + n / 700,
            checklist=["Cones are away"] if n == 0 else [],
            materials=[{"name": "Asphalt", "amount": 1, "unit": "t"}] if n == 0 else [],
            signature_needed=n == 0,
            instructions="Park on the left side." if n == 0 else "",
        )
        agency, by = self.city.streets.pk, self.city.dispatcher
        made = orders.make(
            draft, agency_id=agency, request_ids=[self.requests[n].pk], by=by, at=self.at
        )
        today = self.at.astimezone(clock.city_zone()).date()
        return plan.plan(made.pk, crew_id=self.crew.pk, day=today, by=by, at=self.at)

    def state(self, n: int) -> str:
        self.requests[n].refresh_from_db()
        return self.requests[n].status


@pytest.fixture
def site(
    live_server: LiveServer,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    browser.prepare(settings, monkeypatch, uploads=tmp_path)
    return live_server.url


@pytest.fixture
def town(site: str) -> Town:
    return Town()


@pytest.fixture
def shoot(tmp_path: Path) -> Callable[[str], Path]:
    """A picture of its own for every photo."""

    def shot(color: str) -> Path:
        path = tmp_path / f"{color}.jpg"
        path.write_bytes(jpeg(1000, 800, color))
        return path

    return shot


def begin_the_day(opened: OpenedPage, site: str) -> None:
    """Sign in and have the day on the phone, with the worker that keeps it."""
    page = opened.page
    page.get_by_role("link", name="Sign in").click()
    browser.sign_in(page, "crew")
    page.get_by_text("Everything has been sent.").wait_for()
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    page.get_by_text("Everything has been sent.").wait_for()


def open_stop(page: Page, title: str) -> None:
    page.get_by_role("link", name=title).first.click()
    page.get_by_role("heading", name=title, level=1).wait_for()


def work_on(page: Page, before: Path, after: Path) -> None:
    """Start, and photograph before and after."""
    page.get_by_role("button", name="I am here: start").click()
    page.get_by_text("Started.", exact=True).wait_for()
    for label, photo, count in (("before", before, 1), ("after", after, 2)):
        page.get_by_label(f"Photo {label} the work", exact=True).set_input_files(photo)
        page.wait_for_function(
            "(n) => document.querySelectorAll('[data-shots] img').length === n", arg=count
        )


def finish(page: Page, words: str) -> None:
    page.get_by_label("Outcome").select_option("fixed")
    page.get_by_label("What was done?").fill(words)
    page.get_by_role("button", name="Done", exact=True).click()
    page.get_by_role("heading", name="Today's stops").wait_for()


def sign_with_a_finger(page: Page) -> None:
    canvas = page.locator("canvas.cr-sign")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + 60)
    page.mouse.down()
    for step in range(1, 6):
        page.mouse.move(box["x"] + 30 + 40 * step, box["y"] + 60 + (30 if step % 2 else -20))
    page.mouse.up()


def sees_what_was_told(page: Page, site: str) -> None:
    """The reporter's photo of the second stop, with and without a network."""
    page.goto(f"{site}/crew")
    open_stop(page, "Repair 2")
    photo = page.get_by_role("img", name="Photo from a reporter: 1")
    expect(photo).to_be_visible()
    assert photo.evaluate("(image) => image.decode().then(() => image.naturalWidth)") == 480
    keep(page, "crew-told-photo")
    page.goto(f"{site}/crew")


def in_the_cellar(page: Page, town: Town, site: str, shoot: Callable[[str], Path]) -> None:
    """Four stops done and one not found, all without a network; one is left half written."""
    photos = {name: shoot(name) for name in ("maroon", "seagreen", "navy", "gold")}
    open_stop(page, "Repair 1")
    work_on(page, photos["maroon"], photos["seagreen"])
    page.get_by_text("Cones are away").click()
    sign_with_a_finger(page)
    keep(page, "crew-stop")
    page.goto(f"{site}/crew")
    open_stop(page, "Repair 1")
    expect(page.get_by_label("Cones are away")).to_be_checked()
    finish(page, "Washed off.")
    sees_what_was_told(page, site)
    for n, pair in ((2, ("navy", "gold")), (3, ("gold", "navy")), (4, ("maroon", "gold"))):
        open_stop(page, f"Repair {n}")
        work_on(page, photos[pair[0]], photos[pair[1]])
        finish(page, f"Filled hole {n}.")
    open_stop(page, "Repair 5")
    page.get_by_text("I could not find it").click()
    page.get_by_label("Where did you look").fill("There is no hole on this block.")
    page.get_by_role("button", name="Could not find it, call the reporter").click()
    page.get_by_role("heading", name="Today's stops").wait_for()


def meanwhile(town: Town) -> None:
    """A dispatcher passes the third to another agency, merges the fourth, takes the last off."""
    by = town.city.dispatcher
    third, fourth, sixth = (town.requests[n] for n in (2, 3, 5))
    work.transfer(third.pk, team_code="mains", reason="A pipe.", by=by, at=clock.now())
    merge.merge(fourth.pk, parent_id=sixth.pk, by=by, at=clock.now())
    plan.take_off(town.orders[5].pk, by=by, at=clock.now())


def all_is_there(town: Town) -> None:
    """What was possible is done; the rest is a note and photos where it belongs now."""
    states = [town.state(n) for n in range(6)]
    assert states == ["completed", "completed", "new", "merged", "new", "new"]
    assert (Step.objects.count(), OrderPhoto.objects.count()) == (17, 8)
    for request in (town.requests[2], town.requests[5]):
        stages = Attachment.objects.filter(service_request=request).values_list("stage", flat=True)
        assert sorted(stages) == ["after", "before"]
        notes = Event.objects.filter(subject_id=request.pk, kind=Kind.NOTE_ADDED)
        assert any("Filled hole" in (note.words or "") for note in notes)
    signature = WorkOrder.objects.get(pk=town.orders[0].pk).signature or {}
    assert signature["strokes"]
    assert Event.objects.filter(subject_id=town.requests[4].pk, kind=Kind.NOT_FOUND).exists()


def test_a_day_without_a_network_while_a_dispatcher_changes_it(
    site: str, town: Town, shoot: Callable[[str], Path]
) -> None:
    with visited(f"{site}/crew", size=browser.PHONE) as (context, opened):
        page = opened.page
        begin_the_day(opened, site)
        keep(page, "crew-morning")
        check(opened)
        sees_what_was_told(page, site)
        context.set_offline(True)
        page.goto(f"{site}/crew")
        page.get_by_text("No connection.").wait_for()
        open_stop(page, "Repair 1")
        page.get_by_role("button", name="Done", exact=True).click()
        page.get_by_text("Please tell the resident what was done.").wait_for()
        check(opened)
        page.goto(f"{site}/crew")
        in_the_cellar(page, town, site, shoot)
        keep(page, "crew-offline")
        check(opened)
        assert not Step.objects.exists()
        meanwhile(town)
        context.set_offline(False)
        page.get_by_text("Everything has been sent.").wait_for(timeout=60_000)
        page.get_by_role("heading", name="What has changed").wait_for()
        text = page.inner_text("main")
        assert "“Repair 6” is not on your day any more" in text
        assert "had been passed to Mains meanwhile" in text
        assert f"was merged into {numbers.show(town.requests[5].number)} meanwhile" in text
        keep(page, "crew-told")
        check(opened)
    all_is_there(town)
    with browser.open_page(f"{site}/agency/orders", size=browser.DESKTOP) as opened:
        page = opened.page
        browser.sign_in(page, "dispatcher")
        told = page.get_by_role("region", name="From crews: please look at these").inner_text()
        assert "Repair 3" in told
        assert "Repair 4" in told
        keep(page, "orders-told")
        browser.check(opened)


def test_signed_out_without_a_network_the_steps_wait_for_the_same_person(
    site: str, town: Town, shoot: Callable[[str], Path]
) -> None:
    with visited(f"{site}/crew", size=browser.PHONE) as (context, opened):
        page = opened.page
        begin_the_day(opened, site)
        context.set_offline(True)
        open_stop(page, "Repair 2")
        page.get_by_role("button", name="I am here: start").click()
        page.get_by_text("Started.", exact=True).wait_for()
        context.clear_cookies()
        context.set_offline(False)
        page.get_by_text("What you did is kept on this phone.").wait_for(timeout=40_000)
        keep(page, "crew-sign-in")
        check(opened)
        assert not Step.objects.exists()
        page.get_by_role("link", name="Sign in").click()
        browser.sign_in(page, "dispatcher")
        page.get_by_text("Somebody else is signed in.").wait_for()
        assert not Step.objects.exists()
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("link", name="Sign in").click()
        browser.sign_in(page, "crew")
        page.get_by_text("Everything has been sent.").wait_for()
        assert Step.objects.get().by_id == town.city.crew.id


def passed_on(request: ServiceRequest) -> None:
    """A contractor has the request, and says that it is done."""
    at = clock.now()
    partner = Partner.objects.create(
        code="pavers", name="Pavers Inc.", url="https://pavers.example.org", created_at=at
    )
    Forward.objects.create(
        partner=partner, service_request=request, state=Forward.State.SENT, remote_id="77-1",
        remote_status="closed", remote_updated_at=at, created_at=at, sent_at=at,
    )  # fmt: skip


@pytest.mark.parametrize("size", browser.SIZES)
def test_a_dispatcher_plans_the_day_by_keyboard(
    site: str, town: Town, size: tuple[int, int]
) -> None:
    passed_on(town.requests[0])
    with browser.open_page(f"{site}/agency/day", size=size) as opened:
        page = opened.page
        browser.sign_in(page, "dispatcher")
        browser.check(opened)
        browser.press(page, page.get_by_role("button", name=re.compile("^Later")).first)
        page.locator("button[name=down]:focus").wait_for()
        with page.expect_navigation():
            page.keyboard.press("Enter")
        page.wait_for_url("**way=down**")
        browser.press(page, page.get_by_role("button", name=re.compile("^Order the stops")))
        page.get_by_text("of driving").first.wait_for()
        keep(page, "plan")
        browser.check(opened)
        page.goto(f"{site}/agency/orders/{town.orders[0].pk}")
        browser.says(page, "Pavers Inc. says it is done.")
        keep(page, "order")
        browser.check(opened)
        page.goto(f"{site}/agency/orders/new?request={numbers.show(town.requests[1].number)}")
        browser.check(opened)
