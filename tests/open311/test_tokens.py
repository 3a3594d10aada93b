"""GET tokens: the id of a request whose answer was never seen."""

import json

import pytest
from django.test import Client

from tests.city import City
from tests.open311.posting import BASE, new_key, post, taken, xml


@pytest.fixture
def key(city: City) -> str:
    return new_key()


def test_the_senders_own_id_leads_to_the_request(key: str) -> None:
    made = taken(post(key, client_request_id="a-1"))
    answer = Client().get(f"{BASE}/tokens/a-1.json?api_key={key}")
    assert json.loads(answer.content) == [
        {"service_request_id": made["service_request_id"], "token": "a-1"}
    ]


def test_xml_has_the_same(key: str) -> None:
    made = taken(post(key, client_request_id="a-1"))
    root = xml(Client().get(f"{BASE}/tokens/a-1.xml?api_key={key}"))
    assert root.tag == "service_requests"
    assert root.findtext("request/service_request_id") == made["service_request_id"]
    assert root.findtext("request/token") == "a-1"


def test_an_unknown_one_is_not_found(key: str) -> None:
    answer = Client().get(f"{BASE}/tokens/nothing.json?api_key={key}")
    assert answer.status_code == 404
    assert json.loads(answer.content)[0]["code"] == 404


def test_somebody_elses_is_not_found(key: str) -> None:
    taken(post(key, client_request_id="a-1"))
    other = new_key(name="Another app")
    assert Client().get(f"{BASE}/tokens/a-1.json?api_key={other}").status_code == 404


def test_without_a_key_nothing_is_told(key: str) -> None:
    taken(post(key, client_request_id="a-1"))
    assert Client().get(f"{BASE}/tokens/a-1.json").status_code == 403


def test_no_cache_keeps_it(key: str) -> None:
    taken(post(key, client_request_id="a-1"))
    answer = Client().get(f"{BASE}/tokens/a-1.json?api_key={key}")
    assert answer["Cache-Control"] == "no-store"
