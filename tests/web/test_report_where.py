"""The place: any description that the service takes, and the city's limits told plainly."""

import pytest
from django.test import Client

from citycall.places.models import LocationKind
from citycall.web.place_words import likely_kind
from tests.city import City
from tests.web import town
from tests.web.telling import choose, send


@pytest.fixture
def telling(client: Client, city: City) -> Client:
    choose(client, "pothole")
    return client


def test_nothing_said_is_asked_for_beside_the_field(telling: Client) -> None:
    answer = send(telling, "where", {"place": " "})
    assert answer.status_code == 422
    assert "Please say where this is." in answer.content.decode()


def test_a_street_address_goes_on_without_further_question(telling: Client) -> None:
    assert send(telling, "where", {"place": "12 Elm Street"})["Location"] == "/report/details"


def test_a_place_in_a_park_is_found_by_its_name(telling: Client) -> None:
    answer = send(telling, "where", {"place": "hoopers feild"})
    assert answer["Location"] == "/report/place"
    assert "Hooper&#x27;s Field, Herring Run Park" in telling.get("/report/place").content.decode()
    send(telling, "place", {"choice": "hoopers-field"})
    page = telling.get("/report/where").content.decode()
    assert "<strong>Hooper&#x27;s Field, Herring Run Park</strong>" in page


@pytest.mark.parametrize("words", ["Hoopers Field", "hooper's field, Herring Run park"])
def test_a_places_very_name_needs_no_question(telling: Client, words: str) -> None:
    assert send(telling, "where", {"place": words})["Location"] == "/report/details"
    assert telling.session["telling"]["found"]["code"] == "hoopers-field"


def test_own_words_may_stand_as_they_are(telling: Client) -> None:
    send(telling, "where", {"place": "hoopers field, by the old gate"})
    assert send(telling, "place", {"choice": "as-written"})["Location"] == "/report/details"


def test_a_choice_must_be_made(telling: Client) -> None:
    send(telling, "where", {"place": "hoopers feild"})
    answer = send(telling, "place", {})
    assert answer.status_code == 422
    assert "Please choose one, or say that it is none of these." in answer.content.decode()


def test_directions_alone_are_enough(telling: Client) -> None:
    answer = send(telling, "where", {"directions": "behind the playground at the river"})
    assert answer["Location"] == "/report/details"


def test_a_device_alone_is_enough(telling: Client) -> None:
    point = {"latitude": "39.29", "longitude": "-76.60", "accuracy": "20"}
    assert send(telling, "where", point)["Location"] == "/report/details"


def test_outside_the_city_is_told_with_whom_to_call(telling: Client) -> None:
    town.draw_boundary()
    answer = send(telling, "where", {"place": "Mill", "latitude": "39.3", "longitude": "-76.4"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "in Calder County. Please contact them at 410-555-0199." in page
    assert 'value="Mill"' in page


@pytest.mark.parametrize("latitude", ["north", "nan", "91", "1e400"])
def test_a_damaged_point_is_refused(telling: Client, latitude: str) -> None:
    answer = send(telling, "where", {"latitude": latitude, "longitude": "-76.4"})
    assert answer.status_code == 422


def test_a_sort_of_place_is_asked_where_the_service_takes_only_some(
    client: Client, city: City
) -> None:
    choose(client, "water-leak")
    send(client, "safety", {"answers.amount": "drip", "asked": "amount"})
    assert send(client, "where", {"place": "by the mill"})["Location"] == "/report/place"
    assert send(client, "place", {"kind": ""}).status_code == 422
    assert send(client, "place", {"kind": "address"})["Location"] == "/report/details"


def test_back_keeps_what_was_typed_unjudged(telling: Client) -> None:
    answer = send(telling, "where", {"place": "", "directions": "half a sent", "go": "back"})
    assert answer["Location"] == "/report"
    assert "half a sent" in telling.get("/report/where").content.decode()


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("1200 Harbor Street", "address"),
        ("12b Elm", "address"),
        ("Harbor Street and Pine Street", "intersection"),
        ("Harbor/Pine", "intersection"),
        ("1200 block of Harbor", "segment"),
        ("Harbor between 3rd and 4th", "segment"),
        ("the old mill", "words"),
    ],
)
def test_the_shape_of_words_tells_the_kind(words: str, kind: str) -> None:
    assert likely_kind(words, accepted=(), pointed=False) == kind


def test_a_kind_that_is_not_taken_is_asked_for() -> None:
    accepted = (LocationKind.ADDRESS, LocationKind.INTERSECTION)
    assert likely_kind("the old mill", accepted=accepted, pointed=False) is None
