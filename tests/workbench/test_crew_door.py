"""The crew's phone at the door: its day, its steps, and who it is."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from citycall.core.actors import SYSTEM
from citycall.service_requests import photos
from citycall.service_requests.actions import merge, tell_more, work
from citycall.service_requests.models import Attachment, ServiceRequest
from citycall.work_orders.actions import crews, orders, plan
from citycall.work_orders.actions.crews import CrewDraft
from citycall.work_orders.actions.orders import Draft
from citycall.work_orders.models import Crew, OrderState, Step, WorkOrder
from tests.city import NOW, City
from tests.workbench.conftest import row
from tests.workbench.phone import Phone, step
from tests.workbench.pictures import jpeg

TODAY = date(2026, 3, 2)
Report = Callable[..., str]


@pytest.fixture
def crew(city: City) -> Crew:
    draft = CrewDraft(name="North", member_ids=[city.crew.id or 0], longitude=-76.6, latitude=39.29)
    return crews.save(draft, agency_id=city.streets.pk, by=city.dispatcher, at=NOW)


@pytest.fixture
def planned(city: City, crew: Crew) -> Callable[..., WorkOrder]:
    def made(*numbers: str, **changes: Any) -> WorkOrder:
        made = orders.make(
            Draft(**{"title": "Fill the hole", **changes}),
            agency_id=city.streets.pk,
            request_ids=[row(number).pk for number in numbers],
            by=city.dispatcher,
            at=NOW,
        )
        return plan.plan(made.pk, crew_id=crew.pk, day=TODAY, by=city.dispatcher, at=NOW)

    return made


def test_the_day_has_what_a_crew_needs_and_no_contact(
    report: Report, planned: Callable[..., WorkOrder]
) -> None:
    number = report()
    planned(number, materials=[{"name": "Asphalt", "amount": 1, "unit": "t"}], checklist=["Cones"])
    answer = Phone().day()
    told = answer.json()
    (stop,) = told["stops"]
    assert stop["title"] == "Fill the hole"
    assert stop["requests"][0]["number"] == number
    assert stop["requests"][0]["words"] == "A deep hole in the right lane."
    assert stop["navigate"]["app"].startswith("geo:39.29")
    assert "39.290000" in stop["navigate"]["web"]
    assert [outcome["code"] for outcome in stop["outcomes"]] == ["fixed", "not-found"]
    assert "Pat Doe" not in answer.content.decode()
    assert "pat@example.org" not in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]


def photograph(number: str, color: str) -> Attachment:
    kept = photos.keep(SimpleUploadedFile("told.jpg", jpeg(60, 40, color)))
    stage, at = Attachment.Stage.REPORT, NOW
    return tell_more.add_photo(row(number).pk, photo=kept, stage=stage, by=SYSTEM, at=at)


def test_the_reporters_photos_of_a_stop_are_told_a_few_and_small(
    report: Report, planned: Callable[..., WorkOrder]
) -> None:
    number = report()
    planned(number)
    colors = ("red", "green", "blue", "white", "black")
    taken = [photograph(number, color) for color in colors]
    tell_more.add_photo(
        row(number).pk, photo=photos.keep(SimpleUploadedFile("a.jpg", jpeg(color="gold"))),
        stage=Attachment.Stage.AFTER, by=SYSTEM, at=NOW,
    )  # fmt: skip
    phone = Phone()
    told = [each["src"] for each in phone.day().json()["stops"][0]["photos"]]
    paths = [address.partition("?")[0] for address in told]
    assert paths == [f"/photos/{photo.pk}/small" for photo in taken[:4]]
    assert phone.client.get(told[0]).status_code == 200


def test_a_photo_that_was_blurred_has_another_address(
    report: Report, planned: Callable[..., WorkOrder]
) -> None:
    number = report()
    planned(number)
    photo = photograph(number, "red")
    phone = Phone()
    before = phone.day().json()["stops"][0]["photos"]
    blurred = photos.keep(SimpleUploadedFile("b.jpg", jpeg(color="gray")))
    Attachment.objects.filter(pk=photo.pk).update(thumbnail=blurred.thumbnail)
    assert phone.day().json()["stops"][0]["photos"] != before


def test_photos_of_a_request_that_the_crew_may_not_read_are_not_told(
    city: City, report: Report, planned: Callable[..., WorkOrder]
) -> None:
    number = report()
    planned(number)
    photograph(number, "red")
    work.transfer(row(number).pk, team_code="mains", reason="A pipe.", by=city.dispatcher, at=NOW)
    assert Phone().day().json()["stops"][0]["photos"] == []


def test_steps_are_taken_in_their_order_and_each_once(
    report: Report, planned: Callable[..., WorkOrder]
) -> None:
    number = report()
    order = planned(number)
    finished = {"outcome": "fixed", "explanation": "Filled."}
    steps = [
        step(order, "start", "a", number),
        step(order, "after", "b", number),
        step(order, "finish", "c", number, finished=finished),
    ]
    phone = Phone()
    for _twice in range(2):
        answer = phone.hand_over(*steps, b=jpeg(40, 30, "seagreen")).json()
        assert [result["state"] for result in answer["results"]] == ["done"] * 3
        assert answer["stops"][0]["state"] == "done"
    assert Step.objects.count() == 3
    assert Attachment.objects.count() == 1
    assert row(number).status == "completed"


def test_one_step_that_cannot_be_taken_does_not_hold_up_the_others(
    report: Report, planned: Callable[..., WorkOrder]
) -> None:
    order, other = planned(report()), planned(report())
    answer = Phone().hand_over(
        step(order, "finish", "a"),
        step(order, "dance", "b"),
        {"key": "c"},
        step(order, "after", "d"),
        step(other, "start", "e"),
    )
    told = {result["key"]: result for result in answer.json()["results"]}
    assert [told[key]["state"] for key in "abcd"] == ["refused"] * 4
    assert told["e"]["state"] == "partly"
    assert "outcome" in told["a"]["faults"]


def test_a_request_merged_meanwhile_is_told_to_the_crew_and_stays_told(
    city: City, report: Report, planned: Callable[..., WorkOrder]
) -> None:
    number, parent = report(), report()
    order = planned(number)
    sent = step(
        order, "finish", "a", number, finished={"outcome": "fixed", "explanation": "Filled."}
    )
    merge.merge(row(number).pk, parent_id=row(parent).pk, by=city.dispatcher, at=NOW)
    answer = Phone().hand_over(sent).json()
    assert answer["results"][0]["state"] == "partly"
    assert parent in answer["results"][0]["sentences"][0]
    assert answer["told"][0]["key"] == "a"
    assert ServiceRequest.objects.get(pk=row(parent).pk).status == "new"


def test_a_phone_whose_clock_is_wrong_is_put_right(
    planned: Callable[..., WorkOrder], report: Report
) -> None:
    order = planned(report())
    phone = Phone()
    token = phone.day().json()["token"]
    late = NOW + timedelta(days=400)
    sent = [{**step(order, "start", "a"), "at": (late - timedelta(minutes=10)).isoformat()}]
    body = {"steps": json.dumps(sent), "now": late.isoformat()}
    phone.client.post("/crew/sync", body, headers={"X-CSRFToken": token})
    assert Step.objects.get().at == NOW + timedelta(minutes=50)


def test_who_is_signed_out_is_asked_to_sign_in_and_keeps_the_steps(
    planned: Callable[..., WorkOrder], report: Report
) -> None:
    order = planned(report())
    assert Phone("").day().status_code == 401
    answer = Phone("").client.post("/crew/sync", {"steps": "[]", "now": NOW.isoformat()})
    assert answer.status_code in {401, 403}
    order.refresh_from_db()
    assert order.state == OrderState.PLANNED


def test_without_the_sessions_token_nothing_is_taken(
    planned: Callable[..., WorkOrder], report: Report
) -> None:
    order = planned(report())
    sent = {"steps": json.dumps([step(order, "start", "a")]), "now": NOW.isoformat()}
    assert Phone().client.post("/crew/sync", sent).status_code == 403
    assert not Step.objects.exists()


@pytest.mark.parametrize("steps", ["", "{}", "[1]", "[" * 5_000, "null"])
def test_what_is_no_list_of_steps_is_said_so(crew: Crew, steps: str) -> None:
    phone = Phone()
    token = phone.day().json()["token"]
    body = {"steps": steps, "now": NOW.isoformat()}
    answer = phone.client.post("/crew/sync", body, headers={"X-CSRFToken": token})
    assert answer.status_code == 400


def test_another_agency_tells_nothing(planned: Callable[..., WorkOrder], report: Report) -> None:
    order = planned(report())
    answer = Phone("outsider").hand_over(step(order, "start", "a"))
    assert answer.json()["results"][0]["state"] == "refused"
    assert answer.json()["stops"] == []


def test_the_page_is_the_same_for_everybody(city: City) -> None:
    one, other = Phone().client.get("/crew"), Client().get("/crew")
    assert one.status_code == 200
    assert one.content == other.content
    worker = Client().get(reverse("workbench:crew-worker"))
    assert worker.headers["Content-Type"].startswith("text/javascript")


@pytest.mark.usefixtures("_quiet_snapshots")
def test_a_full_day_costs_no_more_queries_than_a_short_one(
    report: Report,
    planned: Callable[..., WorkOrder],
    django_assert_max_num_queries: Any,
) -> None:
    for _n in range(8):
        planned(report(), report())
    phone = Phone()
    phone.day()
    with django_assert_max_num_queries(14):
        assert len(phone.day().json()["stops"]) == 8
