"""POST requests: what is made of it, and what is answered."""

import json

import pytest
from django.test import Client

from citycall.core import numbers
from citycall.core.models import Event
from citycall.service_requests.models import Channel, Report, ServiceRequest
from citycall.service_requests.policies import READ_SCOPE
from tests.city import City
from tests.open311.posting import (
    BASE,
    GOOD,
    POINT,
    POST,
    faults,
    new_key,
    offer,
    post,
    post_form,
    taken,
    xml,
)


@pytest.fixture
def key(city: City) -> str:
    return new_key()


def test_a_report_becomes_a_request(key: str) -> None:
    told = taken(post(key))
    made = ServiceRequest.objects.get(pk=int(told["service_request_id"]))
    assert made.service.code == "pothole"
    assert (made.longitude, made.latitude) == (-76.6, 39.29)
    report = made.reports.get()
    assert (report.words, report.channel) == ("A deep hole.", Channel.OPEN311)


def test_the_answer_has_the_id_as_text_and_no_token(key: str) -> None:
    told = taken(post(key))
    assert set(told) == {"service_request_id", "service_notice", "account_id"}
    assert isinstance(told["service_request_id"], str)
    assert told["account_id"] is None


def test_the_notice_tells_number_link_and_date(key: str, settings) -> None:
    settings.PUBLIC_URL = "https://311.example"
    told = taken(post(key))
    number = numbers.show(Report.objects.get().number)
    assert number in told["service_notice"]
    assert f"https://311.example/r/{number}" in told["service_notice"]
    promised = ServiceRequest.objects.get().promised_at
    assert promised is not None
    assert str(promised.year) in told["service_notice"]


def test_nothing_is_promised_where_the_service_promises_nothing(key: str) -> None:
    offer(
        {
            "code": "bench",
            "name": "Bench",
            "group": "Parks",
            "agency": "streets",
            "team": "cleaning",
            "outcomes": ["fixed"],
        }
    )
    assert "expect" not in taken(post(key, service_code="bench"))["service_notice"]


def test_xml_is_answered_in_xml(key: str) -> None:
    answer = Client().post(f"{BASE}/requests.xml", {"api_key": key, **GOOD})
    root = xml(answer)
    assert answer.content.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
    assert root.tag == "service_requests"
    (request,) = root
    assert request.tag == "request"
    assert request.findtext("service_request_id") == str(ServiceRequest.objects.get().pk)
    assert request.find("token") is None


@pytest.mark.parametrize("where", ["query", "form", "bearer", "json"])
def test_the_key_is_found_wherever_it_is(key: str, where: str) -> None:
    client = Client()
    if where == "query":
        answer = client.post(f"{POST}?api_key={key}", GOOD)
    elif where == "form":
        answer = client.post(POST, {**GOOD, "api_key": key})
    elif where == "bearer":
        answer = client.post(POST, GOOD, headers={"authorization": f"Bearer {key}"})
    else:
        answer = client.post(POST, {**GOOD, "api_key": key}, content_type="application/json")
    assert taken(answer)["service_request_id"]


@pytest.mark.parametrize("wrong", [{}, {"api_key": "not a key"}, {"api_key": ""}])
def test_without_a_good_key_nothing_is_taken(city: City, wrong: dict[str, str]) -> None:
    answer = Client().post(POST, {**GOOD, **wrong})
    assert answer.status_code == 403
    (fault,) = json.loads(answer.content)
    assert fault["code"] == 403
    assert not ServiceRequest.objects.exists()


def test_a_key_that_may_not_report_is_refused(city: City) -> None:
    assert post(new_key(READ_SCOPE)).status_code == 403


def test_json_is_taken_as_a_form_is(key: str) -> None:
    offer()
    body = {
        "api_key": key,
        "service_code": "tree",
        "lat": 39.29,
        "long": -76.6,
        "description": "Fallen.",
        "attribute": {"size": "large", "blocks": ["lane", "door"], "height": 7},
    }
    answer = Client().post(POST, json.dumps(body), content_type="application/json")
    made = taken(answer)
    report = Report.objects.get(service_request_id=made["service_request_id"])
    assert report.answers == {"size": "large", "blocks": ["lane", "door"], "height": 7}


def test_uploads_and_fields_come_in_one_form(key: str) -> None:
    answer = Client().post(POST, {"api_key": key, **GOOD})
    assert answer.request["CONTENT_TYPE"].startswith("multipart/form-data")
    assert taken(answer)


def test_parameters_in_the_address_are_taken_too(key: str) -> None:
    answer = Client().post(
        f"{POST}?service_code=pothole&lat=39.29&long=-76.6",
        f"api_key={key}&description=Deep",
        content_type="application/x-www-form-urlencoded",
    )
    taken(answer)
    assert Report.objects.get().words == "Deep"


def test_a_body_without_a_type_is_read_as_a_form(key: str) -> None:
    body = f"api_key={key}&service_code=pothole&lat=39.29&long=-76.6"
    taken(Client().post(f"{POST}?api_key={key}", body, content_type="text/plain"))


def test_markup_in_a_description_stays_text(key: str) -> None:
    words = "<b>Deep</b> & <script>alert(1)</script>"
    taken(post(key, description=words))
    assert Report.objects.get().words == words


def test_who_reports_is_kept_apart_and_not_answered(key: str) -> None:
    answer = post(
        key,
        first_name="Pat",
        last_name="Doe",
        email="pat@example.org",
        phone="410-555-0123",
        device_id="tt222111",
        account_id="123456",
    )
    told = taken(answer)
    contact = Report.objects.get().contact
    assert contact is not None
    assert (contact.name, contact.email) == ("Pat Doe", "pat@example.org")
    for personal in (b"Pat", b"pat@", b"0123", b"tt222111", b"123456"):
        assert personal not in answer.content
    for event in Event.objects.filter(subject_id=int(told["service_request_id"])):
        assert "Pat" not in f"{event.data}{event.words}{event.actor_name}"


def test_reading_it_back_shows_nothing_personal(key: str) -> None:
    made = taken(post(key, first_name="Pat", last_name="Doe", email="pat@example.org"))
    address = f"{BASE}/requests/{made['service_request_id']}.json?extensions=true"
    answer = Client().get(address)
    assert answer.status_code == 200
    number = numbers.show(Report.objects.get().number)
    for personal in ("Pat", "Doe", "pat@example.org", number, number.replace("-", "")):
        assert personal not in answer.content.decode()


def test_an_unknown_service_is_not_found(key: str) -> None:
    answer = post(key, service_code="no-such")
    assert answer.status_code == 404
    assert faults(answer) == ["service_code: There is no such service."]


def test_a_missing_service_is_a_bad_request(key: str) -> None:
    answer = post(key, {**POINT})
    assert answer.status_code == 400
    assert faults(answer) == ["service_code: Please send the code of a service."]


def test_a_service_in_capitals_is_known(key: str) -> None:
    assert taken(post(key, service_code="POTHOLE"))


def test_a_retired_service_is_not_found(key: str) -> None:
    offer(retired=True)
    assert post(key, service_code="tree", **{"attribute[size]": "small"}).status_code == 404


def test_another_jurisdiction_does_not_take_it(key: str, settings) -> None:
    settings.CITYCALL_JURISDICTIONS = ["a.example=streets", "b.example=water"]
    assert post(key, jurisdiction_id="b.example").status_code == 404
    assert post(key, jurisdiction_id="c.example").status_code == 404
    assert post(key).status_code == 400
    assert taken(post(key, jurisdiction_id="a.example"))


def test_everything_wrong_is_told_at_once(key: str) -> None:
    offer()
    answer = post(
        key,
        {
            "service_code": "tree",
            "lat": "north",
            "long": "-76.6",
            "email": "nobody",
            "phone": "12",
            "description": "x" * 4001,
            "attribute[size]": "huge",
            "attribute[color]": "green",
        },
    )
    assert answer.status_code == 400
    parameters = {sentence.partition(":")[0] for sentence in faults(answer)}
    assert parameters == {
        "lat",
        "email",
        "phone",
        "description",
        "attribute[size]",
        "attribute[color]",
    }
    assert not ServiceRequest.objects.exists()


def test_an_unknown_service_does_not_hide_other_faults(key: str) -> None:
    answer = post(key, service_code="no-such", email="nobody", lat="x")
    assert {each.partition(":")[0] for each in faults(answer)} == {"service_code", "email", "lat"}


def test_an_attribute_that_is_required_is_named(key: str) -> None:
    offer()
    (fault,) = faults(post(key, service_code="tree"))
    assert fault.startswith("attribute[size]: ")


def test_a_question_is_required_only_where_it_is_asked(key: str) -> None:
    offer()
    assert taken(post(key, service_code="tree", **{"attribute[size]": "small"}))
    (fault,) = faults(post(key, service_code="tree", **{"attribute[size]": "large"}))
    assert fault.startswith("attribute[height]: ")


@pytest.mark.parametrize(
    "sent",
    [
        "attribute[blocks][]=lane&attribute[blocks][]=door",
        "attribute[blocks]=lane&attribute[blocks]=door",
        "attribute[blocks][0]=lane&attribute[blocks][1]=door",
        "attribute%5Bblocks%5D%5B%5D=lane&attribute%5Bblocks%5D%5B%5D=door",
        "attribute[blocks]=lane,door",
        "attributes[blocks][]=lane&attributes[blocks][]=door",
        "attribute.blocks=lane&attribute.blocks=door",
        "attribute[blocks][]=door&attribute[blocks][]=&attribute[blocks][]=lane",
    ],
)
def test_several_values_come_in_every_accent(key: str, sent: str) -> None:
    offer()
    body = f"service_code=tree&lat=39.29&long=-76.6&attribute[size]=small&{sent}"
    taken(post_form(key, body))
    assert Report.objects.get().answers == {"size": "small", "blocks": ["lane", "door"]}


def test_an_empty_attribute_is_an_absent_one(key: str) -> None:
    offer()
    body = "service_code=tree&lat=39.29&long=-76.6&attribute[size]=small&attribute[height]="
    taken(post_form(key, body))
    assert Report.objects.get().answers == {"size": "small"}


def test_a_service_that_needs_a_contact_says_so(key: str) -> None:
    answer = post(key, service_code="water-leak", **{"attribute[amount]": "drip"})
    (fault,) = faults(answer)
    assert fault.startswith("email: ")


def test_a_stop_is_told_before_the_report_is_taken(key: str) -> None:
    told = {
        "service_code": "water-leak",
        "email": "pat@example.org",
        "attribute[amount]": "gush",
    }
    (fault,) = faults(post(key, **told))
    assert "Call 911 if it is dangerous." in fault
    assert not ServiceRequest.objects.exists()
    assert taken(post(key, **told, stop_read="true"))


def test_null_characters_are_a_fault_of_their_parameter(key: str) -> None:
    (fault,) = faults(post(key, description="deep\x00hole"))
    assert fault.startswith("description: ")


def test_words_of_danger_are_answered_with_what_to_do_first(key: str) -> None:
    told = taken(post(key, description="My neighbor's kitchen is on fire"))
    assert told["service_notice"].startswith("If something is burning")
