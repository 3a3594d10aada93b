"""A place's own page: what it is, what is open there, a report with the place filled in, a sign."""

from xml.etree import ElementTree

from django.test import Client

from citycall.core.actors import resident
from citycall.places.locations import Location
from citycall.places.models import LocationKind
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.drafts import Draft
from citycall.service_requests.models import Channel
from citycall.web import here
from tests.city import NOW, City
from tests.web.telling import report


def test_it_says_what_it_is_and_begins_a_report(client: Client, city: City) -> None:
    page = client.get("/here/hoopers-field").content.decode()
    assert "Hooper&#x27;s Field, Herring Run Park" in page
    assert 'href="/report?place=hoopers-field"' in page
    assert "Report a problem at this field" in page


def test_what_is_open_elsewhere_is_not_listed(client: Client, city: City) -> None:
    report(client)
    assert "Nothing is known here" in client.get("/here/hoopers-field").content.decode()


def test_a_problem_at_the_place_is_listed(client: Client, city: City) -> None:
    spot = Location(kind=LocationKind.POINT, longitude=-76.58, latitude=39.32)
    submit(Draft(service="pothole", channel=Channel.WEB, location=spot), by=resident(), at=NOW)
    told = client.get("/here/hoopers-field").context["requests"]
    assert [line["service"] for line in told] == ["Pothole"]


def test_an_unknown_code_is_not_found(client: Client, city: City) -> None:
    for address in ("/here/nothing", "/here/a/b", "/here/nothing/sign", "/here/x/code.svg"):
        assert client.get(address).status_code == 404


def test_the_sign_shows_the_code_and_its_address(client: Client, city: City) -> None:
    page = client.get("/here/hoopers-field/sign").content.decode()
    assert 'src="/here/hoopers-field/code.svg"' in page
    assert "/here/hoopers-field</p>" in page


def test_the_code_is_a_drawing_that_loads_nothing(client: Client, city: City) -> None:
    answer = client.get("/here/hoopers-field/code.svg")
    assert answer["Content-Type"] == "image/svg+xml"
    root = ElementTree.fromstring(answer.content)
    assert root.tag.endswith("svg")
    assert b"href" not in answer.content
    assert b"<script" not in answer.content


def test_the_address_of_a_place_bears_any_code() -> None:
    assert here.address("stops:12 é?").endswith("/here/stops:12%20%C3%A9%3F")
