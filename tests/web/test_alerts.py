"""Service alerts where they concern somebody: on pages, around a place, and while reporting."""

import pytest
from django.test import Client

from citycall.core import clock
from citycall.knowledge.models import Opinion
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.models import ServiceRequest
from tests.city import City, draft
from tests.web import told
from tests.web.telling import WHERE, choose, send


@pytest.fixture(autouse=True)
def _alert(city: City) -> None:
    told.alert()


def tell(client: Client, service: str = "pothole") -> str:
    choose(client, service)
    send(client, "where", WHERE)
    return str(send(client, "details", {"words": "It is dark."})["Location"])


def page(client: Client, address: str, **query: str) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_stands_where_it_concerns_somebody(client: Client) -> None:
    for address in ("/", "/answers", "/alerts", "/services/pothole", "/alerts/cable"):
        assert "A cable is broken" in page(client, address), address
    assert "A cable is broken" not in page(client, "/services/water-leak")


def test_around_a_place_only_where_it_touches(client: Client) -> None:
    assert "A cable is broken" in page(client, "/nearby", lon="-76.6", lat="39.295")
    assert "A cable is broken" not in page(client, "/nearby", lon="-76.6", lat="39.32")


def test_while_reporting_it_asks_whether_that_is_it(client: Client) -> None:
    assert tell(client) == "/report/known"
    known = page(client, "/report/known")
    assert "Crews are on site" in known
    assert "Is this what you see?" in known


def test_elsewhere_or_for_another_service_nothing_is_asked(client: Client) -> None:
    told.alert(circle={"longitude": -76.5, "latitude": 39.3, "radius_m": 100})
    assert tell(client) == "/report/contact"


def test_yes_ends_without_a_request_and_is_counted_once(client: Client) -> None:
    tell(client)
    for _tap in range(2):
        answer = send(client, "known", {"alert": "cable"})
        assert answer["Location"] == "/alerts/cable"
    assert ServiceRequest.objects.count() == 0
    said = Opinion.objects.get()
    assert (said.subject, said.code, said.helped) == ("alert", "cable", True)


def test_what_was_typed_stays_and_can_be_reported_all_the_same(client: Client) -> None:
    tell(client)
    send(client, "known", {"alert": "cable"})
    assert "Your report was not sent" in page(client, "/alerts/cable")
    assert send(client, "known", {"go": "on"})["Location"] == "/report/contact"
    assert client.session["telling"]["words"] == "It is dark."


def test_no_goes_on_with_the_report(client: Client) -> None:
    tell(client)
    assert send(client, "known", {"go": "on"})["Location"] == "/report/contact"
    assert not Opinion.objects.exists()


def test_alerts_stand_before_known_problems(client: Client, city: City) -> None:
    submit(draft(), by=city.resident, at=clock.now())
    tell(client)
    known = page(client, "/report/known")
    assert known.index('name="alert"') < known.index('name="joins"')


def test_an_alert_that_is_not_there(client: Client) -> None:
    assert client.get("/alerts/moon").status_code == 404


def test_one_in_another_language_says_which(client: Client) -> None:
    told.alert(language="es", title="Un cable está roto")
    assert 'lang="es"' in page(client, "/")
