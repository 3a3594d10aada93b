"""Crews, recurring work and rules, by keyboard alone, on a phone and at a desk."""

from datetime import timedelta
from pathlib import Path

import pytest
import shapely
from playwright.sync_api import expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from citycall.core import clock
from citycall.core.actors import resident
from citycall.core.models import Event
from citycall.places.models import Area, AreaLayer
from citycall.places.queries import AREAS
from citycall.routing.models import RoutingRule
from citycall.service_requests.actions import work
from citycall.service_requests.actions.return_work import return_work
from citycall.service_requests.actions.submit import submit
from citycall.triage import moves
from citycall.work_orders.actions import crews
from citycall.work_orders.actions.crews import CrewDraft
from citycall.work_orders.models import Crew, RecurringWork
from tests import browser
from tests import city as small_city
from tests.browser import check, keep, press, tab_to, type_into

pytestmark = browser.MARKS
Size = tuple[int, int]


@pytest.fixture
def city(
    live_server: LiveServer, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> small_city.City:
    browser.prepare(settings, monkeypatch, uploads=tmp_path)
    return small_city.build()


@pytest.mark.parametrize("size", browser.SIZES)
def test_a_crew_is_made_and_changed(
    live_server: LiveServer, city: small_city.City, size: Size
) -> None:
    with browser.open_page(f"{live_server.url}/agency/crews", size=size) as opened:
        page = opened.page
        browser.sign_in(page, "dispatcher")
        check(opened)
        press(page, page.get_by_role("button", name="Save"))
        browser.says(page, "Please give the crew a name.")
        keep(page, "crews-fault")
        check(opened)
        type_into(page, page.get_by_label("Name of the crew"), "North")
        tab_to(page, page.get_by_label("crew", exact=True))
        page.keyboard.press("Space")
        type_into(page, page.get_by_label("Skills"), "asphalt, chainsaw")
        press(page, page.get_by_role("button", name="Save"))
        browser.says(page, "The crew is saved.", part="body")
        keep(page, "crews")
        check(opened)
        press(page, page.get_by_role("link", name="North"))
        expect(page.get_by_role("heading", name="North", level=1)).to_be_visible()
        check(opened)
        type_into(page, page.get_by_label("Vehicle"), "Truck 7")
        press(page, page.get_by_role("button", name="Save"))
        browser.says(page, "The crew is saved.", part="body")
    made = Crew.objects.get()
    assert (made.vehicle, made.skills) == ("Truck 7", ["asphalt", "chainsaw"])
    assert [user.pk for user in made.members.all()] == [city.crew.id]


@pytest.mark.parametrize("size", browser.SIZES)
def test_work_that_comes_again_is_said_and_stopped(
    live_server: LiveServer, city: small_city.City, size: Size
) -> None:
    draft = CrewDraft(name="North")
    crews.save(draft, agency_id=city.streets.pk, by=city.dispatcher, at=clock.now())
    with browser.open_page(f"{live_server.url}/agency/orders/recurring", size=size) as opened:
        page = opened.page
        browser.sign_in(page, "dispatcher")
        check(opened)
        press(page, page.get_by_role("button", name="Save"))
        browser.says(page, "Please give a place.")
        keep(page, "recurring-fault")
        check(opened)
        type_into(page, page.get_by_label("What is to be done?"), "Sweep the market")
        type_into(page, page.get_by_label("Places"), "Market Square")
        tab_to(page, page.get_by_label("Monday"))
        page.keyboard.press("Space")
        type_into(page, page.get_by_label("Crew", exact=True), "North")
        press(page, page.get_by_role("button", name="Save"))
        browser.says(page, "The work orders of the next four weeks are made.", part="body")
        browser.says(page, "Sweep the market, North")
        keep(page, "recurring")
        check(opened)
        press(page, page.get_by_role("button", name="Stop it"))
        browser.says(page, "It does not come again.", part="body")
        check(opened)
    assert not RecurringWork.objects.get().active


@pytest.fixture
def returned(city: small_city.City) -> None:
    """Three potholes of one district that ended with another team."""
    layer = AreaLayer.objects.create(code="districts", name="Districts", kind="partition")
    shape = shapely.to_wkb(shapely.box(-76.7, 39.2, -76.5, 39.4))
    Area.objects.create(layer=layer, code="1", name="First District", shape=shape)
    AREAS.bump()
    at = clock.now() - timedelta(hours=3)
    for _n in range(3):
        pk = submit(small_city.draft(), by=resident(), at=at).request_id
        return_work(pk, reason="another_agency", words="", by=city.crew, at=at)
        work.transfer(pk, team_code="mains", reason="Theirs", by=city.supervisor, at=at)
    for event in Event.objects.filter(kind__in=["returned", "transferred"]):
        moves.note(event)


@pytest.mark.usefixtures("returned")
@pytest.mark.parametrize("size", browser.SIZES)
def test_a_rule_is_tried_proposed_and_applied(live_server: LiveServer, size: Size) -> None:
    with browser.open_page(f"{live_server.url}/agency/rules", size=size) as opened:
        page = opened.page
        browser.sign_in(page, "manager")
        check(opened)
        type_into(page, page.get_by_label("Service", exact=True), "Pothole")
        type_into(page, page.get_by_label("Area", exact=True), "First")
        type_into(page, page.get_by_label("Team", exact=True), "Mains")
        press(page, page.get_by_role("button", name="See its effect"))
        browser.says(page, "What this rule would have changed")
        browser.says(page, "Pothole · First District → Mains")
        expect(page.get_by_label("Area", exact=True)).to_have_value("districts/1")
        keep(page, "rules-effect")
        check(opened)
        type_into(page, page.get_by_label("Why", exact=True), "Burst pipes")
        press(page, page.get_by_role("button", name="Propose it"))
        browser.says(page, "Proposed. An administrator decides.", part="body")
        keep(page, "rules-proposed")
        check(opened)
        page.context.clear_cookies()
        page.goto(f"{live_server.url}/agency/rules")
        browser.sign_in(page, "administrator")
        check(opened)
        press(page, page.get_by_role("button", name="Apply the rule"))
        browser.says(page, "The rule holds from now on.", part="body")
        check(opened)
    assert RoutingRule.objects.get(service__code="pothole").team.code == "mains"
