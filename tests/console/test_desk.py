"""The one screen of a call-taker."""

import pytest
from django.test import Client

from citycall.accounts.models import User
from citycall.calls import storm
from citycall.calls.actions import flow
from citycall.calls.models import Call, Disposition, Touch
from citycall.catalog.actions import save_service
from citycall.catalog.specs import ServiceSpec
from citycall.core import clock, numbers
from citycall.core.actors import SYSTEM, resident
from citycall.knowledge.specs import AlertSpec
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.drafts import ContactDetails
from citycall.service_requests.models import Channel, Report
from tests import city as small_city
from tests.console.conftest import Send
from tests.web import town

pytestmark = pytest.mark.django_db

GOOD = {
    "words": "A deep hole in the right lane.",
    "service": "pothole",
    "place": "1200 E Monument St",
    "name": "Pat Doe",
    "phone": "410-555-0123",
}


def test_without_a_call_it_says_what_to_do(taker: Client) -> None:
    page = taker.get("/console").content.decode()
    assert "Nobody is on the line" in page
    assert "F2" in page


def test_it_is_for_the_call_centre_only(client: Client, city: small_city.City) -> None:
    assert client.get("/console").status_code == 302
    client.force_login(User.objects.get(username="crew"))
    assert client.get("/console").status_code == 403


def test_who_calls_is_shown_before_a_word_is_spoken(taker: Client, city: small_city.City) -> None:
    told = small_city.draft(contact=ContactDetails(name="Rosa Díaz", phone="+14105550199"))
    submit(told, by=resident(), at=small_city.NOW)
    call = flow.arrive(switch="sip", switch_id="1", phone="+14105550199", by=SYSTEM, at=clock.now())
    flow.offer(call.pk, taker_id=city.call_taker.id, by=SYSTEM, at=clock.now())
    assert "Answer" in taker.get("/console/strip").content.decode()
    taker.post(f"/console/calls/{call.pk}/take")
    page = taker.get(f"/console?call={call.pk}").content.decode()
    assert 'value="Rosa Díaz"' in page
    assert "Pothole" in page


def test_every_keeping_answers_with_what_the_words_bring_up(send: Send) -> None:
    told = send(words="a pothole in the road", place="1200 E Monument St").json()
    assert told["revision"] == 1
    assert 'value="pothole"' in told["parts"]["services"]


def test_what_was_kept_is_there_again(taker: Client, call: Call, send: Send) -> None:
    send(words="half a sen", place="corner of", answers={"x": "y"})
    page = taker.get("/console").content.decode()
    assert "half a sen</textarea>" in page
    assert 'value="corner of"' in page


def test_words_of_danger_come_before_anything(send: Send) -> None:
    parts = send(words="I smell gas in the basement").json()["parts"]
    assert "is anyone in danger" in parts["caution"]
    refused = send("save", **{**GOOD, "words": "I smell gas in the basement"})
    assert refused.status_code == 422
    assert "caution" in refused.json()["faults"]
    judged = {**GOOD, "words": "I smell gas in the basement", "no_danger": ["gas"]}
    assert send("save", **judged).status_code == 200


def test_a_request_is_made_and_its_number_read_back(send: Send, call: Call) -> None:
    answer = send("save", **GOOD)
    assert answer.status_code == 200
    report = Report.objects.get()
    assert answer.json()["number"] == numbers.show(report.number)
    assert (report.channel, report.words) == (Channel.PHONE, GOOD["words"])
    assert report.contact is not None
    assert report.contact.phone == "+14105550123"
    touch = Touch.objects.get()
    assert (touch.kind, touch.request_id) == (Touch.Kind.MADE, report.service_request_id)
    names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    digit = names[report.number % 10]
    assert digit in answer.json()["receipt"]


def test_saving_the_same_twice_is_one_report(send: Send) -> None:
    first, second = send("save", **GOOD), send("save", **GOOD)
    assert first.json()["number"] == second.json()["number"]
    assert Report.objects.count() == 1


def test_a_second_matter_is_another_report(send: Send) -> None:
    following = send("save", **GOOD).json()["content"]
    assert following["name"] == "Pat Doe"
    assert following["words"] == ""
    assert send("save", **{**following, **GOOD, "words": "And another."}).status_code == 200
    assert Report.objects.count() == 2


def test_faults_are_told_by_field_and_nothing_is_made(send: Send) -> None:
    answer = send("save", **{**GOOD, "place": "", "email": "no address"})
    assert answer.status_code == 422
    assert set(answer.json()["faults"]) >= {"location", "email"}
    assert not Report.objects.exists()


def test_a_stop_has_to_be_read_first(send: Send) -> None:
    asked = {"service": "water-leak", "place": "1200 Monument St", "answers": {"amount": "gush"}}
    told = {**GOOD, **asked}
    refused = send("save", **told)
    assert refused.status_code == 422
    assert "stop_read" in refused.json()["faults"]
    assert send("save", **told, stop_read=True).status_code == 200


def test_a_report_joins_what_is_known(send: Send, city: small_city.City) -> None:
    known = submit(small_city.draft(), by=resident(), at=small_city.NOW)
    answer = send("save", **GOOD, joins=str(known.request_id))
    assert answer.status_code == 200
    assert Report.objects.filter(service_request_id=known.request_id).count() == 2
    assert Touch.objects.get().kind == Touch.Kind.JOINED


def test_information_only_takes_one_form_that_is_ready(taker: Client, call: Call) -> None:
    page = taker.get("/console").content.decode()
    assert 'value="information" checked autofocus' in page
    taker.post(f"/console/calls/{call.pk}/wrap-up", {"disposition": "information"})
    call.refresh_from_db()
    assert (call.disposition, call.resolved) == (Disposition.INFORMATION, True)


def test_passing_to_911_is_its_own_disposition(taker: Client, call: Call) -> None:
    taker.post(f"/console/calls/{call.pk}/emergency", "{}", content_type="application/json")
    assert 'value="emergency" checked' in taker.get("/console").content.decode()


def test_taking_another_call_parks_the_one_in_hand(
    taker: Client, call: Call, city: small_city.City
) -> None:
    other = flow.arrive(switch="sip", switch_id="1", by=SYSTEM, at=clock.now())
    flow.offer(other.pk, taker_id=city.call_taker.id, by=SYSTEM, at=clock.now())
    taker.post(f"/console/calls/{other.pk}/take")
    call.refresh_from_db()
    assert call.parked_at is not None


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b'{"revision": -1}', b'{"revision": "1"}', b'{"revision": 1e300}', b"\xff"],
)
def test_what_cannot_be_read_is_refused_in_words(taker: Client, call: Call, body: bytes) -> None:
    answer = taker.post(f"/console/calls/{call.pk}/keep", body, content_type="application/json")
    assert answer.status_code == 400
    assert "cannot be read" in answer.content.decode()


def test_fields_of_another_shape_are_left_out(send: Send) -> None:
    answer = send(words=5, answers=[1], place=None, no_danger="gas", stop_read="x", service="\x01")
    assert answer.status_code == 200


def test_a_null_character_is_refused(send: Send) -> None:
    assert send(words="a\x00b").status_code == 400


def test_keeping_costs_the_same_however_much_is_typed(
    send: Send, django_assert_max_num_queries: object
) -> None:
    send(**GOOD)
    with django_assert_max_num_queries(24):  # type: ignore[operator]
        send(revision=2, **{**GOOD, "words": GOOD["words"] * 20})


def test_beginning_another_parks_the_one_in_hand(taker: Client, call: Call) -> None:
    taker.post("/console/begin", {"medium": "visit"})
    call.refresh_from_db()
    assert call.parked_at is not None


def test_with_two_parked_no_third_is_begun(taker: Client, call: Call) -> None:
    for _n in range(2):
        assert taker.post("/console/begin").status_code == 302
    assert taker.post("/console/begin").status_code == 409


@pytest.mark.parametrize(
    ("name", "home"),
    [("call-taker", "/console"), ("supervisor", "/console/wall"), ("dispatcher", "/agency")],
)
def test_everybody_begins_where_their_work_is(
    client: Client, city: small_city.City, name: str, home: str
) -> None:
    told = {"username": name, "password": "correct horse battery"}
    assert client.post("/sign-in", told).headers["Location"] == home


def test_in_a_storm_reports_of_its_service_join_the_incident(
    send: Send, city: small_city.City
) -> None:
    known = submit(small_city.draft(), by=resident(), at=small_city.NOW)
    told = {"code": "flood", "title": "Floods", "words": "Stay in.", "starts": clock.now()}
    plan = storm.Plan(
        new_alert=AlertSpec.model_validate(told), number=known.number, service="pothole"
    )
    storm.begin(plan, by=city.supervisor, at=clock.now())
    assert send("save", **GOOD).status_code == 200
    assert Report.objects.filter(service_request_id=known.request_id).count() == 2


def test_in_a_storm_only_what_must_be_asked_is_asked(send: Send, city: small_city.City) -> None:
    save_service(spec=ServiceSpec.model_validate(town.LAMP), by=SYSTEM, at=small_city.NOW)
    told = {"words": "It is dark", "service": "lamp-out", "answers": {"lights": "one"}}
    asked = send(**told).json()["parts"]["questions"]
    assert "number on the pole" in asked
    storm.begin(storm.Plan(words="Drill", drill=True), by=city.supervisor, at=clock.now())
    asked = send(revision=2, **told).json()["parts"]["questions"]
    assert "number on the pole" not in asked
    assert "Do wires hang down" in asked
