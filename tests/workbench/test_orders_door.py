"""Work orders and the day plan at the agencies' door."""

import html
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from citycall.work_orders.actions import crews, orders
from citycall.work_orders.actions.crews import CrewDraft
from citycall.work_orders.actions.orders import Draft
from citycall.work_orders.models import Crew, OrderState, WorkOrder
from tests.city import NOW, City
from tests.workbench.conftest import Desk, row

TODAY = date(2026, 3, 2)
Sit = Callable[[str], Desk]
Report = Callable[..., str]


@pytest.fixture
def crew(city: City) -> Crew:
    draft = CrewDraft(
        name="North", member_ids=[city.crew.id or 0], skills=["asphalt"], longitude=-76.6,
        latitude=39.29,
    )  # fmt: skip
    return crews.save(draft, agency_id=city.streets.pk, by=city.dispatcher, at=NOW)


def make(city: City, *numbers: str, **changes: Any) -> WorkOrder:
    return orders.make(
        Draft(**{"title": "Fill the hole", **changes}),
        agency_id=city.streets.pk,
        request_ids=[row(number).pk for number in numbers],
        by=city.dispatcher,
        at=NOW,
    )


def new(client: Client, **values: str) -> Any:
    form = {"title": "Fill", "minutes": "30", "announced": "on", **values}
    return client.post("/agency/orders/new", form)


def test_an_order_is_made_from_a_request_planned_and_done(
    sit: Sit, crew: Crew, report: Report
) -> None:
    number = report()
    desk = sit("dispatcher")
    assert number in desk.get("/agency/orders/new", request=number).content.decode()
    materials = "Asphalt; 2,5; t\nCones"
    answer = new(desk.client, requests=number, materials=materials, checklist="Swept")
    made = WorkOrder.objects.get()
    assert answer.url == f"/agency/orders/{made.pk}"
    assert made.materials == [
        {"name": "Asphalt", "amount": 2.5, "unit": "t"},
        {"name": "Cones", "amount": 1.0, "unit": ""},
    ]
    plan = {"plan-crew": crew.pk, "plan-day": "2026-03-02"}
    assert desk.client.post(f"/agency/orders/{made.pk}/plan", plan).status_code == 302
    finish = {"finish-outcome": "fixed", "finish-explanation": "Filled.", "finish-done": "on"}
    worker = sit("crew").client
    assert worker.post(f"/agency/orders/{made.pk}/start").status_code == 302
    assert worker.post(f"/agency/orders/{made.pk}/finish", finish).status_code == 302
    made.refresh_from_db()
    assert made.state == OrderState.DONE
    assert row(number).status == "completed"


def test_the_pages_of_a_list_keep_its_filters(sit: Sit, city: City) -> None:
    WorkOrder.objects.bulk_create(
        WorkOrder(agency=city.streets, title=f"Order {n}", made_at=NOW, changed_at=NOW)
        for n in range(51)
    )
    desk = sit("dispatcher")
    page = desk.get("/agency/orders", state="open", words="Order").content.decode()
    (older,) = re.findall(r'rel="next" href="([^"]+)"', page)
    assert older.startswith("/agency/orders?state=open&amp;words=Order&amp;older=")
    assert "Order 0" in desk.client.get(html.unescape(older)).content.decode()


def test_a_fault_keeps_what_was_typed(sit: Sit, city: City) -> None:
    answer = new(sit("dispatcher").client, title="", instructions="Mind the dog.")
    assert answer.status_code == 422
    assert "Mind the dog." in answer.content.decode()
    assert "Please say what is to be done." in answer.content.decode()


def test_without_a_photo_that_is_asked_for_the_request_stays_open_and_both_read_why(
    sit: Sit, city: City, report: Report
) -> None:
    number = report("graffiti")
    made = make(city, number)
    finish = {"finish-outcome": "fixed", "finish-explanation": "Washed."}
    answer = sit("dispatcher").client.post(f"/agency/orders/{made.pk}/finish", finish)
    assert answer.status_code == 409
    assert "needs a photo" in answer.content.decode()
    assert row(number).status == "new"
    assert "needs a photo" in sit("dispatcher").get("/agency/orders").content.decode()
    sit("dispatcher").client.post(f"/agency/orders/{made.pk}/seen")
    assert "needs a photo" not in sit("dispatcher").get("/agency/orders").content.decode()


def test_the_plan_shows_load_and_moves_stops_by_buttons(
    sit: Sit, city: City, crew: Crew, report: Report
) -> None:
    desk = sit("dispatcher")
    far = make(city, title="Far", longitude=-76.5, latitude=39.29, place="Far", minutes=300)
    near = make(city, title="Near", longitude=-76.59, latitude=39.29, place="Near", minutes=300)
    assert "Plan for this day" in desk.get("/agency/day").content.decode()
    for each in (far, near):
        put = {"order": each.pk, "crew": crew.pk, "day": "2026-03-02"}
        desk.client.post("/agency/day/put", put)
    page = desk.get("/agency/day", day="2026-03-02").content.decode()
    assert "minutes too much" in page
    assert page.index("Far") < page.index("Near")
    seen = f"{far.pk},{near.pk}"
    arrange = {"crew": crew.pk, "day": "2026-03-02", "seen": seen}
    answer = desk.client.post("/agency/day/arrange", arrange, follow=True)
    assert "The stops are in a better order" in answer.content.decode()
    move = {"order": near.pk, "day": "2026-03-02", "down": "1"}
    answer = desk.client.post("/agency/day/move", move, follow=True)
    assert "autofocus" in answer.content.decode()
    assert [o.pk for o in WorkOrder.objects.order_by("turn")] == [far.pk, near.pk]
    desk.client.post("/agency/day/put", {"order": far.pk, "day": "2026-03-02", "off": "1"})
    far.refresh_from_db()
    assert far.state == OrderState.OPEN


def test_a_crew_without_the_skill_is_not_offered(sit: Sit, city: City, crew: Crew) -> None:
    make(city, skills=["chainsaw"])
    page = sit("dispatcher").get("/agency/day").content.decode()
    assert "No crew has the skills for it." in page


@pytest.mark.parametrize(
    ("who", "page", "status"),
    [
        ("crew", "/agency/orders", 200),
        ("crew", "/agency/day", 200),
        ("crew", "/agency/orders/new", 403),
        ("call-taker", "/agency/orders", 200),
        ("analyst", "/agency/orders", 403),
        ("analyst", "/agency/day", 403),
        ("outsider", "/agency/orders/{order}", 403),
        ("crew", "/agency/orders/{order}", 200),
    ],
)
def test_who_may_see_what(sit: Sit, city: City, who: str, page: str, status: int) -> None:
    made = make(city)
    assert sit(who).get(page.format(order=made.pk)).status_code == status


@pytest.mark.parametrize("path", ["move", "put", "arrange"])
def test_a_crew_does_not_plan(sit: Sit, city: City, crew: Crew, path: str) -> None:
    made = make(city)
    asked = {"order": made.pk, "crew": crew.pk, "day": "2026-03-02", "up": "1"}
    assert sit("crew").client.post(f"/agency/day/{path}", asked).status_code == 403


@pytest.mark.usefixtures("_quiet_snapshots")
def test_pages_cost_no_more_queries_with_more_orders(
    sit: Sit, city: City, crew: Crew, report: Report, django_assert_max_num_queries: Any
) -> None:
    desk = sit("dispatcher")
    for n in range(6):
        made = make(city, report(), title=f"Order {n}")
        if n % 2:
            put = {"order": made.pk, "crew": crew.pk, "day": "2026-03-02"}
            desk.client.post("/agency/day/put", put)
    for page, most in (("/agency/orders", 10), ("/agency/day", 14)):
        desk.get(page)
        with django_assert_max_num_queries(most):
            desk.get(page)


def test_a_crew_is_made_and_changed(sit: Sit, city: City) -> None:
    desk = sit("dispatcher")
    told = {"name": "South", "skills": "asphalt, Signs", "begins": "07:00", "minutes": "400"}
    told |= {"members": str(city.crew.id), "active": "on"}
    assert desk.client.post("/agency/crews", told).status_code == 302
    made = Crew.objects.get()
    assert (made.name, made.skills, made.minutes) == ("South", ["asphalt", "signs"], 400)
    assert desk.client.post("/agency/crews", told).status_code == 422
    assert desk.client.post(f"/agency/crews/{made.pk}", told | {"active": ""}).status_code == 302
    assert not Crew.objects.get().active
    assert sit("crew").get("/agency/crews").status_code == 403
    assert sit("outsider").get(f"/agency/crews/{made.pk}").status_code == 403


def test_work_that_comes_again_is_said_and_stopped(sit: Sit, city: City, crew: Crew) -> None:
    client = sit("dispatcher").client
    told = {"title": "Sweep", "places": "North Park\nSouth Park", "every": "1", "unit": "weeks"}
    told |= {"weekdays": "2", "day": "1", "begins": "2026-03-02", "minutes": "30"}
    told |= {"crew": str(crew.pk)}
    without = {name: value for name, value in told.items() if name != "weekdays"}
    answer = client.post("/agency/orders/recurring", without)
    assert "Please choose a day of the week." in answer.content.decode()
    assert client.post("/agency/orders/recurring", told).status_code == 302
    assert WorkOrder.objects.filter(crew=crew).count() == 8
    page = client.get("/agency/orders/recurring").content.decode()
    assert "March 3, 2026" in page
    again = WorkOrder.objects.first()
    assert again is not None
    client.post(f"/agency/orders/recurring/{again.recurring_id}/stop")
    assert not WorkOrder.objects.filter(ending="").exists()
