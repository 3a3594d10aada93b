"""What all calls have in common: formats, keys, jurisdictions, errors, caches, other origins."""

import json
import xml.etree.ElementTree as ET

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from citycall.accounts.actions import issue_key
from citycall.agencies.actions import save_agency
from citycall.agencies.specs import AgencySpec
from citycall.catalog.actions import save_service
from citycall.catalog.specs import ServiceSpec
from citycall.core.actors import SYSTEM
from citycall.service_requests import published
from citycall.service_requests.actions import work
from citycall.service_requests.actions.tell_more import add_note
from citycall.service_requests.policies import READ_SCOPE
from tests.city import NOW, City
from tests.open311.cast import DOOR, answer, get, ids, public_photo, sent

pytestmark = pytest.mark.usefixtures("noon", "city")


@pytest.mark.parametrize(
    ("accepted", "form"),
    [
        ("application/json", "application/json; charset=utf-8"),
        ("text/xml", "text/xml; charset=utf-8"),
        ("*/*", "text/xml; charset=utf-8"),
        ("image/png", "text/xml; charset=utf-8"),
    ],
)
def test_without_an_ending_the_caller_says_which_format(
    settings: Settings, accepted: str, form: str
) -> None:
    settings.MIDDLEWARE = settings.MACHINE_MIDDLEWARE
    response = answer("services", headers={"Accept": accepted})
    assert response.headers["Content-Type"] == form
    assert response.headers["Vary"] == "Accept"


def test_json_has_its_content_type() -> None:
    content_type = answer("services.json").headers["Content-Type"]
    assert content_type == "application/json; charset=utf-8"


@pytest.mark.parametrize("address", ["services.yaml", "requests/1.pdf", "nothing", "tokens"])
def test_unknown_addresses_are_answered_in_the_standards_way(address: str) -> None:
    response = answer(address)
    assert response.status_code == 404
    assert response.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert ET.fromstring(response.content).findtext("error/code") == "404"


def test_an_unknown_address_is_answered_in_the_format_of_its_ending() -> None:
    assert answer("nothing/at/all.json").json()[0]["code"] == 404


def test_an_unknown_key_is_refused() -> None:
    response = answer("services.json", api_key="nonsense")
    assert response.status_code == 403
    assert response.json()[0]["code"] == 403


@pytest.mark.parametrize("way", ["query", "bearer"])
@pytest.mark.usefixtures("one_minute")
def test_a_key_is_read_from_the_address_and_from_the_header(way: str) -> None:
    _key, secret = issue_key(name="App", scopes=[READ_SCOPE], per_minute=1, by=SYSTEM, at=NOW)
    headers = {"Authorization": f"Bearer {secret}"} if way == "bearer" else {}
    asked = {"api_key": secret} if way == "query" else {}
    assert answer("services.json", headers=headers, **asked).status_code == 200
    refused = answer("services.json", headers=headers, **asked)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 61
    assert refused.json()[0]["code"] == 429


def test_a_method_that_is_not_taken_is_refused_in_the_standards_way() -> None:
    response = Client().delete(f"{DOOR}requests.json")
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD, POST, OPTIONS"
    assert json.loads(response.content)[0]["code"] == 405


def test_head_tells_what_get_would() -> None:
    sent()
    head = Client().head(f"{DOOR}requests.json")
    assert head.content == b""
    assert head.headers["Content-Length"] == str(len(answer("requests.json").content))


def test_pages_of_other_origins_may_read() -> None:
    assert answer("requests.json").headers["Access-Control-Allow-Origin"] == "*"
    assert answer("services/nothing.json").headers["Access-Control-Allow-Origin"] == "*"
    preflight = Client().options(f"{DOOR}requests.json")
    assert preflight.status_code == 204
    assert preflight.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"


def test_jsonp_is_not_spoken() -> None:
    assert get("services.json", callback="show") == get("services.json")


def test_while_none_is_set_every_jurisdiction_is_the_city() -> None:
    receipt = sent()
    assert ids(jurisdiction_id="anything.example") == [receipt.request_id]


def test_the_only_jurisdiction_need_not_be_named(settings: Settings) -> None:
    settings.CITYCALL_JURISDICTIONS = ["city.example"]
    assert answer("services.json").status_code == 200
    assert answer("services.json", jurisdiction_id="City.Example").status_code == 200
    assert answer("services.json", jurisdiction_id="other.example").status_code == 404


def test_one_of_several_jurisdictions_must_be_named(settings: Settings) -> None:
    settings.CITYCALL_JURISDICTIONS = ["a.example=streets", "b.example=water"]
    response = answer("requests.json")
    assert response.status_code == 400
    told = response.json()[0]["description"]
    assert told == "jurisdiction_id was not provided. It is one of: a.example, b.example."
    assert answer("discovery.json").status_code == 200


def test_a_jurisdiction_is_its_agencies(settings: Settings) -> None:
    settings.CITYCALL_JURISDICTIONS = ["a.example=streets", "b.example=water"]
    hole, leak = sent(), sent("water-leak")
    assert ids(jurisdiction_id="a.example") == [hole.request_id]
    assert ids(jurisdiction_id="b.example") == [leak.request_id]
    codes = [each["service_code"] for each in get("services.json", jurisdiction_id="b.example")]
    assert codes == ["water-leak"]
    for address in (f"requests/{leak.request_id}.json", "services/water-leak.json"):
        assert answer(address, jurisdiction_id="a.example").status_code == 404
    both = f"{hole.request_id},{leak.request_id}"
    found = ids(jurisdiction_id="a.example", service_request_id=both)
    assert found == [hole.request_id]


def test_a_jurisdictions_feed_is_its_agencies(
    settings: Settings, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CITYCALL_JURISDICTIONS = ["a.example=streets", "b.example=water"]
    work.start(sent().request_id, by=city.dispatcher, at=NOW)
    assert len(get("servicerequestupdates.json", jurisdiction_id="a.example")) == 1
    assert get("servicerequestupdates.json", jurisdiction_id="b.example") == []


def unchanged(address: str, tag: str, **asked: str) -> bool:
    response = answer(address, headers={"If-None-Match": tag}, **asked)
    assert response.status_code in {200, 304}
    return bool(response.status_code == 304)


def test_a_list_that_has_not_changed_is_not_sent_again(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    public_photo(sent())
    sent("needles")
    tag = answer("requests.json").headers["ETag"]
    with django_assert_num_queries(1):
        assert unchanged("requests.json", tag)


def test_its_rows_are_not_even_read(monkeypatch: pytest.MonkeyPatch) -> None:
    sent()
    tag = answer("requests.json").headers["ETag"]
    monkeypatch.setattr(published, "listed", None)
    assert unchanged("requests.json", tag)


def test_a_change_of_any_row_is_sent(city: City) -> None:
    receipt = sent()
    first = answer("requests.json", extensions="true").headers["ETag"]
    add_note(receipt.request_id, words="Soon.", public=True, by=city.dispatcher, at=NOW)
    # At the very same moment nothing can be told apart, so the next one is later.
    work.start(receipt.request_id, by=city.dispatcher, at=NOW.replace(microsecond=1))
    assert answer("requests.json", extensions="true").headers["ETag"] != first


def test_a_change_of_words_is_sent(city: City) -> None:
    receipt = sent()
    address = f"requests/{receipt.request_id}.xml"
    tag = answer(address).headers["ETag"]
    assert unchanged(address, tag)
    save_agency(spec=AgencySpec(code="streets", name="Roads", calendar="office"), by=SYSTEM, at=NOW)
    assert not unchanged(address, tag)


def test_services_that_have_not_changed_are_not_sent_again(city: City) -> None:
    tag = answer("services.json").headers["ETag"]
    assert unchanged("services.json", f'"other", {tag}')
    spec = city.services["pothole"].definition | {"name": "Hole in the road"}
    save_service(spec=ServiceSpec.model_validate(spec), by=SYSTEM, at=NOW)
    assert not unchanged("services.json", tag)


def test_a_broken_form_is_a_bad_request() -> None:
    response = Client().post(
        f"{DOOR}requests.json", b"--x\r\nnonsense", content_type="multipart/form-data; boundary="
    )
    assert response.status_code == 400


def test_what_breaks_inside_is_told_in_the_standards_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(published, "listed", None)
    response = answer("requests.xml")
    assert response.status_code == 500
    assert ET.fromstring(response.content).findtext("error/code") == "500"
